"""A statement as drafts are held against it: its expressions, its limits, and what it allows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from appliance.safety.grounding.clause import SEPARATORS, Polarity, Window, polarity, windows
from appliance.safety.grounding.lexicon import Kind
from appliance.safety.grounding.pieces import Piece, plain
from appliance.safety.grounding.reading import Reader, Token, reader_for

_SENTENCE_ENDS = ".!?"
IF = "§if"


@dataclass(frozen=True)
class Chunk:
    """Words that belong together, as "plain tea": a draft says all of them or none.

    Attributes:
        conditional: the chunk stands in the statement's condition, and not in what follows from it.
    """

    words: tuple[str, ...]
    text: str
    conditional: bool = False


@dataclass(frozen=True)
class Claim:
    """One sentence of a statement.

    Attributes:
        groups: chunks that are listed side by side; a draft says at least one of each group.
        numbers: telephone numbers, and numbers without a unit: a draft says all of them.
        conditional: the sentence has a condition ("if …") that holds for all of it.
        linked: it has a word such as "is".
        doubt: why nothing but the text itself is supported, or "".
    """

    text: str
    polarity: Polarity
    windows: tuple[Window, ...]
    groups: tuple[tuple[Chunk, ...], ...]
    numbers: frozenset[str]
    vocabulary: frozenset[str]
    kinds: frozenset[Kind]
    conditional: bool = False
    linked: bool = False
    doubt: str = ""

    @property
    def limits(self) -> bool:
        """Whether the sentence allows, forbids, or sets a time or condition."""
        measured = any(
            part[0].isdigit() or part.startswith(Kind.TIME) for w in self.windows for part in w.parts
        )
        return self.polarity != "plain" or measured or self.conditional

    @property
    def describes(self) -> bool:
        """Whether the sentence says how something is, and asks for nothing: "anxiety is normal"."""
        measured = any(part[0].isdigit() for window in self.windows for part in window.parts)
        return self.linked and self.polarity == "plain" and not (measured or self.conditional or self.numbers)

    @property
    def lists(self) -> bool:
        """Whether the sentence only names things: a place, papers."""
        return self.polarity == "plain" and not (
            self.windows or self.conditional or self.numbers or self.linked
        )

    @cached_property
    def chunks(self) -> tuple[Chunk, ...]:
        """The chunks of all groups."""
        return tuple(chunk for group in self.groups for chunk in group)


@lru_cache(maxsize=4096)
def claims(statement: str, language: str) -> tuple[Claim, ...]:
    """The sentences of an approved text; none in a language without a lexicon."""
    reader = reader_for(language)
    if reader is None:
        return ()
    sentences = tuple(_sentences(reader.pieces(plain(statement))))
    return tuple(_claim(reader, sentence) for sentence in sentences)


def _sentences(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, ...]]:
    sentence: list[Piece] = []
    for piece in pieces:
        if piece.type == "mark" and piece.form in _SENTENCE_ENDS:
            if sentence:
                yield tuple(sentence)
            sentence = []
        else:
            sentence.append(piece)
    if sentence:
        yield tuple(sentence)


def _claim(reader: Reader, pieces: tuple[Piece, ...]) -> Claim:
    tokens = reader.claim(pieces)
    stance, doubt = polarity(tokens, verb_apart=reader.lexicon.verb_apart)
    limits, anchors = windows(tokens, anchor_first=reader.lexicon.anchor_first)
    if sum(any(part[0].isdigit() for part in window.parts) for window in limits) > 1:
        doubt = doubt or "has several times or limits"
    if any(token.kind is Kind.BUT for token in tokens):
        doubt = doubt or "says two things against each other"
    cut = _Cut()
    start, end = condition_span(tokens)
    for at, token in enumerate(tokens):
        cut.take(token, anchor=at in anchors, conditional=start <= at < end, parts=at in {start, end})
    groups = cut.groups()
    words = {word for group in groups for chunk in group for word in chunk.words}
    return Claim(
        text=" ".join(piece.text for piece in pieces),
        polarity=stance,
        windows=limits,
        groups=groups,
        numbers=frozenset(
            token.value for token in tokens if token.value.startswith("#") or token.kind is Kind.PHONE
        ),
        vocabulary=frozenset(words | {tokens[at].value for at in anchors}),
        kinds=frozenset(token.kind for token in tokens) | _consumed(reader, words),
        conditional=start < end,
        linked=any(token.kind is Kind.LINK for token in tokens),
        doubt=doubt,
    )


def _consumed(reader: Reader, words: set[str]) -> frozenset[Kind]:
    """The verbs that fit what the statement is about: food is eaten, liquids are drunk."""
    bare = {word.removeprefix("§") for word in words}
    kinds = set()
    if any(reader.same(word, food) for word in bare for food in reader.food):
        kinds |= {Kind.EAT, Kind.TAKE}
    if any(reader.same(word, fluid) for word in bare for fluid in reader.fluid):
        kinds |= {Kind.DRINK, Kind.TAKE}
    return frozenset(kinds)


def condition_span(tokens: Sequence[Token]) -> tuple[int, int]:
    """The condition that holds for the whole clause, as places start … end-1; (0, 0) without one.

    At the beginning it lasts to the last comma, else to the end. A condition in brackets is part of what
    stands before them ("the card (if you have one)").
    """
    places = [
        at for at, token in enumerate(tokens) if token.kind is Kind.CONDITION and not _bracketed(tokens, at)
    ]
    if not places:
        return 0, 0
    start = places[0]
    commas = [at for at, token in enumerate(tokens) if token.kind is Kind.MARK and token.value == ","]
    if any(tokens[at].kind not in {Kind.GLUE, Kind.LINK, Kind.HARMLESS, Kind.MARK} for at in range(start)):
        return start, len(tokens)
    return (start, commas[-1]) if commas and commas[-1] > start else (start, len(tokens))


def _bracketed(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].value == "("


@dataclass
class _Cut:
    """Cuts a statement's tokens into groups of chunks."""

    _groups: list[list[Chunk]] = field(default_factory=list)
    _words: list[tuple[str, str]] = field(default_factory=list)
    _conditional: bool = False
    _listing: bool = False
    _in_brackets: bool = False

    def take(self, token: Token, *, anchor: bool, conditional: bool, parts: bool) -> None:
        """One token; `parts` where the condition begins or ends, which no list goes over."""
        if parts or conditional != self._conditional:
            self._close()
            self._listing = False
        self._conditional = conditional
        if token.kind is Kind.CONDITION and not conditional:
            self._reopen()
            self._words.append((IF, token.text))
        elif token.kind is Kind.WORD and not anchor:
            self._words.append((token.value, token.text))
        elif token.kind is Kind.GLUE or (self._in_brackets and token.kind is Kind.LINK):
            return
        elif token.value == "(":
            self._close()
            self._listing = True
        elif token.value in SEPARATORS or token.kind in {
            Kind.AND,
            Kind.OR,
            Kind.NOR,
            Kind.NO,
            Kind.PHONE,
            Kind.MARK,
        }:
            self._close()
            self._in_brackets = False
        else:
            self._close()
            self._listing = False
            self._in_brackets = False

    def groups(self) -> tuple[tuple[Chunk, ...], ...]:
        """The groups, each with at least one chunk."""
        self._close()
        return tuple(tuple(group) for group in self._groups)

    def _close(self) -> None:
        if not self._words:
            return
        words, texts = zip(*self._words, strict=True)
        if not self._listing:
            self._groups.append([])
        self._groups[-1].append(Chunk(words, " ".join(texts), self._conditional))
        self._words.clear()
        self._listing = True

    def _reopen(self) -> None:
        """The condition in brackets belongs to the chunk before it."""
        self._in_brackets = True
        if not self._words and self._groups:
            chunk = self._groups[-1].pop()
            self._words.extend(zip(chunk.words, chunk.text.split(" "), strict=False))
            self._listing = bool(self._groups[-1])
            if not self._groups[-1]:
                self._groups.pop()
