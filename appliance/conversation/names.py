"""The first name of a WhatsApp profile, when it is one: the sender chooses it, so it is not trusted."""

import re
import unicodedata
from collections.abc import Set as AbstractSet
from itertools import pairwise

from appliance.safety.normalise import fold, words

_SHORTEST, _LONGEST, _LONGEST_PROFILE = 2, 16, 60
_NEVER = frozenset('\n\r@/:<>{}[]()*_~`|\\#$%&=+"“”«»')
# Letters of names; what only looks like them (mathematical, small capitals, full width) is none.
_SCRIPTS = {
    "latin": re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]+"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]+"),
    "greek": re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]+"),
    "arabic": re.compile(r"[\u0620-\u064a\u066e-\u06d3]+"),
    "hebrew": re.compile(r"[\u05d0-\u05ea]+"),
    "georgian": re.compile(r"[\u10a0-\u10ff]+"),
    "armenian": re.compile(r"[\u0531-\u0587]+"),
    "han": re.compile(r"[\u3400-\u9fff]{2,4}"),
    "hangul": re.compile(r"[\uac00-\ud7a3]{2,4}"),
    "kana": re.compile(r"[\u3041-\u30fa\u30fc]{2,6}"),
}
# A run of Han characters is a name when it begins as names do: a family name, or the signs of a familiar one.
_FAMILY = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董潘袁蔡蒋蔣余于杜叶葉程魏苏蘇吕呂丁任"
    "卢盧姚沈钟鐘姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付方邹鄒熊白孟秦邱侯江尹薛闫雷龙龍史陶贺賀毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴欧歐莫孔向常汤湯小阿老"
)
# Titles, roles and services; names of the powerful. The pack's own words, and its insults, come on top.
_TITLES_AND_SUCH = """
dr dra drs doctor doctora doktor dottore docteur mr mrs ms miss sir sr sra srta don dona herr frau monsieur
madame signor signora senhor senhora domnul doamna pan pani king queen lord god gott dios deu dieu dio deus
jesus allah satan diablo hitler stalin admin administrator administrador root system sistema bot chatbot robot
assistant asistente assistente ai ki ia gpt chatgpt openai claude siri alexa antesala whatsapp meta facebook
twilio support soporte suport user usuario usuari client cliente customer test tester null none undefined
unknown anonymous anonimo anonim nobody nadie ningu no yes si hola hello urgent urgente official oficial notice
aviso security police policia nurse enfermera enfermero infermera staff team equipo hospital clinic clinica
muerte muerto muerta morte mort death dead tod tot safe free gratis approved authorized autorizado autoritzat
aprobado cancelado cancelada cancelled anulado anulada cancellato annule annulee abgesagt anulat скасовано ملغي
javascript script eat drink comed bebed coman beban mangez buvez mangiate bevete esst trinkt comei bebei
"""
_NO_NAMES = frozenset(map(fold, _TITLES_AND_SUCH.split()))
_VOWEL = re.compile(r"[aeiouy]")
_RUN = re.compile(r"([^\W\d_])\1+")
_DRUMMING = re.compile(r"(.)\1\1|(..)\2\2|(...)\3\3")


def first_name(profile_name: str | None, known_words: AbstractSet[str]) -> str | None:
    """The first word of the profile's name if it can be nothing but a name, else None.

    A name is two to sixteen letters of one script (an apostrophe or hyphen may join two parts), built as names are,
    and neither a title nor a word that the pack or its patients use: "Puedes Comer" and "System" are greeted
    without a name.

    Args:
        profile_name: as WhatsApp gives it.
        known_words: folded words that are no names.
    """
    if not profile_name or len(profile_name) > _LONGEST_PROFILE or _NEVER & set(profile_name):
        return None
    parts = profile_name.split()
    if not parts or any(any(c.isnumeric() for c in part) for part in parts):
        return None
    name = unicodedata.normalize("NFC", parts[0]).strip(".,;")
    # Folding cuts repeated letters, so that "cooomer" is known; it would make a colour of the surname Reed too.
    others = [part for part in parts[1:] if not _has_double_letters(part)]
    if not _is_built_like_a_name(name) or any(
        _is_a_word(part, known_words) for part in [name, parts[0], *others]
    ):
        return None
    return (
        "-".join(part.capitalize() for part in name.split("-")) if name.islower() or name.isupper() else name
    )


def _is_built_like_a_name(name: str) -> bool:
    letters = re.sub(r"(?<=[^\W\d_])['’-](?=[^\W\d_])", "", name)
    script = next((script for script, form in _SCRIPTS.items() if form.fullmatch(letters)), None)
    if script is None or not _SHORTEST <= len(letters) <= _LONGEST:
        return False
    if script == "han":
        return letters[0] in _FAMILY
    if script == "latin" and not _VOWEL.search(fold(letters)):
        return False
    return not _DRUMMING.search(letters.casefold())


def _has_double_letters(part: str) -> bool:
    runs = [run.group() for run in _RUN.finditer(part.casefold())]
    return bool(runs) and all(len(run) == 2 for run in runs)


def _is_a_word(part: str, known_words: AbstractSet[str]) -> bool:
    """Whether a part of the profile is, holds, or is glued together of words that are no names."""
    humps = "".join(
        f" {after}" if before.islower() and after.isupper() else after
        for before, after in pairwise(f" {part}")
    )
    # One letter is part of a name rather than a word: O'Brien, D'Angelo.
    said = [fold(part), *(word for word in (*words(part), *words(humps)) if len(word) > 1)]
    if any(word in known_words or word in _NO_NAMES for word in said):
        return True
    pairs = [part[at : at + 2] for at in range(len(part) - 1) if _SCRIPTS["han"].fullmatch(part[at : at + 2])]
    return bool(pairs) and any(pair in word for word in known_words for pair in pairs)
