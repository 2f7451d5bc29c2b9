"""A sentence read into what its words do: the form in which drafts and statements are compared."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from appliance.safety.grounding.languages import LEXICONS
from appliance.safety.grounding.lexicon import Kind, Lexicon
from appliance.safety.grounding.pieces import Piece, pieces_of

_ANY_WORD = "*"
_SHORTEST_STEM = 3
# A clause is held against every sentence of every statement, and asks for the same pairs of words again and again.
_PAIRS_REMEMBERED = 50_000
# What a statement says with these is its meaning; in a draft they may be added.
_ADDITIONS = frozenset({Kind.HARMLESS, Kind.SETTING, Kind.GO_BRING})


@dataclass(frozen=True)
class Token:
    """One or several pieces that do something together.

    Attributes:
        value: for a word its form or its group, for a number its value, for a quantity `8 hour`.
        text: as written.
        at: the place of its first piece.
    """

    kind: Kind
    value: str
    text: str
    at: int = 0


@dataclass(frozen=True)
class _Entry:
    pattern: tuple[str, ...]
    kind: Kind
    value: str


class _Names:
    """What each of the phrases of a table is a name of: units, and numbers in words."""

    def __init__(self, written: str) -> None:
        self._of = {form: name for name, phrases in _table(written) for form in map(_forms, phrases)}
        self._lengths: dict[str, int] = {}
        for form in self._of:
            self._lengths[form[0]] = max(len(form), self._lengths.get(form[0], 0))

    def has(self, form: str) -> bool:
        """Whether a folded word alone is a phrase of the table."""
        return (form,) in self._of

    def longest(self, pieces: tuple[Piece, ...], at: int) -> tuple[str, int]:
        """The name that the longest phrase here stands for, and the phrase's length; 0 if there is none."""
        if at >= len(pieces):
            return "", 0
        for length in range(self._lengths.get(pieces[at].form, 0), 0, -1):
            forms = tuple(piece.form for piece in pieces[at : at + length])
            if forms in self._of:
                return self._of[forms], length
        return "", 0


