"""Phrases over folded words: alternatives, endings left open, gaps, and two parts in either order.

The form is described in `knowledge/README.md`. Phrases are looked up by the words of the message rather than
searched for one by one, so that thousands of rules cost about a millisecond.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.safety.arabizi import ARABIC, bones, sounds
from appliance.safety.message import Message, Options, Places, Span
from appliance.safety.normalise import fold, spaced_words, words

# Gaps, in words (twice as many characters in Chinese): `..`, `...` and either side of `&`.
_SHORT_GAP, _LONG_GAP, _EITHER_GAP = 3, 7, 5
# Arabic in Latin letters has no spelling: vowels come and go, and some sounds have two signs.
ARABIZI = "arabizi"
# How many consonants (and a mark) a stem must have to be left open, and a phrase in all, to tell something.
_OPEN_SOUNDS, _TELLING_SOUNDS = 4, 4


@dataclass(frozen=True)
class _Term:
    """Words, or stems whose ending is open, any of which will do; `after` is the gap allowed before it."""

    options: Options
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

    @property
    def stems(self) -> Iterator[tuple[str, bool]]:
        """The words that it names, with whether their ending is open."""
        for part in self.parts:
            for term in part:
                yield from term.options

    def in_latin_letters(self) -> "Phrase | None":
        """An Arabic phrase by its consonants, to be met in Latin letters; None if they would tell too little."""
        parts = tuple(tuple(_Term(tuple(_sounded(term)), term.after) for term in part) for part in self.parts)
        least = [
            min((len(stem) - 1 for stem, _ in term.options), default=0) for part in parts for term in part
        ]
        telling = all(least) and sum(least) >= _TELLING_SOUNDS
        return Phrase(self.text, running=False, parts=parts) if telling else None

    def spans(self, message: Message) -> Iterator[Span]:
        """Where the phrase stands in the message, as positions of words (of characters if running)."""
        places = message.places(running=self.running)
        if len(self.parts) == 1:
            yield from _spans(self.parts[0], places)
            return
        gap = _EITHER_GAP * (2 if self.running else 1)
        others = list(_spans(self.parts[1], places))
        ones = list(_spans(self.parts[0], places)) if others else []
        for one in ones:
            for other in others:
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
                stem = bones(stem)
            if not stem or (not running and len(list(spaced_words(stem))) != 1):
                raise ValueError(f"{text!r}: expected one word on each side of '|', got {option!r}")
            options.append((stem, option.endswith("*") and not running))
        sequence.append(_Term(tuple(options), gap))
        gap = 0
    if not sequence:
        raise ValueError(f"{text!r}: expected at least one word")
    return tuple(sequence)


def _sounded(term: _Term) -> Iterator[tuple[str, bool]]:
    for stem, is_open in term.options:
        if ARABIC.fullmatch(stem) and (marked := sounds(stem)):
            yield marked, is_open and len(marked) >= _OPEN_SOUNDS


def _spans(part: tuple[_Term, ...], places: Places) -> Iterator[Span]:
    """Where the terms stand in order, each within its gap of the one before."""
    # The first stands there, or the phrase would be no candidate: most of those that fail do so by their last.
    if len(part) > 1 and not places.of(part[-1].options):
        return
    spans = places.of(part[0].options)
    for term in part[1:]:
        if not spans:
            return
        nexts = places.of(term.options)
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

    def candidates(self, message: Message) -> list[int]:
        """The numbers of the phrases that the message may hold, in order."""
        numbers: set[int] = set(self._running) if message.has_han else set()
        for form in message.forms:
            numbers |= self._whole.get(form, _NONE)
            for length in range(1, len(form) + 1):
                numbers |= self._open.get(form[:length], _NONE)
        return sorted(numbers)

    def spans(self, message: Message) -> Iterator[tuple[Span, bool]]:
        """Where phrases stand in the message, with whether in running text."""
        for number in self.candidates(message):
            phrase = self.phrases[number]
            for span in phrase.spans(message):
                yield span, phrase.running

    def found_in(self, message: Message) -> bool:
        """Whether the message holds any of the phrases."""
        return any(True for _ in self.spans(message))


_NONE: frozenset[int] = frozenset()
