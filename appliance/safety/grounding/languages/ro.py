"""Romanian words, by what they do in a sentence."""

from appliance.safety.grounding.lexicon import Lexicon

LEXICON = Lexicon(
    letters="a-zăâîșțşţ",
    glue="un|o|unei|unui|de|la|în|pe|cu|al|a|ai|ale|din|pentru|dumneavoastră|dvs|ora|programată"
    "|programate|programat|stabilită|timp|timp de|tip de|le|vă|să",
    link="este|sunt|că|acest|această|aceste|ce|cum ar fi|precum|de exemplu|adică|fi",
    and_="și|şi|precum și",
    or_="sau|ori",
    nor="nici",
    none="niciun|nicio|niciunui",
    but="dar|însă|iar|totuși",
    harmless="vă rugăm|vă rugăm să|rețineți|rețineți că|nu uitați|nu uitați că|nu uitați să"
    "|de asemenea|în plus|important|este important|este important să",
    setting="spital|ziua|spitalului",
    go_bring="mergeți|mergeți la|prezentați-vă|veniți|veniți la|se află|găsiți|aduceți|luați"
    "|cu dumneavoastră|necesar",
    call="sunați|sunați la|apelați|telefon|linia|linie|numărul|număr|număr de telefon|contactați"
    "|puteți suna|puteți contacta|alegeți|și alegeți|apăsați|și apăsați|selectați",
    eat="mâncați|mânca|consumați",
    drink="beți|bea",
    take="luați|lua|consumați|consuma",
    food="aliment|alimente|mâncare|bomboane",
    fluid="lichid|lichide|lichidele|băutură|băuturi",
    no="fără",
    not_="nu|nu trebuie să|nu puteți|nu aveți voie să|nu se pot|nu se poate",
    avoid="evitați|evita|trebuie să evitați",
    forbidden="nu este permis|nu este permisă|nu sunt permise|nu sunt permisi|nu sunt permiși"
    "|interzis|interzise|sunt interzise|este interzis",
    permit="permis|permise|sunt permise|este permis|puteți|se pot|se poate|aveți voie să",
    oblige="trebuie|trebuie să|este necesar|este necesar să|obligatoriu",
    condition="dacă|dacă este cazul|în caz că|în caz de",
    least="cel puțin|cel puţin|minim|minimum|un minim de|timp de cel puțin",
    until="până la|până cu|până|pînă la|pînă cu",
    before="înainte de|înainte|înaintea",
    after="după|începând cu",
    units="minute: minut|minute|min; hour: oră|ore|ora|h; day: zi|zile; week: săptămână|săptămâni"
    "; month: lună|luni; second: secundă|secunde; night: noapte|nopți; year: an|ani",
    times="midnight: miezul nopții|miezul nopţii; noon: prânz|amiază",
    numbers="0: zero; 1: un|o|una; 2: doi|două; 3: trei; 4: patru; 5: cinci; 6: șase; 7: șapte"
    "; 8: opt; 9: nouă; 10: zece; 11: unsprezece; 12: doisprezece|douăsprezece; 15: cincisprezece"
    "; 20: douăzeci; 24: douăzeci și patru; 30: treizeci; 40: patruzeci; 45: patruzeci și cinci"
    "; 48: patruzeci și opt; 50: cincizeci; 60: șaizeci; 90: nouăzeci; 120: o sută douăzeci",
    endings="|a|e|i|l|le|lor|ă|ei|ul|ului|ele|elor|ii",
    groups=(
        "operație|operația|operației|intervenție|intervenția|intervenției|chirurgie|operatie",
        "veniți|sosiți|prezentați-vă|ajungeți|să veniți|să ajungeți",
        "anxietate|anxietatea|neliniștea",
        "vorbiți|discutați",
        "instrucțiuni|indicații",
    ),
)
