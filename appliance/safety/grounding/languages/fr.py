"""French words, by what they do in a sentence."""

from appliance.safety.grounding.lexicon import Lexicon

LEXICON = Lexicon(
    letters="a-zàâäæçéèêëîïôöœùûüÿ",
    glue="le|la|les|l|un|une|des|de|d|du|au|aux|à|en|dans|avec|par|pour|votre|vos|pendant|durant"
    "|heure|heure prévue|prévue|prévu|programmée|programmé|heure de début de|une période de|type de"
    "|sur|se|s|type d",
    link="est|sont|vous|qu|que|ce|cela|ceci|cet|cette|ces|c|il|elle|ils|elles|y|comme|tels que"
    "|telles que|par exemple|c'est-à-dire|notamment|être|qui|soit",
    and_="et|ainsi que|et aussi",
    or_="ou|ou bien",
    nor="ni",
    none="aucun|aucune|aucun type de",
    but="mais|cependant|toutefois|tandis que|en revanche|par contre",
    harmless="s'il vous plaît|svp|veuillez|veuillez noter que|veuillez noter|n'oubliez pas"
    "|n'oubliez pas que|n'oubliez pas de|rappelez-vous|rappelez-vous que|pensez à|merci de|aussi"
    "|également|en outre|important|il est important de|il est important que|très important"
    "|assurez-vous de|ressentir|sentir|éprouver|patient|les patients",
    setting="hôpital|le jour de l'opération|le jour de votre opération|le jour de l'intervention",
    go_bring="allez|allez à|aller|rendez-vous|rendez-vous à|vous rendre|présentez-vous"
    "|vous présenter|venez|venir|dirigez-vous|vous diriger|se trouve|situé|est situé|trouverez"
    "|vous le trouverez|apportez|apporter|munissez-vous|munissez-vous de|présentez|présenter"
    "|avec vous|muni|sur vous|nécessaire|adressez-vous|vous adresser|emportez|prenez avec vous",
    call="appelez|appeler|composez|composer|téléphonez|téléphone|ligne|ligne téléphonique|numéro"
    "|numéro de téléphone|contactez|contacter|vous pouvez appeler|vous pouvez contacter"
    "|vous pouvez joindre|joindre|joignez|choisissez|sélectionnez|puis|tapez|puis choisissez"
    "|puis tapez|puis sélectionnez",
    eat="mangez|manger|mangiez",
    drink="buvez|boire|buviez",
    take="prenez|prendre|preniez|consommez|consommer|consommiez|ingérez|ingérer",
    food="aliment solide|aliment|aliments|nourriture|bonbon|bonbons",
    fluid="liquide|liquides|boisson|boissons",
    no="pas de|pas d",
    not_="ne * pas|n * pas|ne * aucun|ne * aucune|n * aucun|n * aucune|ne * ni|ne * jamais"
    "|ne pouvez pas|ne peut pas|ne devez pas|ne doit pas|ne doivent pas|ne peuvent pas|ne faut pas"
    "|il ne faut pas|ne pas|ne devez * aucun|ne devez * ni|ne pouvez * aucun|ne devez * aucune"
    "|il ne faut * aucun",
    avoid="arrêtez de|arrêter de|cessez de|devez arrêter de|évitez tout|évitez toute"
    "|évitez|éviter|évitez de|éviter de|devez éviter|vous devez éviter|abstenez-vous de"
    "|vous abstenir de|devez vous abstenir de",
    forbidden="n'est pas autorisé|n'est pas autorisée|ne sont pas autorisés|ne sont pas autorisées"
    "|n'est pas permis|ne sont pas permis|n'est pas permise|ne sont pas permises|interdit|interdite"
    "|interdits|interdites|est interdit|est interdite|sont interdits|sont interdites"
    "|il est interdit de|il n'est pas permis de|il n'est pas autorisé de",
    permit="pouvez|peut|peuvent|on peut|autorisé|autorisée|autorisés|autorisées|est autorisé"
    "|sont autorisés|sont autorisées|permis|permise|permises|est permis|est permise|sont permis"
    "|sont permises|il est permis de|il est possible de|peuvent être pris|peuvent être consommés"
    "|peuvent être bus",
    oblige="devez|doit|doivent|il faut|faut|il faudra|est nécessaire|il est nécessaire de"
    "|il vous est demandé de|obligatoire|est obligatoire",
    condition="si|s'il|s'ils|s'il y a|s'il y en a|le cas échéant|s'il y a lieu|en cas de|au cas où"
    "|dans le cas où",
    least="au moins|au minimum|minimum|ou plus|un minimum de|minimum de|pendant au moins|durant au moins|d'au moins",
    until="jusqu'à|jusqu'au|jusqu'aux|jusque",
    before="avant|avant de|précédant|qui précèdent",
    after="après|à partir de|dès|passé|depuis",
    units="minute: minute|minutes|min; hour: heure|heures|h; day: jour|jours; week: semaine|semaines"
    "; month: mois; second: seconde|secondes; night: nuit|nuits; year: an|ans|année|années",
    times="midnight: minuit; noon: midi",
    numbers="0: zéro; 1: un|une; 2: deux; 3: trois; 4: quatre; 5: cinq; 6: six; 7: sept; 8: huit"
    "; 9: neuf; 10: dix; 11: onze; 12: douze; 15: quinze; 20: vingt; 24: vingt-quatre; 30: trente"
    "; 40: quarante; 45: quarante-cinq; 48: quarante-huit; 50: cinquante; 60: soixante"
    "; 90: quatre-vingt-dix; 120: cent vingt",
    endings="|s|e|es|x",
    doubt="ne|n|pas|plus|moins|jamais|rien|point|guère",
    groups=(
        "opération|intervention|chirurgie|procédure|intervention chirurgicale|opération chirurgicale",
        (
            "arrivez|arriver|venez|venir|présentez-vous|vous présenter|soyez|être présent|arrivée"
            "|être là|être à|être sur place"
        ),
        "nature|naturel",
        "anxiété|anxieux|anxieuse|stress|ressentir de l'anxiété|être anxieux|se sentir anxieux",
        "forte|intense",
        "parlez|parler|parlez-en|parlez en|en parler|parlez à",
        "donné|données",
        "consignes|instructions",
        "autres consignes|autres instructions|consignes différentes|instructions différentes",
        "siennes|celles de votre chirurgien",
        "aliment solide|aliments solides|nourriture solide|rien de solide",
        "chewing-gum|chewing-gums",
        "normale|normal|tout à fait normale|tout à fait normal|complètement normale",
    ),
)
