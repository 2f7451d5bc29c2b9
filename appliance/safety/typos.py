"""Misspelt words: which words of the rules a word that nobody knows may have been meant to be."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

# Shorter words, and shorter beginnings of words, have too many neighbours.
_SHORTEST, _SHORTEST_STEM = 5, 6
_MOST_REMEMBERED = 4096


class Typos:
    """Words one slip away: a letter too many, too few, another, or two swapped; never the first letter.

    Args:
        vocabulary: the words that are looked for, with whether their ending is open.
        known: ordinary words, which are meant as they are written.
    """

    def __init__(self, vocabulary: Iterable[tuple[str, bool]], known: Collection[str]) -> None:
        self._known = known
        self._words: dict[str, set[str]] = defaultdict(set)
        self._stems: dict[str, set[str]] = defaultdict(set)
        self._vocabulary = set()
        for word, is_open in set(vocabulary):
            self._vocabulary.add(word)
            if word.isalpha() and len(word) >= (_SHORTEST_STEM if is_open else _SHORTEST):
                for rest in _rests(word):
                    (self._stems if is_open else self._words)[rest].add(word)
        self.near = lru_cache(_MOST_REMEMBERED)(self._near)

    def _near(self, word: str) -> frozenset[str]:
        """The words and stems that this one may be; none for a word that is known."""
        if len(word) < _SHORTEST or not word.isalpha() or word in self._known or word in self._vocabulary:
            return frozenset()
        found = {one for rest in _rests(word) for one in self._words.get(rest, ()) if one_slip(word, one)}
        for length in range(_SHORTEST_STEM, len(word) + 1):
            start = word[:length]
            found |= {
                one for rest in _rests(start) for one in self._stems.get(rest, ()) if one_slip(start, one)
            }
        return frozenset(found)


def _rests(word: str) -> Iterator[str]:
    """The word, and without each letter but the first."""
    yield word
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]


def one_slip(one: str, other: str) -> bool:
    """Whether the two differ by one letter too many, too few or another, or by two neighbours swapped."""
    if one == other or one[:1] != other[:1]:
        return False
    same = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[same:], other[same:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
