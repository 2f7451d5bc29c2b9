"""A text cut into words, numbers and marks, in one form for its many spellings."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_PIECE = re.compile(
    r"(?P<phone>\+?\d(?:[ \u00a0().-]{0,2}\d){6,})|(?P<clock>\d+[:.,h]\d+)|(?P<number>\d+)"
    r"|(?P<han>[\u3400-\u9fff])|(?P<word>[^\W\d_]+)|(?P<mark>[^\w\s'’ʼ])"
)
_ARABIC_AND = re.compile(r"(?<![\u0621-\u064a])و(?=ال[\u0621-\u064a])")
_ARABIC_VOWELS = re.compile("[\u064b-\u0652\u0640]")
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-‐‑](?=[^\W\d_])")
# Marks of direction around a number, as Arabic texts have them around telephone numbers.
_ISOLATE = re.compile("[\u2066-\u2068]([^\u2066-\u2069]*)\u2069")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩０１２３４５６７８９", "01234567890123456789")
_PUNCTUATION = str.maketrans("，、；：。！？（）،؛؟–—", ",,;:.!?(),;?--")


@dataclass(frozen=True)
class Piece:
    """A word, number or mark.

    Attributes:
        text: as written.
        form: in lower case.
        type: phone, clock, number, han (one Chinese character), word or mark.
    """

    text: str
    form: str
    type: str


def plain(text: str) -> str:
    """A text as it is compared: composed, no direction marks around numbers, one kind of blank."""
    return " ".join(_ISOLATE.sub(r"\1", unicodedata.normalize("NFC", text)).split())


def pieces_of(text: str) -> Iterator[Piece]:
    """The pieces of a text; apostrophes, hyphens within words and Arabic vowel marks are left out."""
    prepared = _ARABIC_VOWELS.sub("", plain(text)).translate(_DIGITS).translate(_PUNCTUATION)
    for match in _PIECE.finditer(_HYPHEN.sub(" ", _ARABIC_AND.sub("و ", prepared))):
        yield Piece(match.group(), match.group().casefold(), match.lastgroup or "")
