"""Whether a sentence is plain text of the reply's language: no link, markup, hidden or foreign letter."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from appliance.safety.grounding.pieces import plain
from appliance.safety.grounding.reading import reader_for

MOST_CHARACTERS = 300
_PUNCTUATION = frozenset(" .,;:!()'’ʼ-‐‑–—+，、。；：！（）،؛·¡")
_DIGITS = frozenset("0123456789٠١٢٣٤٥٦٧٨٩０１２３４５６７８９")
_LINK = re.compile(
    r"https?:|www\.|\w@\w|\b[\w-]+\.(?:com|org|net|es|cat|eu|io|info|me|link|ly|app|health)\b", re.IGNORECASE
)
_ROLE = re.compile(
    r"\b(?:system|prompt|assistant|asistente|assistent|chatbot|json|as an ai|ignore|debug|developer)\b"
    r"|系统|提示词|助手",
    re.IGNORECASE,
)
# The share of known words from which on a sentence counts as being in the language.
_KNOWN_SHARE = 0.5


def form_problems(text: str, language: str, cited: Sequence[str]) -> Iterator[str]:
    """What is wrong with the form of a sentence, in plain words.

    Args:
        text: the sentence.
        language: of the reply.
        cited: the statements that it names; what stands in one of them may stand in the sentence.
    """
    composed = plain(text)
    if not composed:
        yield "is empty"
    if len(composed) > MOST_CHARACTERS:
        yield f"is longer than {MOST_CHARACTERS} characters"
    if "\n" in text.strip() or "\r" in text.strip():
        yield "has line breaks"
    if link := _LINK.search(composed):
        yield f"has a link or an address: “{link.group()}”"
    stated = " ".join(map(plain, cited))
    if (role := _ROLE.search(composed)) and role.group().casefold() not in stated.casefold():
        yield f"speaks of itself or of its instructions: “{role.group()}”"
    if "?" in composed or "？" in composed or "؟" in composed:
        yield "asks something"
        return
    if strange := sorted({c for c in composed if not _fits(c, language) and c not in stated}):
        yield f"has characters that the language does not use: {', '.join(map(_name, strange[:5]))}"
    yield from _foreign_words(composed, stated)


def same_language(text: str, language: str, cited: Sequence[str] = ()) -> bool:
    """Whether at least half of the words are of the language's lexicon, or of the cited texts."""
    reader = reader_for(language)
    if reader is None:
        return False
    stated = {piece.form for approved in cited for piece in reader.pieces(plain(approved))}
    words = [piece.form for piece in reader.pieces(plain(text)) if piece.type in {"word", "han"}]
    known = sum(reader.knows(word) or any(reader.same(word, other) for other in stated) for word in words)
    return bool(words) and known >= _KNOWN_SHARE * len(words)


def _fits(character: str, language: str) -> bool:
    reader = reader_for(language)
    letters = reader.lexicon.letters if reader else "a-z"
    return (
        character in _PUNCTUATION
        or character in _DIGITS
        or re.fullmatch(rf"[{letters}]", character, re.IGNORECASE) is not None
        or ("\u064b" <= character <= "\u0652" and language == "ar")
    )


def _foreign_words(text: str, stated: str) -> Iterator[str]:
    """A word of two scripts: a letter that looks like another."""
    for word in re.findall(r"[^\W\d_]+", text):
        scripts = {unicodedata.name(letter, "UNKNOWN").split()[0] for letter in word}
        if len(scripts) > 1 and word not in stated:
            yield f"mixes scripts in one word: “{word}”"


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}").lower()
