"""What a clause forbids: the words that forbid must reach all that is named, and nothing must escape them."""

from collections.abc import Iterator, Sequence

from appliance.safety.grounding.clause import next_meaning, previous_meaning
from appliance.safety.grounding.lexicon import Kind, Lexicon
from appliance.safety.grounding.reading import Token

VERBS = frozenset({Kind.EAT, Kind.DRINK, Kind.TAKE})
_FORWARD = frozenset({Kind.NO, Kind.NOT, Kind.AVOID, Kind.NONE})
_JOINS = frozenset({Kind.AND, Kind.OR, Kind.NOR})


def reach_problems(tokens: Sequence[Token], named: Sequence[int], lexicon: Lexicon) -> Iterator[str]:
    """Why it is not clear what the clause forbids.

    Args:
        tokens: a clause that forbids.
        named: places where what is forbidden is named.
        lexicon: of the language.
    """
    forward = [at for at, token in enumerate(tokens) if token.kind in _FORWARD]
    if forward:
        if any(at < forward[0] for at in named):
            yield _unclear(tokens[forward[0]])
    else:
        ban = next(at for at, token in enumerate(tokens) if token.kind is Kind.FORBIDDEN)
        if min(named, default=ban) < ban < max(named, default=ban):
            yield _unclear(tokens[ban])
    for at in forward:
        negated = next_meaning(tokens, at)
        reaches = negated is not None and (negated in named or tokens[negated].kind in VERBS)
        # German says "no" before what is named and puts the verb elsewhere.
        if not reaches and (tokens[at].kind is Kind.NO or not lexicon.verb_apart):
            yield _unclear(tokens[at])
    if not lexicon.verb_apart:
        for at, token in enumerate(tokens):
            if token.kind in VERBS and not _forbidden(tokens, at):
                yield f"it is not clear that “{token.text}” is forbidden"
            if token.kind in VERBS and at + 1 < len(tokens) and tokens[at + 1].kind is Kind.LINK:
                # "non mangi che …": eat nothing but.
                yield f"has “{tokens[at + 1].text}” where it may turn the meaning"


def _unclear(token: Token) -> str:
    return f"it is not clear what “{token.text}” forbids"


def _forbidden(tokens: Sequence[Token], verb: int) -> bool:
    """Whether what forbids stands just before the verb, or the verb is joined to one: "eat or drink"."""
    before = previous_meaning(tokens, verb)
    if before is None:
        return False
    if tokens[before].kind in _JOINS:
        other = previous_meaning(tokens, before)
        return other is not None and tokens[other].kind in VERBS
    return tokens[before].kind in _FORWARD | {Kind.FORBIDDEN}
