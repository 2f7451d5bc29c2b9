"""Names that a patient gives: after "me llamo", "my name is", "我叫" and their like, in every language."""

import re

from appliance.safety.masking.spans import Spans
from appliance.safety.normalise import fold

# After these a name follows, however it is written.
_STRONG = (
    r"me\s+llamo|mi\s+nombre\s+es|em\s+dic|el\s+meu\s+nom\s+[ée]s|m['’]anomeno|my\s+name(?:\s+is|['’]?s)|i['’]?m\s+called"
    r"|je\s+m['’\s]?\s?appelle|mon\s+nom\s+est|je\s+me\s+nomme|ich\s+hei(?:ß|ss)e|mein\s+name\s+ist|mi\s+chiamo"
    r"|il\s+mio\s+nome\s+[èe]|(?:eu\s+)?chamo[-\s]me|me\s+chamo|meu\s+nome\s+[ée]|m[ăa]\s+numesc|numele\s+meu\s+este"
    r"|(?:is|am|[èe]s|se|it)\s+called|le\s+escribe"
    r"|(?:paciente|pacient|patiente?|paziente|пацієнт(?:ка)?|patientin)\s*:|m[ăa]\s+cheam[ăa]|мене\s+звати|моє\s+ім['’ʼ]?я|(?:nombre|nom|name|nome|nume|ім['’ʼ]?я)\s*:"
)
# After these a name may follow, or an illness, a role, anything: it must look like a name.
_WEAK = (
    r"(?:yo\s+)?soy(?:\s+(?:la|el))?|soc(?:\s+(?:la|el|en|na))?|sóc(?:\s+(?:la|el|en|na))?|(?:le|les)\s+habla"
    r"|(?:madre|padre|hij[oa]|marido|mujer|esposa|mare|pare|filla?|mother|father|son|daughter|wife|husband|m[èe]re|p[èe]re"
    r"|fils|fille|mutter|vater|sohn|tochter|figli[oa]|m[ãa]e|pai|filh[oa])\s+(?:de|d['’]|of|von|di)|hier\s+ist"
    r"|i\s+am|i['’]m|this\s+is|je\s+suis|moi\s+c['’]est|ich\s+bin|sono|(?:eu\s+)?sou(?:\s+[ao])?|(?:eu\s+)?sunt|я"
)
_WORD = r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*"
_CAPITAL = (
    r"(?-i:[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻŁŃŅŇŌŐŒŔŘŚŞŠȘȚŢŤŪŮŰŲŹŻŽЄІЇҐА-ЯЁ])" + r"[^\W\d_]*(?:['’ʼ-][^\W\d_]+)*"
)
_PARTICLE = r"(?:de|del|de\s+la|de\s+les|dels|da|das|do|dos|di|van|von|zu|el|al|ben|i|y)"
_MORE = rf"(?:\s+(?:{_PARTICLE}\s+)?{_CAPITAL}){{0,4}}"
_NAMED = re.compile(rf"(?<!\w)(?:{_STRONG})\s+(?P<name>{_CAPITAL}{_MORE}|{_WORD})", re.IGNORECASE)
_MAYBE_NAMED = re.compile(rf"(?<!\w)(?:{_WEAK})\s+(?P<name>{_CAPITAL}{_MORE})", re.IGNORECASE)

_ARABIC_END = r"(?=[\s،,.؟!:؛]|$)"
_ARABIC = re.compile(
    rf"(?<!\w)(?<!على )(?:اسمي|إسمي|الاسم\s*:)\s+(?P<name>(?!(?:في|على|من|هو|غير|ليس)\s)[\u0621-\u064a]{{2,}}"
    rf"(?:\s+(?!و|عند|لدي|هل|من|في|متى|أريد|اريد|ما|أن|انا|أنا)[\u0621-\u064a]{{2,}}){{0,1}}){_ARABIC_END}"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤陳張劉黃趙吳孫馬許"
)
_HAN_END = r"(?=[\s，,。.!！?？、；;:：）)]|我|今|明|想|要|请|請|您|你|$)"
_CHINESE = re.compile(
    rf"(?:我叫|我的名字(?:是|叫)|姓名[:：]\s*)(?P<name>[\u4e00-\u9fff]{{2,4}}?){_HAN_END}"
    rf"|我是(?!高[血龄烧度])(?P<weak>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}){_HAN_END}"
)

