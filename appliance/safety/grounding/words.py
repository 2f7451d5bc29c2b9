"""Which expressions of a statement a clause says, and which of its words are no part of any."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from appliance.safety.grounding.claim import IF, Chunk, Claim, condition_span
from appliance.safety.grounding.clause import INSIDE
from appliance.safety.grounding.lexicon import Kind
from appliance.safety.grounding.reading import Reader, Token

# Between the words of "the card, if you have one".
_BEFORE_CONDITION = INSIDE | {Kind.LINK, Kind.MARK}


@dataclass(frozen=True)
class Words:
    """A clause's words, held against a claim.

    Attributes:
        said: the chunks of the claim that the clause says, with the places where each begins.
        problems: in plain words.
    """

    said: Mapping[Chunk, Sequence[int]]
    problems: tuple[str, ...]

    @property
    def places(self) -> tuple[int, ...]:
        """Where chunks begin."""
        return tuple(place for places in self.said.values() for place in places)


def words_of(tokens: Sequence[Token], claim: Claim, anchors: frozenset[int], reader: Reader) -> Words:
    """Hold the words of a clause against a claim.

    Args:
        tokens: the clause, read with the claim's vocabulary.
        claim: a sentence of a statement.
        anchors: places of words that belong to a time or limit.
        reader: of the language.
    """
    matching = _Matching(tokens, claim, anchors, reader)
    problems = tuple(matching.run())
    return Words(matching.said, problems)


@dataclass
class _Matching:
    tokens: Sequence[Token]
    claim: Claim
    anchors: frozenset[int]
    reader: Reader
    said: dict[Chunk, list[int]] = field(default_factory=dict)

    def run(self) -> Iterator[str]:
        start, end = condition_span(self.tokens) if self.claim.conditional else (0, 0)
        head = start if start < end else None
        if self.claim.conditional and head is None:
            yield "leaves out the condition of the statement"
        at = 0
        while at < len(self.tokens):
            token = self.tokens[at]
            free = at not in self.anchors and at != head
            following = self._chunk_at(at, conditional=start <= at < end) if free else None
            if following is None and free and token.kind is Kind.CONDITION:
                yield f"adds the condition “{token.text}”"
            elif following is None and free and token.kind is Kind.WORD:
                yield self._stray(token)
            at = following or at + 1
        yield from self._left_out()

    def _chunk_at(self, at: int, *, conditional: bool) -> int | None:
        """The place after the longest chunk that begins here, which is noted as said."""
        ends = {
            chunk: end
            for chunk in self.claim.chunks
            if chunk.conditional == conditional and (end := self._chunk_end(chunk, at)) is not None
        }
        if not ends:
            return None
        chunk = max(ends, key=lambda each: (len(each.words), ends[each]))
        self.said.setdefault(chunk, []).append(at)
        return ends[chunk]

    def _chunk_end(self, chunk: Chunk, at: int) -> int | None:
        """The place after the chunk, if all its words stand here together."""
        # In the name of a place or a paper the order says nothing: "official ID", "ID, official".
        free_order = self.claim.lists and IF not in chunk.words
        skipped = _BEFORE_CONDITION if IF in chunk.words else INSIDE
        wanted = list(chunk.words)
        place = at
        while wanted:
            if place >= len(self.tokens):
                return None
            token = self.tokens[place]
            if place == at or token.kind not in skipped or self._is(token, wanted[0]):
                found = [word for word in (wanted if free_order else wanted[:1]) if self._is(token, word)]
                if not found:
                    return None
                wanted.remove(found[0])
            place += 1
        return place

    def _is(self, token: Token, word: str) -> bool:
        if word == IF:
            return token.kind is Kind.CONDITION
        return token.kind is Kind.WORD and self.reader.same(token.value, word)

    def _stray(self, token: Token) -> str:
        for chunk in self.claim.chunks:
            if any(self._is(token, word) for word in chunk.words):
                return f"says “{token.text}”, but the statement says “{chunk.text}”"
        return f"adds “{token.text}”"

    def _left_out(self) -> Iterator[str]:
        for group in self.claim.groups:
            if not any(chunk in self.said for chunk in group):
                yield f"leaves out “{group[0].text}”"
        spoken = {token.value for token in self.tokens}
        for number in sorted(self.claim.numbers - spoken):
            yield f"leaves out {number.removeprefix('#')}"
        for token in self.tokens:
            if token.kind is Kind.PHONE and token.value not in self.claim.numbers:
                yield f"says the telephone number {token.value}, which the statement does not"
