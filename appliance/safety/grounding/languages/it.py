"""Italian words, by what they do in a sentence."""

from appliance.safety.grounding.lexicon import Lexicon

LEXICON = Lexicon(
    letters="a-zàèéìíîòóùú",
    glue="il|lo|la|i|gli|le|l|un|uno|una|di|d|del|dello|della|dell|dei|delle|degli|al|allo|alla|all"
    "|ai|alle|a|in|nel|nella|con|da|per|suo|sua|suoi|sue|ora|prevista|previsto|programmata"
    "|programmato|durante|si|orario|tipo di",
    link="è|sono|lei|che|questo|questa|questi|queste|ciò|come|ad esempio|per esempio|cioè|essere|ed è",
    and_="e|ed|nonché",
    or_="o|oppure",
    nor="né",
    none="nessun|nessuna|nessuno|alcun|alcuna",
    but="ma|però|tuttavia|mentre|invece",
    harmless="per favore|per cortesia|si ricordi|si ricordi di|ricordi|ricordi che|ricordi di"
    "|tenga presente che|non dimentichi|non dimentichi di|anche|inoltre|importante|è importante"
    "|è importante che",
    setting="ospedale|giorno|il giorno",
    go_bring="vada|andare|si rechi|recarsi|si presenti|presentarsi|venga|venire|si trova|trova|porti"
    "|portare|con sé|necessario|presenti",
    call="chiami|chiamare|telefoni|telefono|numero|linea|contatti|contattare|può chiamare"
    "|può contattare|selezioni|prema|e prema|e selezioni|scelga|componga",
    eat="mangi|mangiare",
    drink="beva|bere",
    take="prenda|prendere|assuma|assumere|consumi|consumare|ingerire",
    food="cibo|cibi|alimento|alimenti|caramella|caramelle",
    fluid="liquido|liquidi|bevanda|bevande",
    no="niente",
    not_="non|non deve|non può|non si può|non si possono|non si deve|non si devono",
    avoid="eviti|evitare|eviti di|evitare di|deve evitare",
    forbidden="non è permesso|non è consentito|non sono permessi|non sono permesse"
    "|non sono consentiti|non sono consentite|vietato|vietati|vietata|vietate|sono vietati"
    "|sono vietate|è vietato|è vietata",
    permit="può|possono|permesso|permessi|sono permessi|è permesso|consentito|consentiti"
    "|sono consentiti|è consentito|si può|si possono",
    oblige="deve|devono|bisogna|occorre|è necessario|dovrà|obbligatorio",
    condition="se|se prevista|nel caso in cui|in caso di",
    least="almeno|come minimo|minimo|un minimo di|per almeno",
    until="fino a|fino alle|fino",
    before="prima di|prima",
    after="dopo|dopo la|a partire da|da dopo",
    units="minute: minuto|minuti|min; hour: ora|ore|h; day: giorno|giorni; week: settimana|settimane"
    "; month: mese|mesi; second: secondo|secondi; night: notte|notti; year: anno|anni",
    times="midnight: mezzanotte; noon: mezzogiorno",
    numbers="0: zero; 1: un|uno|una; 2: due; 3: tre; 4: quattro; 5: cinque; 6: sei; 7: sette"
    "; 8: otto; 9: nove; 10: dieci; 11: undici; 12: dodici; 15: quindici; 20: venti"
    "; 24: ventiquattro; 30: trenta; 40: quaranta; 45: quarantacinque; 48: quarantotto"
    "; 50: cinquanta; 60: sessanta; 90: novanta; 120: centoventi",
    endings="|a|e|i|o",
    groups=(
        "intervento|operazione|chirurgia|intervento chirurgico|procedura",
        "arrivi|arrivare|si presenti|presentarsi|venga|venire|si rechi",
        "ansia|nervosismo|provare ansia|sentirsi ansiosi",
        "parli|parlare|si rivolga",
        "istruzioni|indicazioni",
    ),
)