# Beginnings (folded) of what people say of themselves that is no name, in all the languages together.
_NO_NAME = re.compile(
    r"bluter$|diab|a?l+erg|asm|asth|hip[eo]r?t|hypert|hyper|celi|coel|koel|zol|vegan|vegetar|emba?raz|embaras|pregn|encein"
    r"|schwang|incint|gravid|insarcin|вагіт|epilep|paci|patient|pazient|пацієн|diabet|діабет|алерг|fum|smok|rauch"
    r"|nerv|ansi|anx|angst|hospital|operat|surg|cirug|chirurg|doctor|doktor|doct|medic|mutter|vater|tochter|sohn"
    r"|frau$|herr$|espan|catal|angl|engl|deutsch|ital|portug|roman|ukra|укр|arab|chin|french|frances|franc|spanish"
    r"|not$|on$|in$|so$|very$|the$|a$|an$|no$|si$|de$|from$|still$|just$|also$|having$|sorry$|trying$|going$|here$"
    r"|que$|au$|urg|import|emerg|cat?h?ol|katol|musl|jew|rent|pensi|jubil|retir|privat|montag|dienst|mitw|doners|freitag"
    r"|samst|sontag|lunes|martes|miercoles|jueves|viernes|monday|tuesday|wednesday|thursday|friday"
    r"|un$|una$|une$|ein$|eine$|der$|die$|das$|la$|le$|el$|lo$|por$|porque$|pour$|nicht$|sehr$|auch$|pas$|non$"
    r"|хвор|не$|маю$|хочу$|можу$|буду$|вже$|дуже$|був$|була$"
)


_SIGNED = re.compile(
    r"(?:regards|yours|saludos|atentamente|salutacions|cordialement|gr(?:ü|ue)(?:ß|ss)en?|saluti|cumprimentos)\s*[,.]?\s+"
    rf"(?P<name>{_CAPITAL}{_MORE})\s*$",
    re.IGNORECASE,
)


def claim_names(spans: Spans) -> None:
    """Claim the names that follow an introduction, or that a message is signed with."""
    for match in spans.search(_SIGNED):
        spans.claim(*match.span("name"), "name")
    for match in spans.search(_NAMED):
        first = match.group("name").split()[0]
        if first.istitle() or not _NO_NAME.match(fold(first)):
            spans.claim(*match.span("name"), "name")
    for match in spans.search(_MAYBE_NAMED):
        words = match.group("name").split()
        # A message in capitals, or a German noun, is no name by its capital alone.
        named = all(
            word[0].islower() or all(part[1:].islower() for part in re.split("[-'’ʼ]", word) if part[1:])
            for word in words
        )
        if named and not any(_NO_NAME.match(fold(word)) for word in words) and not _german_noun(match):
            spans.claim(*match.span("name"), "name")
    for match in spans.search(_ARABIC):
        spans.claim(*match.span("name"), "name")
    for match in spans.search(_CHINESE):
        spans.claim(*match.span("name" if match.group("name") else "weak"), "name")


_GERMAN = re.compile(r"ich\s+bin", re.IGNORECASE)
_GERMAN_ROLE = re.compile(r"(?:iker|erin|ikerin|ent|entin|ling|ant|mann|träger|kranker?|nehmer|nehmerin)$")


def _german_noun(match: re.Match[str]) -> bool:
    name = match.group("name").lower()
    return " " not in name and bool(_GERMAN.match(match.group()) and _GERMAN_ROLE.search(name))
