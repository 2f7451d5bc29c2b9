"""Phrases over folded words: alternatives, endings left open, gaps, and two parts in either order.

The form is described in `knowledge/README.md`. Phrases are looked up by the words of the message rather than
searched for one by one, so that thousands of rules cost about a millisecond.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from appliance.safety.normalise import fold, has_han, sentences, words

# Gaps, in words (twice as many characters in Chinese): `..`, `...` and either side of `&`.
_SHORT_GAP, _LONG_GAP, _EITHER_GAP = 3, 7, 5
# Arabic in Latin letters has no spelling: vowels come and go, and some sounds have two signs.
ARABIZI = "arabizi"
_ARABIZI_SIGNS = (("sh", "ch"), ("q", "9"), ("5", "kh"), ("7", "h"))
_ARABIZI_VOWELS = re.compile(r"[aeiouy]")
_LATIN = re.compile(r"[a-z0-9]+")
# What Arabic writes onto the front of a word: and, with, for, the.
ARABIC_PREFIX = "(?:[وف])?(?:[بلك])?(?:ال|ل)?"
_ARABIC_PREFIX = re.compile(ARABIC_PREFIX)

_SHORTEST_BONES = 4

Span = tuple[int, int]


@dataclass(frozen=True)
class _Term:
    """Words, or stems whose ending is open, any of which will do; `after` is the gap allowed before it."""

    options: tuple[tuple[str, bool], ...]
    after: int


@dataclass(frozen=True)
class Phrase:
    """A phrase to look for.

    Attributes:
        text: as written.
        running: whether it is compared with running text, character by character (Chinese).
        parts: one sequence of terms, or two that may stand in either order.
    """

    text: str
    running: bool
    parts: tuple[tuple[_Term, ...], ...]

    @classmethod
    def parse(cls, text: str, language: str) -> "Phrase":
        """A phrase as written in a pack.

        Raises:
            ValueError: the phrase is empty, or a part or an alternative of it is.
        """
        sides = [side.split() for side in text.split("&")]
        if not all(sides) or len(sides) > 2:
            raise ValueError(f"{text!r} ({language}): expected words, or two parts joined by one '&'")
        running = language == "zh"
        return cls(text, running, tuple(_sequence(side, text, language, running=running) for side in sides))

    def spans(self, message: "Message") -> Iterator[Span]:
        """Where the phrase stands in the message, as positions of words (of characters if running)."""
        found = [list(_spans(part, message.places(running=self.running))) for part in self.parts]
        if len(found) == 1:
            yield from found[0]
            return
        gap = _EITHER_GAP * (2 if self.running else 1)
        for one in found[0]:
            for other in found[1]:
                first, second = sorted((one, other))
                if 0 <= second[0] - first[1] <= gap:
                    yield first[0], second[1]


def _sequence(terms: list[str], text: str, language: str, *, running: bool) -> tuple[_Term, ...]:
    sequence, gap = [], 0
    for term in terms:
        if set(term) == {"."} and len(term) > 1:
            gap = (_SHORT_GAP if len(term) == 2 else _LONG_GAP) * (2 if running else 1)
            continue
        options = []
        for option in term.split("|"):
            stem = "".join(words(option)) if running else fold(option.rstrip("*"))
            if language == ARABIZI:
                stem = _bones(stem)
            if not stem or (not running and len(words(stem)) != 1):
                raise ValueError(f"{text!r}: expected one word on each side of '|', got {option!r}")
            options.append((stem, option.endswith("*") and not running))
        sequence.append(_Term(tuple(options), gap))
        gap = 0
    if not sequence:
        raise ValueError(f"{text!r}: expected at least one word")
    return tuple(sequence)


def _spans(part: tuple[_Term, ...], places: "_Places") -> Iterator[Span]:
    """Where the terms stand in order, each within its gap of the one before."""
    spans = places.of(part[0])
    for term in part[1:]:
        if not spans:
            return
        nexts = places.of(term)
        spans = [
            (start, following[1])
            for start, end in spans
            for following in nexts
            if 0 <= following[0] - end <= term.after
        ]
    yield from spans


class PhraseIndex:
    """Phrases by the words that they begin with, so that only those that can match a message are tried."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self.phrases = tuple(phrases)
        self._whole: dict[str, set[int]] = defaultdict(set)
        self._open: dict[str, set[int]] = defaultdict(set)
        self._running = {number for number, phrase in enumerate(self.phrases) if phrase.running}
        for number, phrase in enumerate(self.phrases):
            for stem, is_open in () if phrase.running else phrase.parts[0][0].options:
                (self._open if is_open else self._whole)[stem].add(number)

    def candidates(self, message: "Message") -> list[int]:
        """The numbers of the phrases that the message may hold, in order."""
        numbers: set[int] = set(self._running) if message.has_han else set()
        for form in message.forms:
            numbers |= self._whole.get(form, _NONE)
            for length in range(1, len(form) + 1):
                numbers |= self._open.get(form[:length], _NONE)
        return sorted(numbers)

    def found(self, message: "Message") -> Iterator[Phrase]:
        """The phrases that the message holds."""
        for number in self.candidates(message):
            if any(True for _ in self.phrases[number].spans(message)):
                yield self.phrases[number]


