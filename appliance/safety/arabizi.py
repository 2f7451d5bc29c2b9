"""Arabic written otherwise: with small words joined onto the front, or in Latin letters without any fixed spelling."""

import re

# What Arabic writes onto the front of a word: and, with, for, the.
ARABIC_PREFIX = "(?:[وف])?(?:[بلك])?(?:ال|ل)?"
_PREFIX = re.compile(ARABIC_PREFIX)
_LONGEST_PREFIX = 5
ARABIC = re.compile(r"[\u0600-\u06ff]+")
LATIN = re.compile(r"[a-z0-9]+")

# Vowels come and go, and some sounds have two signs.
_SIGNS = (("sh", "ch"), ("q", "9"), ("5", "kh"), ("7", "h"))
_VOWELS = re.compile(r"[aeiouy]")
_SHORTEST_BONES = 4

# Consonants, one sign a sound, in which both alphabets meet.
_SOUNDS = str.maketrans(
    {
        "ب": "b", "ت": "t", "ث": "t", "ج": "g", "ح": "7", "خ": "x", "د": "d", "ذ": "d", "ر": "r", "ز": "z",
        "س": "s", "ش": "c", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "ع": "3", "غ": "G", "ف": "f", "ق": "q",
        "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h", "ء": "", "ا": "", "و": "", "ي": "",
    }
)  # fmt: skip
_LATIN_SIGNS = (
    ("sh", "c"), ("ch", "c"), ("kh", "x"), ("gh", "G"), ("th", "t"), ("dh", "d"), ("5", "x"), ("8", "G"),
    ("6", "t"), ("9", "q"), ("2", "q"), ("j", "g"), ("p", "b"), ("v", "f"),
)  # fmt: skip
_SOFT = re.compile(r"[aeiouyw]")
_JOINED_FRONT = frozenset("bfl")
_SHORTEST_SOUNDS = 3

# A digit that stands for an Arabic letter within a word, and no figure, ordinal or "gr8".
_DIGIT_LETTER = re.compile(r"\b(?:[a-z]+[235679]+[a-z]+[a-z235679]*|[23579]+[a-z]{3,}\w*|[a-z]{2,}[37])\b")
_NO_DIGIT_LETTER = re.compile(r"\b(?:2nite|2day|2moro\w*|2morrow|3rd|2nd|\d+(?:hrs?|min\w*|days?|horas?))\b")
_TELLING = frozenset(
    ["mesh", "msh", "mish", "mosh", "mch", "mush", "bezaf", "bzaf", "ktir", "daba", "walah", "inshalah"]
)


def without_prefixes(word: str) -> set[str]:
    """An Arabic word without each of the small words that may be joined onto its front."""
    cuts = range(1, min(len(word) - 1, _LONGEST_PREFIX))
    return {word[cut:] for cut in cuts if _PREFIX.fullmatch(word[:cut])}


def bones(word: str) -> str:
    """A word of Arabizi without its vowels, one sign a sound, marked so that it meets no other language's word."""
    for sign, other in _SIGNS:
        word = word.replace(sign, other)
    return "~" + _VOWELS.sub("", word)


def bones_of(word: str) -> set[str]:
    """The bones of a Latin word, and without a small word joined onto the front."""
    whole = bones(word)
    joined = whole[1:2] in set("fblw") and len(whole) > _SHORTEST_BONES
    return {whole, f"~{whole[2:]}"} if joined else {whole}


def sounds_arabic(folded: str) -> bool:
    """Whether Latin text is Arabizi by its digits or its commonest words."""
    if _TELLING.intersection(folded.split()):
        return True
    return _DIGIT_LETTER.search(_NO_DIGIT_LETTER.sub("", folded)) is not None


def sounds(word: str) -> str:
    """The consonants of a folded word in Arabic letters, marked; "" if it has none."""
    return _marked(word.removesuffix("ه").translate(_SOUNDS))


def sounds_of(word: str) -> set[str]:
    """The consonants that a Latin word of Arabizi may stand for, marked."""
    for sign, other in _LATIN_SIGNS:
        word = word.replace(sign, other)
    found = {_SOFT.sub("", word.removesuffix("h"))}
    found |= {one.replace("q", "") for one in found}
    found |= {one[1:] for one in found if one[:1] in _JOINED_FRONT and len(one) > _SHORTEST_SOUNDS}
    return {_marked(one) for one in found} - {""}


def _marked(consonants: str) -> str:
    cut = re.sub(r"(.)\1+", r"\1", consonants)
    return f"≈{cut}" if cut else ""
