"""Catalan words, by what they do in a sentence."""

from appliance.safety.grounding.lexicon import Lexicon

LEXICON = Lexicon(
    letters="a-zçàèéíïòóúü·",
    glue="el|la|els|les|l|un|una|uns|unes|de|d|del|dels|al|als|a|en|amb|per|per a|pel|seu|seva|seus"
    "|seves|vostra|vostre|ho|durant|hora|hora programada|programada|programat|prevista|previst"
    "|hora d'inici de|un període de|tipus de|li|s|es|se",
    link="és|són|està|estan|vostè|que|això|aquest|aquesta|aquests|aquestes|com|com ara|com a"
    "|per exemple|és a dir|inclosos|incloent|ser|hi|em",
    and_="i|així com|i també",
    or_="o|u",
    nor="ni|ni tampoc",
    none="cap|cap tipus de",
    any_="tampoc|gens de",
    but="però|tanmateix|no obstant això|mentre que|en canvi",
    harmless="si us plau|sisplau|recordi|recordi que|li recordem que|tingui en compte que"
    "|tingui en compte|no oblidi|no oblidi que|no s'oblidi de|també|a més|a més a més|és important"
    "|és important que|important|molt important|asseguri's de|l'informem que|pacient|els pacients",
    setting="hospital|el dia de l'operació|el dia de la seva operació|centre",
    go_bring="vagi|vagi a|anar|anar a|ha d'anar a|adreci's|adreci's a|adreçar-se a|dirigeixi's"
    "|dirigeixi's a|presenti's|presentar-se|vingui|vingui a|venir|es troba|es troba a|trobarà"
    "|el trobarà|està situat|situat|ubicat|porti|portar|dugui|dur|presenti|presentar|amb vostè"
    "|necessitarà|necessari|aporti|aportar",
    call="truqui|trucar|truqui a|marqui|marcar|telèfon|línia|línia telefònica|número"
    "|número de telèfon|contacti|contactar|posi's en contacte|pot trucar|pot contactar|triï|triar"
    "|esculli|seleccioni|seleccionar|premi|i premi|i triï|i marqui|i seleccioni|i esculli",
    eat="mengi|menjar|mengin",
    drink="begui|beure|beguin",
    take="prengui|prendre|prenguin|consumeixi|consumir|ingereixi|ingerir|prengui's|prendre's",
    food="aliments sòlids|aliment|aliments|menjar|caramel|caramels",
    fluid="líquid|líquids|beguda|begudes",
    no="res de",
    not_="no|no ha de|no han de|no pot|no poden|no es pot|no es poden|no s'ha de|no s'han de"
    "|no hauria de|mai no",
    avoid="deixi de|deixar de|ha de deixar de|ha d'evitar"
    "|eviti|evitar|ha d'evitar|cal evitar|cal que eviti|s'ha d'evitar|abstingui's de"
    "|abstenir-se de|ha d'abstenir-se de",
    forbidden="no està permès|no està permesa|no estan permesos|no estan permeses|no es permet"
    "|no es permeten|prohibit|prohibida|prohibits|prohibides|està prohibit|està prohibida"
    "|estan prohibits|estan prohibides",
    permit="pot|poden|podrà|es pot|es poden|està permès|està permesa|estan permesos|estan permeses"
    "|es permet|es permeten|permès|permesos|permesa|permeses|té permès|es poden prendre",
    oblige="ha de|ha d|han d|han de|haurà de|hauria de|cal|cal que|és necessari|és necessari que"
    "|s'ha de|necessita|se li demana|es requereix|és obligatori|obligatori|caldrà|caldrà que",
    condition="si|en cas que|en cas de|en el cas que",
    least="almenys|com a mínim|pel cap baix|un mínim de|mínim|o més|mínim de|durant almenys"
    "|durant un mínim de|durant com a mínim",
    until="fins a|fins|com a màxim fins a|fins com a màxim",
    before="abans de|abans|prèvies a|previs a|anteriors a",
    after="després de|després|a partir de|passada|passada la|des de",
    units="minute: minut|minuts|min; hour: hora|hores|h; day: dia|dies; week: setmana|setmanes"
    "; month: mes|mesos; second: segon|segons; night: nit|nits; year: any|anys",
    times="midnight: mitjanit|mitja nit|la mitjanit|les dotze de la nit; noon: migdia|mig dia",
    numbers="0: zero; 1: un|una|u; 2: dos|dues; 3: tres; 4: quatre; 5: cinc; 6: sis; 7: set; 8: vuit"
    "; 9: nou; 10: deu; 11: onze; 12: dotze; 15: quinze; 20: vint; 24: vint-i-quatre; 30: trenta"
    "; 40: quaranta; 45: quaranta-cinc; 48: quaranta-vuit; 50: cinquanta; 60: seixanta; 90: noranta"
    "; 120: cent vint",
    endings="|s|es|a|o|os|ns|n",
    groups=(
        ("operació|intervenció|cirurgia|procediment|intervenció quirúrgica|operació quirúrgica|operar-se"),
        (
            "arribi|arribar|vingui|venir|presenti's|presentar-se|sigui|ser a|ser-hi|que arribi|arribada"
            "|es presenti|acudir|acudeixi"
        ),
        (
            "ansietat|nervis|nerviosisme|sentir ansietat|sentir nervis|tenir ansietat|sentir-se nerviós"
            "|sentir-se ansiós"
        ),
        "forta|fort|intensa|intens",
        "parli|parlar|comuniqui|consulti|consultar",
        "li va donar|li ha donat|ha donat|va donar",
        "instruccions|indicacions",
        "altres instruccions|altres indicacions|instruccions diferents|indicacions diferents",
        "aliments sòlids|aliment sòlid|menjar sòlid|res sòlid|sòlids",
        "normal|completament normal|totalment normal",
        "xiclet|xiclets|goma de mastegar",
        "comprensible|entenedor",
    ),
)
