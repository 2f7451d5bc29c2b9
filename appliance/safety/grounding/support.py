"""Whether a clause of a draft says what one sentence of a statement says, no more and nothing else."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from appliance.safety.grounding.additions import addition_problems
from appliance.safety.grounding.claim import Claim
from appliance.safety.grounding.clause import Window, polarity, windows
from appliance.safety.grounding.lexicon import Kind
from appliance.safety.grounding.pieces import Piece
from appliance.safety.grounding.reach import reach_problems
from appliance.safety.grounding.reading import Reader, Token
from appliance.safety.grounding.words import words_of

_STANCES = {"permit": "allows", "forbid": "forbids", "plain": "neither allows nor forbids"}
_SAYS_NOTHING = frozenset({Kind.HARMLESS, Kind.LINK, Kind.MARK, Kind.AND})


def problems(pieces: tuple[Piece, ...], claim: Claim, reader: Reader) -> tuple[str, ...]:
    """Why the clause is not supported by the claim, in plain words; empty if it is."""
    if claim.doubt:
        return (f"the statement can only be sent word for word: it {claim.doubt}",)
    tokens = reader.draft(pieces, claim.vocabulary)
    return tuple(dict.fromkeys(_problems(tokens, claim, reader)))


def supported(pieces: tuple[Piece, ...], claim: Claim, reader: Reader) -> bool:
    """Whether the claim supports the clause: the first reason against it is enough."""
    return (
        not claim.doubt
        and next(_problems(reader.draft(pieces, claim.vocabulary), claim, reader), None) is None
    )


def filler(pieces: tuple[Piece, ...], reader: Reader) -> bool:
    """Whether the clause says nothing: "please remember"."""
    return {token.kind for token in reader.draft(pieces, frozenset())} <= _SAYS_NOTHING


def _problems(tokens: Sequence[Token], claim: Claim, reader: Reader) -> Iterator[str]:
    limits, anchors = windows(tokens, anchor_first=reader.lexicon.anchor_first)
    yield from _limit_problems(limits, claim)
    for before, token in pairwise(tokens):
        if token.kind is Kind.UNTIL and before.kind is Kind.GLUE:
            # "for up to 2 hours before" would be how long, and not until when.
            yield f"says “{before.text} {token.text}” where the statement says “{token.text}”"
    words = words_of(tokens, claim, anchors, reader)
    yield from words.problems
    stance, doubt = polarity(tokens, verb_apart=reader.lexicon.verb_apart)
    if doubt:
        yield doubt
    elif stance != claim.polarity:
        yield f"{_STANCES[stance]} what the statement {_STANCES[claim.polarity]}"
    elif stance == "forbid":
        yield from reach_problems(tokens, words.places, reader.lexicon)
    yield from addition_problems(tokens, claim, words.places, reader.lexicon)


def _limit_problems(said: Sequence[Window], claim: Claim) -> Iterator[str]:
    stated = list(claim.windows)
    for window in said:
        match = next((each for each in stated if each.agrees(window)), None)
        if match:
            stated.remove(match)
        elif claim.windows:
            yield f"says “{window.text}”, but the statement says “{claim.windows[0].text}”"
        else:
            yield f"adds “{window.text}”"
    for window in stated:
        yield f"leaves out “{window.text}”"
