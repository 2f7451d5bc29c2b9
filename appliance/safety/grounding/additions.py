"""What a clause may say beyond the statement's words: fitting verbs, where to go, whom to call, courtesy."""

from collections.abc import Iterator, Sequence

from appliance.safety.grounding.claim import Claim
from appliance.safety.grounding.clause import next_meaning
from appliance.safety.grounding.lexicon import Kind, Lexicon
from appliance.safety.grounding.reach import VERBS
from appliance.safety.grounding.reading import Token

_MARKS_INSIDE = ",():;-"
_PASSED_OVER = frozenset({Kind.OR, Kind.AND, Kind.HARMLESS, *VERBS})


def addition_problems(
    tokens: Sequence[Token], claim: Claim, named: Sequence[int], lexicon: Lexicon
) -> Iterator[str]:
    """What the clause adds, in plain words.

    Args:
        tokens: the clause.
        claim: the sentence of the statement.
        named: places where the clause says an expression of the statement.
        lexicon: of the language.
    """
    unfit = _unfit(claim)
    for at, token in enumerate(tokens):
        if token.kind is Kind.BUT and at > 0:
            yield f"says two things against each other with “{token.text}”"
        elif token.kind is Kind.OR and at == 0:
            yield f"begins with “{token.text}”"
        elif token.kind is Kind.MARK and token.value not in _MARKS_INSIDE:
            yield f"has “{token.text}” inside"
        elif token.kind in unfit:
            yield f"adds “{token.text}”"
        elif token.kind in VERBS and not _takes_something(tokens, at, claim, named, lexicon):
            yield f"it is not clear what to “{token.text}”"
    if lexicon.verb_apart and sum(token.kind in VERBS for token in tokens) > 1:
        yield "has several verbs"


def _unfit(claim: Claim) -> frozenset[Kind]:
    """The kinds of words that the claim gives no ground for."""
    plain = claim.polarity == "plain"
    numbered = Kind.CALL in claim.kinds or Kind.PHONE in claim.kinds
    fitting = {
        *((VERBS & claim.kinds) if not plain else ()),
        *((Kind.CALL,) if numbered else ()),
        *((Kind.GO_BRING,) if claim.lists else ()),
        *((Kind.SETTING,) if plain else ()),
        *((Kind.OBLIGE,) if not claim.describes else ()),
    }
    return frozenset({*VERBS, Kind.CALL, Kind.GO_BRING, Kind.SETTING, Kind.OBLIGE}) - fitting


def _takes_something(
    tokens: Sequence[Token], verb: int, claim: Claim, named: Sequence[int], lexicon: Lexicon
) -> bool:
    """Whether it is clear what is eaten or drunk: it follows the verb, another verb may stand between."""
    if lexicon.verb_apart:
        return _stands_outside(tokens, verb, named)
    if lexicon.anchor_first and claim.polarity == "permit":
        # Chinese may name it first, which is as clear where it is allowed.
        return True
    following = next_meaning(tokens, verb)
    while following is not None and tokens[following].kind in _PASSED_OVER:
        following = next_meaning(tokens, following)
    return following is not None and following in named


def _stands_outside(tokens: Sequence[Token], verb: int, named: Sequence[int]) -> bool:
    """Whether the verb stands before all that is named, or after it, and not behind the "no"."""
    no = next((at for at, token in enumerate(tokens) if token.kind is Kind.NO), None)
    if not named or min(named) < verb < max(named):
        return False
    return no is None or not no < verb < min(named)
