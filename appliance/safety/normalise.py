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


def visible(text: str) -> str:
    """The text without control, format (zero-width, direction) and private characters; line breaks stay."""
    return "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Cn"}
    )


def fold(text: str) -> str:
    """Lower case, compatibility forms, no accents, Arabic letter variants unified, repeated letters cut to one."""
    folded = unicodedata.normalize("NFKC", visible(text)).casefold()
    bare = "".join(c for c in unicodedata.normalize("NFD", folded) if unicodedata.category(c) != "Mn")
    return _REPEATED.sub(r"\1", unicodedata.normalize("NFC", bare).translate(_ARABIC))


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