class Reader:
    """Reads sentences of one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._entries: dict[str, list[_Entry]] = {}
        for kind, value, phrase in _entries(lexicon):
            entry = _Entry(tuple(_ANY_WORD if p == _ANY_WORD else p for p in _forms(phrase)), kind, value)
            self._entries.setdefault(entry.pattern[0], []).append(entry)
        for entries in self._entries.values():
            entries.sort(key=lambda entry: (-len(entry.pattern), _ANY_WORD in entry.pattern))
        self._units, self._numbers = _Names(lexicon.units), _Names(lexicon.numbers)
        self._endings = frozenset(lexicon.endings.split("|"))
        self.food = frozenset(lexicon.food.split("|"))
        self.fluid = frozenset(lexicon.fluid.split("|"))
        self._same = lru_cache(_PAIRS_REMEMBERED)(self._compared)

    def pieces(self, text: str) -> tuple[Piece, ...]:
        """The words, numbers and marks of a text."""
        return tuple(pieces_of(text))

    def knows(self, form: str) -> bool:
        """Whether a folded word is of the lexicon."""
        return form in self._entries or self._units.has(form) or self._numbers.has(form)

    def claim(self, pieces: tuple[Piece, ...]) -> tuple[Token, ...]:
        """A statement's sentence: words that a draft might add without harm are its meaning here."""
        return tuple(self._read(pieces, self._as_claim))

    def draft(self, pieces: tuple[Piece, ...], vocabulary: frozenset[str]) -> tuple[Token, ...]:
        """A draft's clause, to be compared with a statement whose words have these values."""

        def choose(entries: list[_Entry]) -> _Entry | None:
            groups = (entry for entry in entries if entry.kind is Kind.WORD and entry.value in vocabulary)
            chosen = next(groups, None) or next((e for e in entries if e.kind is not Kind.WORD), entries[0])
            stated = chosen.kind in _ADDITIONS and len(chosen.pattern) == 1
            return None if stated and self._stated(chosen.pattern[0], vocabulary) else chosen

        return tuple(self._read(pieces, choose))

    def same(self, one: str, other: str) -> bool:
        """Whether two words are forms of one word."""
        return one == other or self._same(one, other)

    def _compared(self, one: str, other: str) -> bool:
        if "§" in one + other or "#" in one + other:
            return False
        one, other = self._bare(one), self._bare(other)
        at = next(
            (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
            min(len(one), len(other)),
        )
        # The last letters that both have may belong to the ending.
        return any(
            one[cut:] in self._endings and other[cut:] in self._endings
            for cut in range(at, max(at - 2, _SHORTEST_STEM) - 1, -1)
            if cut >= _SHORTEST_STEM
        )

    def _bare(self, word: str) -> str:
        prefix = next((p for p in self.lexicon.prefixes if word.startswith(p) and len(word) - len(p) > 2), "")
        return word.removeprefix(prefix)

    def _stated(self, form: str, vocabulary: frozenset[str]) -> bool:
        return any(self.same(form, word) for word in vocabulary)

    def _as_claim(self, entries: list[_Entry]) -> _Entry | None:
        meant = [entry for entry in entries if entry.kind is Kind.WORD]
        kept = meant or [entry for entry in entries if entry.kind not in {Kind.HARMLESS, Kind.SETTING}]
        return kept[0] if kept else None

    def _read(
        self, pieces: tuple[Piece, ...], choose: Callable[[list[_Entry]], _Entry | None]
    ) -> Iterator[Token]:
        at, skipped = 0, set[int]()
        while at < len(pieces):
            if at in skipped:
                at += 1
                continue
            token, length = self._quantity(pieces, at) or self._phrase(pieces, at, choose, skipped)
            yield token
            at += length

    def _quantity(self, pieces: tuple[Piece, ...], at: int) -> tuple[Token, int] | None:
        """A number and, if one follows, its unit; number words count only before a unit."""
        piece = pieces[at]
        if piece.type == "phone":
            return Token(Kind.PHONE, re.sub(r"[^\d+]", "", piece.form), piece.text, at), 1
        in_figures = piece.type in {"number", "clock"}
        value, length = (piece.form, 1) if in_figures else self._numbers.longest(pieces, at)
        if not length:
            return None
        value = value.lstrip("0") or "0"
        after = at + length
        while after < len(pieces) and self._is_glue(pieces[after].form) and after - at - length < 2:
            after += 1
        for start in (at + length, after):
            unit, unit_length = self._units.longest(pieces, start)
            if unit_length:
                end = start + unit_length
                return Token(Kind.QUANTITY, f"{value} {unit}", _text(pieces[at:end]), at), end - at
        if in_figures:
            return Token(Kind.WORD, f"#{value}", piece.text, at), 1
        return None

    def _is_glue(self, form: str) -> bool:
        return any(
            entry.kind is Kind.GLUE and entry.pattern == (form,) for entry in self._entries.get(form, ())
        )

    def _phrase(
        self,
        pieces: tuple[Piece, ...],
        at: int,
        choose: Callable[[list[_Entry]], _Entry | None],
        skipped: set[int],
    ) -> tuple[Token, int]:
        """The longest entry of the lexicon here, else the piece as a word or a mark."""
        piece = pieces[at]
        fitting = [entry for entry in self._entries.get(piece.form, ()) if _fits(entry.pattern, pieces, at)]
        # Most words of a text are in no lexicon.
        lengths = sorted({len(entry.pattern) for entry in fitting}, reverse=True) if fitting else ()
        for length in lengths:
            entry = choose([entry for entry in fitting if len(entry.pattern) == length])
            if entry is None:
                continue
            if _ANY_WORD not in entry.pattern:
                return Token(entry.kind, entry.value, _text(pieces[at : at + length]), at), length
            gap = entry.pattern.index(_ANY_WORD)
            skipped.update(range(at + gap + 1, at + length))
            return Token(entry.kind, entry.value, _text(pieces[at : at + length]), at), gap
        if piece.type == "mark":
            return Token(Kind.MARK, piece.form, piece.text, at), 1
        return Token(Kind.WORD, piece.form, piece.text, at), 1


@cache
def reader_for(language: str) -> Reader | None:
    """The reader of a language; None for one without a lexicon, which is only sent word for word."""
    lexicon = LEXICONS.get(language)
    return Reader(lexicon) if lexicon else None


def _forms(phrase: str) -> tuple[str, ...]:
    return tuple(piece.form for piece in pieces_of(phrase))


def _text(pieces: Iterable[Piece]) -> str:
    parts = [piece.text for piece in pieces]
    return ("" if all("\u3400" <= part[0] <= "\u9fff" for part in parts) else " ").join(parts)


def _fits(pattern: tuple[str, ...], pieces: tuple[Piece, ...], at: int) -> bool:
    there = pieces[at : at + len(pattern)]
    return len(there) == len(pattern) and all(
        form == piece.form or (form == _ANY_WORD and piece.type == "word")
        for form, piece in zip(pattern, there, strict=True)
    )


def _table(written: str) -> Iterator[tuple[str, list[str]]]:
    for line in filter(None, written.split(";")):
        name, _, phrases = line.partition(":")
        yield name.strip(), [phrase.strip() for phrase in phrases.split("|")]


def _entries(lexicon: Lexicon) -> Iterator[tuple[Kind, str, str]]:
    for group in lexicon.groups:
        phrases = group.split("|")
        yield from ((Kind.WORD, f"§{phrases[0]}", phrase) for phrase in phrases)
    for kind in Kind:
        written = getattr(lexicon, f"{kind}_" if kind in {"and", "or", "not", "any"} else kind.value, "")
        if kind not in {Kind.TIME, Kind.WORD}:
            yield from ((kind, phrase, phrase) for phrase in filter(None, written.split("|")))
    for name, phrases in _table(lexicon.times):
        yield from ((Kind.TIME, name, phrase) for phrase in phrases)
