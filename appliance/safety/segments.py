"""A message cut into the questions that it may ask."""

import re

from appliance.safety.ellipsis import completed
from appliance.safety.normalise import has_han, visible

# Words that may join two questions. A cut too many does little harm: parts of one meaning are joined again by what
# they are about. Spanish and Catalan are mixed within a sentence, so each has the other's.
_IBERIAN = "y e i pero però perquè porque ademas además també tambien también o u"
_JOINING = {
    "es": _IBERIAN,
    "ca": _IBERIAN,
    "en": "and also but plus or n &",
    "fr": "et mais aussi ou",
    "de": "und aber oder außerdem ausserdem sowie",
    "it": "e ma anche o oppure ed",
    "pt": "e mas também tambem ou",
    "ro": "și si şi iar dar sau",
    "ar": "و w u wa ou",
    "uk": "і й та а але чи або ще",
    "zh": "",
}
JOINING_WORDS = frozenset(word for joining in _JOINING.values() for word in joining.split())
# Within numbers, times and the names of places on the web, a point, a comma or a colon is no end.
_ENDS = r"[;\n()«»\"“”、，；：؛،]|,(?!\d)|[!?…。！？؟]+|[.]+(?=\s|$)|(?<=\s)[-–—](?=\s)|:(?=\s|$)"
_HAN = re.compile(rf"{_ENDS}|(?=另外|还有|還有|而且|以及|顺便|順便)|(?<=[吗嗎呢])")
# When something is to be done, in a message of its own after what is to be done: "antes de la operación?".
_BEFORE = "antes d|abans d|before|prior to|avant|vor|bevor|prima d|înainte|inainte|قبل|перед|до"
_TAIL = re.compile(rf"[\s?.!…¿؟]*\n\s*(?=(?:{_BEFORE})\w*(?:[ ]\S+){{1,2}}[ ]*(?:\n|$))", re.IGNORECASE)
_MOST = 8
# "And" is written onto the Arabic word after it; these words only begin with its letter.
_NOT_AND = (
    "احد|اتس|ارف|اضح|الد|جبه|جبة|جع|جه|حد|رق|رم|راء|زن|سط|صل|صف|صول|ضع|ظيف|قت|قف|لا\\s|لد|لي\\s|ين\\s|ين[؟?]"
)
_AND = rf"|\s(?=و(?!{_NOT_AND})\w{{2,}})"


def _pattern(joining: str) -> re.Pattern[str]:
    joined = "|".join(map(re.escape, joining.split()))
    return re.compile(rf"{_ENDS}|\s(?:{joined})(?=\s){_AND}", re.IGNORECASE)


_PATTERNS = {language: _pattern(joining) for language, joining in _JOINING.items() if joining}
_LEADING = {
    language: re.compile(rf"^(?:(?:{'|'.join(map(re.escape, joining.split()))})\s+)+", re.IGNORECASE)
    for language, joining in _JOINING.items()
    if joining
}


def segments(text: str, language: str) -> tuple[str, ...]:
    """The parts of the message that may be questions of their own, in order; none for a text without letters.

    A message of more than eight parts is a story rather than a list of questions: the shortest neighbours are
    joined until eight are left.

    Args:
        text: the masked message.
        language: the language whose joining words are looked for; English's if it has none.
    """
    clean = _TAIL.sub(" ", visible(text))
    pattern = _HAN if has_han(clean) else _PATTERNS.get(language, _PATTERNS["en"])
    leading = _LEADING.get(language, _LEADING["en"])
    parts = [leading.sub("", (part or "").strip(" \t-–—*·•¿¡'")) for part in pattern.split(clean)]
    parts = completed([part for part in parts if sum(c.isalnum() for c in part) > 1], language)
    while len(parts) > _MOST:
        at = min(range(len(parts) - 1), key=lambda i: len(parts[i]) + len(parts[i + 1]))
        parts[at : at + 2] = [f"{parts[at]} {parts[at + 1]}"]
    return tuple(parts)
