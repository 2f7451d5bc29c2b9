"""Spanish words, by what they do in a sentence."""

from appliance.safety.grounding.lexicon import Lexicon

LEXICON = Lexicon(
    letters="a-zñáéíóúü",
    glue="el|la|los|las|un|una|unos|unas|de|del|al|en|con|por|para|su|sus|lo|durante|a|hora"
    "|hora programada|programada|programado|prevista|previsto|hora de inicio de|un período de"
    "|un periodo de|período de|periodo de|tipo de|le|se",
    link="es|son|está|están|usted|que|esto|este|esta|estos|estas|como|por ejemplo|es decir"
    "|tales como|incluidos|incluyendo|ser|han sido|ha sido|me",
    and_="y|e|así como|y también",
    or_="o|u",
    nor="ni|ni tampoco|o ningún|o ninguna",
    none="ningún|ninguna|ninguno|ningún tipo de",
    any_="tampoco",
    but="pero|sin embargo|no obstante|mientras que|en cambio",
    harmless="por favor|recuerde|recuerde que|recuerde por favor|le recordamos que"
    "|tenga en cuenta que|tenga en cuenta|no olvide|no olvide que|no se olvide de|también|además"
    "|asimismo|es importante|es importante que|importante|muy importante|asegúrese de"
    "|asegúrese de que|le informamos que|paciente|los pacientes",
    setting="hospital|el día de la operación|el día de su operación|el día de la cirugía"
    "|el día de la intervención|centro",
    go_bring="vaya|vaya a|acuda|acuda a|acudir|acudir a|diríjase|diríjase a|dirigirse|dirigirse a"
    "|preséntese|presentarse|venga|venga a|venir|ir|ir a|se encuentra|se encuentra en|encontrará"
    "|lo encontrará|está situado|está ubicado|ubicado|situado|está en|traiga|traer|lleve|llevar"
    "|lleve consigo|presente|presentar|consigo|necesitará|necesario|aporte|aportar|registrarse"
    "|regístrese",
    call="llame|llamar|llamando|llame a|marque|marcar|teléfono|línea|línea telefónica|número"
    "|número de teléfono|contacte|contactar|póngase en contacto|puede llamar|puede contactar"
    "|puede ponerse en contacto|ponerse en contacto|elija|elegir|seleccione|seleccionar|pulse"
    "|y pulse|y elija|y marque|y seleccione|luego",
    eat="coma|comer|coman|comerse",
    drink="beba|beber|beban|beberse",
    take="tome|tomar|toman|tomen|tomarse|consuma|consumir|ingiera|ingerir|ingesta de|consumo de",
    food="alimentos sólidos|alimento|alimentos|comida|comidas|caramelo|caramelos",
    fluid="líquido|líquidos|bebida|bebidas",
    no="nada de",
    not_="no|no debe|no deben|no puede|no pueden|no se debe|no se deben|no se puede|no se pueden"
    "|no debería|no se debería|nunca|nunca debe",
    avoid="evite|evitar|debe evitar|hay que evitar|se debe evitar|absténgase de|abstenerse de"
    "|debe abstenerse de|deje de|dejar de|debe dejar de|tiene que dejar de|tiene que evitar",
    forbidden="no está permitido|no está permitida|no están permitidos|no están permitidas"
    "|no se permite|no se permiten|prohibido|prohibida|prohibidos|prohibidas|está prohibido"
    "|está prohibida|están prohibidos|están prohibidas|queda prohibido|quedan prohibidos",
    permit="puede|pueden|podrá|se puede|se pueden|está permitido|está permitida|están permitidos"
    "|están permitidas|se permite|se permiten|permitido|permitidos|permitida|permitidas"
    "|le está permitido|pueden tomarse|se pueden tomar|puede tomarse|pueden beberse",
    oblige="debe|deben|deberá|debería|tiene que|hay que|es necesario|es necesario que|se debe"
    "|necesita|se le pide|se requiere|se requieren|es obligatorio|obligatorio",
    condition="si|en caso de que|en caso de|en el caso de que",
    least="al menos|como mínimo|por lo menos|mínimo|o más|un mínimo de|mínimo de|durante al menos"
    "|durante un mínimo de",
    until="hasta|como máximo hasta|hasta como máximo|hasta un máximo de",
    before="antes de|antes|previas a|previos a|anteriores a|previo a",
    after="después de|después|a partir de|tras|desde",
    units="minute: minuto|minutos|min; hour: hora|horas|h; day: día|días; week: semana|semanas"
    "; month: mes|meses; second: segundo|segundos; night: noche|noches; year: año|años",
    times="midnight: medianoche|media noche|las doce de la noche; noon: mediodía|medio día",
    numbers="0: cero; 1: uno|una|un; 2: dos; 3: tres; 4: cuatro; 5: cinco; 6: seis; 7: siete"
    "; 8: ocho; 9: nueve; 10: diez; 11: once; 12: doce; 15: quince; 20: veinte; 24: veinticuatro"
    "; 30: treinta; 40: cuarenta; 45: cuarenta y cinco; 48: cuarenta y ocho; 50: cincuenta"
    "; 60: sesenta; 90: noventa; 120: ciento veinte",
    endings="|s|es|a|o|as|os",
    groups=(
        (
            "operación|intervención|cirugía|procedimiento|intervención quirúrgica|operación quirúrgica"
            "|procedimiento quirúrgico|operarse|ser operado|ser operada|que le operen"
        ),
        (
            "llegue|llegar|acuda|acudir|venga|venir|preséntese|presentarse|esté|estar|se presente"
            "|que llegue|que acuda|llegada"
        ),
        "siente|sienta|sentirse",
        (
            "ansiedad|nervios|nerviosismo|sentir ansiedad|sentir nervios|sentirse ansioso"
            "|sentirse nervioso|tener ansiedad"
        ),
        "fuerte|intensa|intenso",
        "hable|hablar|comuníquese|comunicarse|consulte|consultar",
        "dio|ha dado|dado|indicó|ha indicado",
        "instrucciones|indicaciones",
        (
            "otras instrucciones|otras indicaciones|instrucciones diferentes|instrucciones distintas"
            "|indicaciones diferentes|indicaciones distintas"
        ),
        "alimentos sólidos|alimento sólido|comida sólida|nada sólido|sólidos",
        "normal|completamente normal|totalmente normal",
        "chicles|chicle|goma de mascar|gomas de mascar",
        "documento|documentos",
        "comprensible|entendible",
    ),
)