_NONE: frozenset[int] = frozenset()


class Message:
    """A message prepared for phrases: the folded words of each sentence."""

    def __init__(self, sentences_: list[list[str]]) -> None:
        self._sentences = sentences_

    @classmethod
    def of(cls, text: str) -> "Message":
        """A message as written."""
        return cls([words(part) for part in sentences(text)])

    @cached_property
    def has_han(self) -> bool:
        """Whether it holds Chinese characters."""
        return any(has_han(word) for part in self._sentences for word in part)

    @cached_property
    def forms(self) -> frozenset[str]:
        """Every form of every word that a phrase may name."""
        return frozenset(form for part in self._sentences for word in part for form in _forms(word))

    def places(self, *, running: bool) -> "_Places":
        """Where words stand (characters, if running)."""
        return self._characters if running else self._words

    @cached_property
    def _words(self) -> "_Places":
        return _WordPlaces([word for part in self._sentences for word in part])

    @cached_property
    def _characters(self) -> "_Places":
        return _CharacterPlaces("".join(word for part in self._sentences for word in part))

    def sentences_at(self, span: Span, *, running: bool) -> list["Message"]:
        """The sentences that a span touches, each as a message of its own."""
        touched, position = [], 0
        for part in self._sentences:
            length = sum(map(len, part)) if running else len(part)
            if position < span[1] and span[0] < position + length:
                touched.append(Message([part]))
            position += length
        return touched

    def without(self, phrases: Iterable[Phrase]) -> "Message":
        """The message without the words of these phrases, each of which lies within one sentence."""
        return Message([_cut(part, phrases) for part in self._sentences])


def _cut(part: list[str], phrases: Iterable[Phrase]) -> list[str]:
    for phrase in phrases:
        spans = list(phrase.spans(Message([part])))
        if not spans:
            continue
        units = list("".join(part)) if phrase.running else part
        left = [unit for at, unit in enumerate(units) if not any(start <= at < end for start, end in spans)]
        part = ["".join(left)] if phrase.running and left else left
    return part


class _Places(Protocol):
    def of(self, term: _Term) -> list[Span]:
        """Where any of the term's options stands, in order."""


class _WordPlaces:
    """Positions of whole words and of stems; Arabic words count without their prefixes too."""

    def __init__(self, all_words: list[str]) -> None:
        self._positions: dict[str, list[int]] = defaultdict(list)
        for position, word in enumerate(all_words):
            for form in _forms(word):
                self._positions[form].append(position)

    @cached_property
    def _stems(self) -> dict[str, list[int]]:
        stems: dict[str, list[int]] = defaultdict(list)
        for word, positions in self._positions.items():
            for length in range(1, len(word) + 1):
                stems[word[:length]].extend(positions)
        return stems

    def of(self, term: _Term) -> list[Span]:
        """One-word spans."""
        found: set[int] = set()
        for stem, is_open in term.options:
            found.update((self._stems if is_open else self._positions).get(stem, ()))
        return [(position, position + 1) for position in sorted(found)]


def _forms(word: str) -> set[str]:
    """The word, and for Arabic the word without each of the prefixes that may be written onto it."""
    forms = {word}
    if "\u0600" <= word[0] <= "\u06ff":
        for cut in range(1, min(len(word) - 1, 5)):
            if _ARABIC_PREFIX.fullmatch(word[:cut]):
                forms.add(word[cut:])
    elif _LATIN.fullmatch(word):
        bones = _bones(word)
        forms.add(bones)
        if bones[1:2] in set("fblw") and len(bones) > _SHORTEST_BONES:
            forms.add(f"~{bones[2:]}")
    return forms


def _bones(word: str) -> str:
    """A word of Arabizi without its vowels, one sign a sound, marked so that it meets no other language's word."""
    for sign, other in _ARABIZI_SIGNS:
        word = word.replace(sign, other)
    return "~" + _ARABIZI_VOWELS.sub("", word)


class _CharacterPlaces:
    """Positions of characters in running text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def of(self, term: _Term) -> list[Span]:
        """Spans as long as the option."""
        found: list[Span] = []
        for stem, _ in term.options:
            at = self._text.find(stem)
            while at >= 0:
                found.append((at, at + len(stem)))
                at = self._text.find(stem, at + 1)
        return sorted(found)
