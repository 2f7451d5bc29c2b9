"""One form for many spellings: what wording rules and lexicons are compared in."""

import re
import unicodedata
from collections.abc import Iterator

_ARABIC = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": ""}
)
_REPEATED = re.compile(r"([^\W\d_\u3040-\u9fff])\1+")
_SENTENCE_END = re.compile(r"[!?;\n…。！？；؟؛]+|(?<!\d)[.:]+|[.:]+(?!\d)")
_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")


class _Shown(dict[int, int | None]):
    """What is left of each character, for `str.translate`: each is looked up in Unicode's tables once."""

    def __init__(self, kept: str, *hidden: str) -> None:
        super().__init__({ord(character): ord(character) for character in kept})
        self._hidden = frozenset(hidden)

    def __missing__(self, code: int) -> int | None:
        shown = None if unicodedata.category(chr(code)) in self._hidden else code
        self[code] = shown
        return shown


_VISIBLE = _Shown("\n\t", "Cc", "Cf", "Co", "Cs", "Cn")
_WITHOUT_MARKS = _Shown("", "Mn")


def visible(text: str) -> str:
    """The text without control, format (zero-width, direction) and private characters; line breaks stay."""
    return text if text.isprintable() else text.translate(_VISIBLE)


def _first(repeated: re.Match[str]) -> str:
    """A function, since `sub` parses a template again for every text."""
    return repeated[1]


def fold(text: str) -> str:
    """Lower case, compatibility forms, no accents, Arabic letter variants unified, repeated letters cut to one."""
    folded = visible(text)
    if folded.isascii():
        return _REPEATED.sub(_first, folded.casefold())
    folded = unicodedata.normalize("NFKC", folded).casefold()
    bare = unicodedata.normalize("NFD", folded).translate(_WITHOUT_MARKS)
    return _REPEATED.sub(_first, unicodedata.normalize("NFC", bare).translate(_ARABIC))


def sentences(text: str) -> list[str]:
    """The text cut at sentence ends and line breaks; decimal points and times are no ends."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part and part.strip()]


def words(text: str) -> list[str]:
    """The folded words; a run of Chinese characters is one word."""
    return _WORD.findall(fold(text))


def spaced_words(folded: str) -> Iterator[tuple[str, str]]:
    """The words of a folded text, each with what stands between it and the one before."""
    end = 0
    for found in _WORD.finditer(folded):
        yield found.group(), folded[end : found.start()]
        end = found.end()


def has_han(text: str) -> bool:
    """Whether the text holds Chinese characters, which are compared as running text."""
    return _HAN.search(text) is not None
