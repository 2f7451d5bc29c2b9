"""German words, by what they do in a sentence."""

from appliance.safety.grounding.lexicon import Lexicon

LEXICON = Lexicon(
    letters="a-zäöüß",
    glue="der|die|das|den|dem|des|ein|eine|einen|einem|einer|eines|von|in|im|am|an|auf|mit|für|zu"
    "|zum|zur|ihr|ihre|ihren|ihrem|ihrer|geplanten|geplante|vorgesehenen|termin|zeitpunkt|beginn"
    "|dem geplanten termin|von|um",
    link="ist|sind|sie|sich|zu sich|es|dass|dies|diese|dieser|dieses|wie|wie zum beispiel"
    "|zum beispiel|z b|das heißt|also|werden|wird|dort",
    and_="und|sowie",
    or_="oder",
    nor="noch|oder keine|oder keinen",
    any_="weder",
    but="aber|jedoch|während|hingegen",
    harmless="bitte|denken sie daran|bitte denken sie daran|beachten sie|bitte beachten sie"
    "|bitte beachten sie dass|vergessen sie nicht|auch|außerdem|zudem|ebenfalls|wichtig"
    "|es ist wichtig|es ist wichtig dass",
    setting="krankenhaus|klinik|am tag|tag",
    go_bring="gehen|gehen sie|kommen|kommen sie|melden|melden sie sich|befindet|befindet sich|finden"
    "|finden sie|bringen|bringen sie|mitbringen|mitzubringen|bei sich|nötig|benötigen|mitnehmen",
    call="rufen|rufen sie|an|anrufen|wählen|wählen sie|telefon|telefonnummer|nummer|leitung"
    "|kontaktieren|sie können anrufen|und wählen sie|erreichen|sie erreichen",
    eat="essen|essen sie|isst",
    drink="trinken|trinken sie",
    take="nehmen|nehmen sie|zu sich nehmen|einnehmen|konsumieren|verzehren",
    food="nahrung|speisen|bonbons|lebensmittel",
    fluid="flüssigkeit|flüssigkeiten|getränk|getränke",
    no="kein|keine|keinen|keinerlei",
    not_="",
    avoid="vermeiden|vermeiden sie|verzichten sie auf|meiden sie",
    forbidden="nicht erlaubt|sind nicht erlaubt|ist nicht erlaubt|nicht gestattet"
    "|sind nicht gestattet|ist nicht gestattet|verboten|sind verboten|ist verboten|nicht zulässig",
    permit="erlaubt|sind erlaubt|ist erlaubt|gestattet|sind gestattet|ist gestattet|dürfen"
    "|dürfen sie|sie dürfen|darf|können|können sie|sie können|zulässig",
    oblige="müssen|müssen sie|sie müssen|sollen|sollten|sie sollten|soll|muss|erforderlich",
    condition="wenn|falls|falls vorhanden|sofern|sofern vorhanden",
    least="mindestens|wenigstens|minimum",
    until="bis|bis zu|bis spätestens",
    before="vor",
    after="nach|ab|seit",
    units="minute: minute|minuten|min; hour: stunde|stunden|std|h; day: tag|tage|tagen; week: woche"
    "|wochen|wochen; month: monat|monate|monaten; second: sekunde|sekunden; night: nacht|nächte"
    "; year: jahr|jahre",
    times="midnight: mitternacht; noon: mittag",
    numbers="0: null; 1: ein|eine|einer|eins; 2: zwei; 3: drei; 4: vier; 5: fünf; 6: sechs"
    "; 7: sieben; 8: acht; 9: neun; 10: zehn; 11: elf; 12: zwölf; 15: fünfzehn; 20: zwanzig"
    "; 24: vierundzwanzig; 30: dreißig; 40: vierzig; 45: fünfundvierzig; 48: achtundvierzig"
    "; 50: fünfzig; 60: sechzig; 90: neunzig; 120: hundertzwanzig",
    endings="|e|en|er|es|em|n|s",
    doubt="nicht|nie|nur|erst",
    groups=(
        "operation|operationszeit|eingriff|op|operationstermin|ihrer operation",
        "kommen|kommen sie|erscheinen|erscheinen sie|eintreffen|ankommen|da sein",
        "angst|angstgefühle|nervosität",
        "sprechen|sprechen sie|reden",
        "ausweis|personalausweis",
        "anweisungen|anweisung",
    ),
    verb_apart=True,
)
