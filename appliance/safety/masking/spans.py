"""Places in a text that are spoken for: identifiers to mask, and times, dates and doses that must stay."""

import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass

STAYS = ""


@dataclass(frozen=True, order=True)
class Span:
    """The characters start … end-1 and what they are; `STAYS` for what is kept as written."""

    start: int
    end: int
    kind: str


class Spans:
    """Spans of one text that never overlap: the first to claim a place keeps it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._taken: list[Span] = []

    def __iter__(self) -> Iterator[Span]:
        return iter(self._taken)

    def search(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """The pattern's matches in what is not spoken for."""
        found: list[re.Match[str]] = []
        start = 0
        for span in (*self._taken, Span(len(self.text), len(self.text), STAYS)):
            if span.start > start:
                found.extend(pattern.finditer(self.text, start, span.start))
            start = span.end
        return found

    def claim(self, start: int, end: int, kind: str) -> None:
        """Speak for a place; does nothing if some of it is spoken for."""
        span = Span(start, end, kind)
        at = bisect(self._taken, span)
        before = self._taken[at - 1].end if at else 0
        after = self._taken[at].start if at < len(self._taken) else len(self.text)
        if before <= start < end <= after:
            self._taken.insert(at, span)
