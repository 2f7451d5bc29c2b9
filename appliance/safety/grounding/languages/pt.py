"""Portuguese words, by what they do in a sentence."""

from appliance.safety.grounding.lexicon import Lexicon

LEXICON = Lexicon(
    letters="a-zãõáâàçéêíóôúü",
    glue="o|a|os|as|um|uma|uns|umas|de|do|da|dos|das|d|ao|à|aos|às|em|no campus|na|nas|nos|com|por"
    "|para|seu|sua|seus|suas|durante|hora|marcada|marcado|prevista|agendada|lhe|tipo de",
    link="é|são|está|estão|que|que se|isto|isso|este|esta|estes|estas|como|por exemplo|ou seja|ser|me",
    and_="e|bem como",
    or_="ou",
    nor="nem|nem qualquer",
    any_="qualquer",
    none="nenhum|nenhuma",
    but="mas|porém|no entanto|enquanto|contudo",
    harmless="por favor|lembre-se|lembre-se de|lembre-se de que|lembre-se que|não se esqueça de"
    "|não se esqueça|também|além disso|tenha em atenção que|importante|é importante|é importante que",
    setting="hospital|dia|o dia",
    go_bring="vá|ir|dirija-se|dirigir-se|apresente-se|apresentar-se|venha|vir|fica|situado|encontra"
    "|traga|trazer|leve|levar|consigo|necessário|apresente",
    call="ligue|ligar|telefone|linha|número|contacte|contactar|pode ligar|pode contactar|escolha"
    "|e escolha|selecione|e selecione|marque|e marque|telefonar",
    eat="coma|comer",
    drink="beba|beber",
    take="tome|tomar|consuma|consumir|ingira|ingerir",
    food="alimento|alimentos|comida|rebuçado|rebuçados",
    fluid="líquido|líquidos|bebida|bebidas",
    no="nada de",
    not_="não|não deve|não devem|não pode|não podem|não se pode|nunca",
    avoid="evite|evitar|deve evitar",
    forbidden="não é permitido|não são permitidos|não são permitidas|não é permitida|proibido"
    "|proibida|proibidos|proibidas|é proibido|são proibidos|são proibidas",
    permit="pode|podem|permitido|permitidos|é permitido|são permitidos|pode-se|podem ser tomados",
    oblige="deve|devem|deverá|tem de|é necessário|precisa de|obrigatório",
    condition="se|caso|se aplicável|em caso de",
    least="pelo menos|no mínimo|mínimo|um mínimo de|durante pelo menos",
    until="até|até às|até ao",
    before="antes de|antes|antes da|antes do",
    after="depois de|depois da|depois|após|a partir de|a partir da",
    units="minute: minuto|minutos|min; hour: hora|horas|h; day: dia|dias; week: semana|semanas"
    "; month: mês|meses; second: segundo|segundos; night: noite|noites; year: ano|anos",
    times="midnight: meia-noite|meia noite; noon: meio-dia|meio dia",
    numbers="0: zero; 1: um|uma; 2: dois|duas; 3: três; 4: quatro; 5: cinco; 6: seis; 7: sete"
    "; 8: oito; 9: nove; 10: dez; 11: onze; 12: doze; 15: quinze; 20: vinte; 24: vinte e quatro"
    "; 30: trinta; 40: quarenta; 45: quarenta e cinco; 48: quarenta e oito; 50: cinquenta"
    "; 60: sessenta; 90: noventa; 120: cento e vinte",
    endings="|s|es|a|o|as|os",
    groups=(
        "operação|cirurgia|intervenção|intervenção cirúrgica|procedimento",
        "chegue|chegar|venha|vir|apresente-se|apresentar-se|compareça|comparecer",
        "ansiedade|nervosismo|sentir ansiedade|nervos",
        "fale|falar",
        "instruções|indicações",
    ),
)
