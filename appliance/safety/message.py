"""A message prepared for phrases: the words of each sentence in every form that a phrase may name them by."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from appliance.safety.arabizi import ARABIC, LATIN, bones_of, sounds_arabic, sounds_of, without_prefixes
from appliance.safety.normalise import fold, has_han, sentences, spaced_words

Span = tuple[int, int]
# Words, or stems whose ending is open (True), any of which will do.
Options = tuple[tuple[str, bool], ...]
# A misspelt word -> the words that it may have been meant to be.
Guesses = Callable[[str], Iterable[str]]

# How much further apart two things are for each comma or joining word between them, in words.
_PAUSE = 4
_COMMA = re.compile(r"[,،、()/–—]|\s-\s")
_JOINING = (
    "y pero ademas tambien i tambe and but also plus et mais aussi und aber ausserdem e ma anche mas iar dar "
    "і й та але و lakin w u"
)
_JOINS = frozenset(_JOINING.split())
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Word:
    """A folded word, or a run of Chinese characters.

    Attributes:
        forms: every form that a phrase may name it by.
        guesses: what it may have been meant to be, if it is misspelt.
        pause: whether a comma stands before it, or it joins what is said before to what comes after.
    """

    text: str
    forms: frozenset[str]
    guesses: frozenset[str] = frozenset()
    pause: bool = False


class Places(Protocol):
    """Where things stand in a message."""

    def of(self, options: Options) -> list[Span]:
        """Where any of the options stands, in order."""


class Message:
    """The words of each sentence."""

    def __init__(self, sentences_: list[list[Word]]) -> None:
        self._sentences = sentences_

    @classmethod
    def of(cls, text: str, guesses: Guesses | None = None) -> "Message":
        """A message as written; `guesses` helps with misspelt words."""
        folded = [fold(part) for part in sentences(text)]
        arabizi = any(map(sounds_arabic, folded))
        return cls([list(_words(part, guesses, arabizi=arabizi)) for part in folded])

    def guessed(self) -> "Message":
        """The same message with misspelt words read as what they may have been meant to be."""
        if not any(word.guesses for part in self._sentences for word in part):
            return self
        return Message(
            [[replace(word, forms=word.forms | word.guesses) for word in part] for part in self._sentences]
        )

    @cached_property
    def has_han(self) -> bool:
        """Whether it holds Chinese characters."""
        return any(has_han(word.text) for part in self._sentences for word in part)

    @cached_property
    def forms(self) -> frozenset[str]:
        """Every form of every word that a phrase may name."""
        return frozenset(form for part in self._sentences for word in part for form in word.forms)

    def places(self, *, running: bool) -> Places:
        """Where words stand (characters, if running)."""
        return self._characters if running else self._words

    @cached_property
    def _words(self) -> Places:
        return _WordPlaces([word for part in self._sentences for word in part])

    @cached_property
    def _characters(self) -> Places:
        return _CharacterPlaces("".join(word.text for part in self._sentences for word in part))

    def sentences_at(self, span: Span, *, running: bool) -> Iterator[tuple["Message", Span]]:
        """The sentences that a span touches, each as a message of its own, with the part of the span in it."""
        position = 0
        for part in self._sentences:
            length = sum(len(word.text) for word in part) if running else len(part)
            start, end = max(span[0] - position, 0), min(span[1] - position, length)
            if start < end:
                yield Message([part]), (start, end)
            position += length

    def distance(self, one: Span, other: Span, *, running: bool) -> int:
        """How far apart two spans stand, in words (characters, if running); a pause between them counts as several."""
        first, second = sorted((one, other))
        if second[0] < first[1]:
            return 0
        units = self._pauses_running if running else self._pauses
        # What joins stands at the start of the second or before it.
        pauses = sum(units[first[1] : second[0] + 1])
        return second[0] - first[1] + _PAUSE * pauses * (2 if running else 1)

    @cached_property
    def _pauses(self) -> list[bool]:
        return [word.pause for part in self._sentences for word in part]

    @cached_property
    def _pauses_running(self) -> list[bool]:
        return [
            word.pause and at == 0
            for part in self._sentences
            for word in part
            for at in range(len(word.text))
        ]

    def without(self, spans_in: Callable[["Message"], Iterable[tuple[Span, bool]]]) -> "Message":
        """The message without what is found in each of its sentences, as spans, with whether they are running."""
        return Message([_cut(part, spans_in(Message([part]))) for part in self._sentences])


def _cut(part: list[Word], spans: Iterable[tuple[Span, bool]]) -> list[Word]:
    found = list(spans)
    if not found:
        return part
    left, character = [], 0
    for at, word in enumerate(part):
        kept = "".join(
            unit
            for position, unit in enumerate(word.text, start=character)
            if not any(running and start <= position < end for (start, end), running in found)
        )
        character += len(word.text)
        cut = any(not running and start <= at < end for (start, end), running in found)
        if kept and not cut:
            left.append(word if kept == word.text else replace(word, text=kept, forms=frozenset({kept})))
    return left


def _words(folded: str, guesses: Guesses | None, *, arabizi: bool) -> Iterator[Word]:
    for text, before in spaced_words(folded):
        pause = text in _JOINS or _COMMA.search(before) is not None
        meant = frozenset(guesses(text)) if guesses else _NOTHING
        yield Word(text, _forms(text, arabizi=arabizi), meant, pause)


def _forms(word: str, *, arabizi: bool) -> frozenset[str]:
    forms = {word}
    if ARABIC.match(word):
        forms |= without_prefixes(word)
    elif LATIN.fullmatch(word):
        forms |= bones_of(word)
        if arabizi:
            forms |= sounds_of(word)
    return frozenset(forms)


class _WordPlaces:
    """Positions of whole words and of stems."""

    def __init__(self, all_words: list[Word]) -> None:
        self._positions: dict[str, list[int]] = defaultdict(list)
        for position, word in enumerate(all_words):
            for form in word.forms:
                self._positions[form].append(position)

    @cached_property
    def _stems(self) -> dict[str, list[int]]:
        stems: dict[str, list[int]] = defaultdict(list)
        for word, positions in self._positions.items():
            for length in range(1, len(word) + 1):
                stems[word[:length]].extend(positions)
        return stems

    def of(self, options: Options) -> list[Span]:
        """One-word spans."""
        whole, open_ended = self._positions, self._stems
        found: set[int] = set()
        for stem, is_open in options:
            # Hardly any stands here, of the dozens that a term may name.
            if places := (open_ended if is_open else whole).get(stem):
                found.update(places)
        return [(position, position + 1) for position in sorted(found)] if found else []


class _CharacterPlaces:
    """Positions of characters in running text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def of(self, options: Options) -> list[Span]:
        """Spans as long as the option."""
        found: list[Span] = []
        for stem, _ in options:
            at = self._text.find(stem)
            while at >= 0:
                found.append((at, at + len(stem)))
                at = self._text.find(stem, at + 1)
        return sorted(found)
