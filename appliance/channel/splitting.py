"""Cuts a reply into parts that WhatsApp takes, at the borders of paragraphs, list items and sentences.

The parts joined are the text, character by character. A part never ends inside a grapheme (what a reader sees
as one character) and never inside an embedded run of the other writing direction, whose marks would be torn
apart.
"""

from bisect import bisect_right
from itertools import accumulate

import regex

MOST_UNITS = 1600
"""The longest body that Twilio takes through WhatsApp (its error 21617)."""

_CLOSERS = r"""[\p{Pe}\p{Pf}"'*_~\u200e\u200f\u061c\u202c\u2069]*"""
_PARAGRAPH = regex.compile(r"\n[^\S\n]*\n\s*")
_LINE = regex.compile(r"\n\s*")
# A full stop needs a space after it, a Chinese one does not; behind a list item's number it is none.
_SENTENCE = regex.compile(
    rf"(?m)(?<!^\s*\d{{1,3}})[.!?…؟۔।]+{_CLOSERS}\s+|[。！？；]+{_CLOSERS}\s*|{_LINE.pattern}"
)
_WORD = regex.compile(r"\s+")
_GRAPHEME = regex.compile(r"\X")
_OPENING = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
_CLOSING = frozenset("\u202c\u2069")


def units(text: str) -> int:
    """The length as Twilio counts it: in UTF-16, where most emoji are two."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, limit: int = MOST_UNITS) -> tuple[str, ...]:
    """The parts of a text, in order; none for an empty one.

    Each part has at most `limit` units. Spaces between two parts end the first one. What has no better border
    is cut between words, then between graphemes; only a single grapheme that is longer than the limit is cut
    inside.

    Raises:
        ValueError: the limit is below 2, the length of one character.
    """
    if limit < 2:
        raise ValueError(f"expected a limit of at least 2 units, got {limit}")
    if units(text) <= limit:
        return (text,) if text else ()
    borders = _Borders(text)
    lengths = [0, *accumulate(map(units, text))]
    parts: list[str] = []
    start = 0
    while start < len(text):
        furthest = bisect_right(lengths, lengths[start] + limit) - 1
        end = furthest if furthest == len(text) else borders.best(start, furthest)
        parts.append(text[start:end])
        start = end
    return tuple(parts)


class _Borders:
    """Where a text may be cut, from the best kind of place to the worst."""

    def __init__(self, text: str) -> None:
        graphemes = _ends(_GRAPHEME, text)
        whole = frozenset(graphemes)
        calm = whole - _inside_embedded_runs(text)
        self._paragraphs, self._lines, self._sentences, self._words = (
            sorted(calm.intersection(_ends(kind, text))) for kind in (_PARAGRAPH, _LINE, _SENTENCE, _WORD)
        )
        self._calm, self._graphemes = sorted(calm), graphemes

    def best(self, start: int, furthest: int) -> int:
        """The last border of the best kind, after `start` and not after `furthest`."""
        # Larger borders are worth a shorter part, but not one that is less than half full.
        middle = (start + furthest) // 2
        for borders, after in (
            (self._paragraphs, middle),
            (self._lines, middle),
            (self._sentences, start),
            (self._words, start),
            (self._calm, start),
            (self._graphemes, start),
        ):
            position = bisect_right(borders, furthest) - 1
            if position >= 0 and borders[position] > after:
                return borders[position]
        return furthest


def _ends(kind: regex.Pattern[str], text: str) -> list[int]:
    return [match.end() for match in kind.finditer(text)]


def _inside_embedded_runs(text: str) -> frozenset[int]:
    depth = 0
    inside: list[int] = []
    for end, character in enumerate(text, start=1):
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(0, depth - 1)
        elif character == "\n":
            # The end of a line ends all runs (Unicode Standard Annex 9).
            depth = 0
        if depth:
            inside.append(end)
    return frozenset(inside)
