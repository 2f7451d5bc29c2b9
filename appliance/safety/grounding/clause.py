"""What a clause says besides its words: whether it allows or forbids, its times and its limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from appliance.safety.grounding.lexicon import Kind
from appliance.safety.grounding.reading import Token

Polarity = Literal["plain", "permit", "forbid", "doubt"]

_LIMITS = frozenset({Kind.LEAST, Kind.UNTIL, Kind.BEFORE, Kind.AFTER, Kind.TIME, Kind.QUANTITY})
_NEGATIONS = frozenset({Kind.NO, Kind.NOT, Kind.AVOID, Kind.FORBIDDEN})
# Between two words of one expression these may stand without parting it.
INSIDE = frozenset({Kind.GLUE})
_BETWEEN = INSIDE | {Kind.LINK}
_JOINS = frozenset({Kind.AND, Kind.OR, Kind.NOR})
SEPARATORS = ",()"


@dataclass(frozen=True)
class Window:
    """A time or limit as a whole: `at least` `8 hour` `before surgery`.

    Attributes:
        parts: the bound, the quantity, and the direction with what it refers to, in the order of the text.
        text: as written.
    """

    parts: tuple[str, ...]
    text: str

    def agrees(self, other: "Window") -> bool:
        """Whether both say the same; "up to" must keep its place, and "at least" stay beside the quantity."""
        if self.parts == other.parts:
            return True
        return Kind.UNTIL not in self.parts and self._loose() == other._loose()  # noqa: SLF001 - of its own kind

    def _loose(self) -> tuple[str, ...]:
        parts = list(self.parts)
        for at, part in enumerate(parts):
            beside = parts[max(at - 1, 0) : at + 2]
            if part == Kind.LEAST and not any(" " in each and each[0].isdigit() for each in beside):
                return ("astray", *self.parts)
        return tuple(sorted(parts))


def windows(tokens: Sequence[Token], *, anchor_first: bool) -> tuple[tuple[Window, ...], frozenset[int]]:
    """The times and limits of a clause, and the places of the words that these refer to.

    Args:
        tokens: the clause.
        anchor_first: the language says "surgery before", and not "before surgery".
    """
    found: list[Window] = []
    anchors: set[int] = set()
    run: list[tuple[str, str]] = []
    at = 0
    meaningful = [i for i, token in enumerate(tokens) if token.kind not in _BETWEEN]
    while at < len(meaningful):
        place = meaningful[at]
        token = tokens[place]
        following = meaningful[at + 1] if at + 1 < len(meaningful) else None
        after = tokens[following] if following is not None else None
        directed = token.kind in {Kind.BEFORE, Kind.AFTER}
        if anchor_first and token.kind is Kind.WORD and after and after.kind in {Kind.BEFORE, Kind.AFTER}:
            run.append((f"{after.kind}:{token.value}", token.text + after.text))
            anchors.add(place)
            at += 2
        elif directed and not anchor_first and after and following is not None and after.kind is Kind.WORD:
            run.append((f"{token.kind}:{after.value}", f"{token.text} {after.text}"))
            anchors.add(following)
            at += 2
        elif token.kind in _LIMITS:
            run.append((token.value if token.kind is Kind.QUANTITY else _symbol(token), token.text))
            at += 1
        else:
            _close(run, found)
            at += 1
    _close(run, found)
    return tuple(found), frozenset(anchors)


def _symbol(token: Token) -> str:
    return f"{token.kind}:{token.value}" if token.kind is Kind.TIME else token.kind.value


def _close(run: list[tuple[str, str]], found: list[Window]) -> None:
    if run:
        found.append(Window(tuple(part for part, _ in run), " ".join(text for _, text in run)))
    run.clear()


def polarity(tokens: Sequence[Token], *, verb_apart: bool) -> tuple[Polarity, str]:
    """Whether the clause allows, forbids or neither; or "doubt", with why.

    Args:
        tokens: the clause.
        verb_apart: "may" and "no" together forbid (German: "Sie dürfen keine …").
    """
    if doubtful := next((token for token in tokens if token.kind is Kind.DOUBT), None):
        return "doubt", f"has “{doubtful.text}”, which may turn its meaning"
    negations = _negations(tokens)
    before = tokens[: negations[0]] if negations else tokens
    if agreeing := next((token for token in before if token.kind in {Kind.ANY, Kind.NOR}), None):
        return "doubt", f"has “{agreeing.text}” without a negation before it"
    permits = [token for token in tokens if token.kind is Kind.PERMIT]
    obliges = [token for token in tokens if token.kind is Kind.OBLIGE]
    if not negations:
        if len(permits) > 1 or (permits and obliges):
            return "doubt", f"says both “{permits[0].text}” and “{(obliges or permits)[-1].text}”"
        return ("permit" if permits else "plain"), ""
    doubt = _negated_twice(tokens, negations)
    first = tokens[negations[0]]
    if permits and not (verb_apart and len(permits) == 1 and first.kind is Kind.NO):
        doubt = doubt or f"says both “{permits[0].text}” and “{first.text}”"
    if obliges and (first.kind is not Kind.AVOID or tokens.index(obliges[-1]) > negations[0]):
        doubt = doubt or f"says both “{obliges[0].text}” and “{first.text}”"
    return ("doubt" if doubt else "forbid"), doubt


def _negated_twice(tokens: Sequence[Token], negations: Sequence[int]) -> str:
    one_kind = len({tokens[at].kind for at in negations}) == 1
    if one_kind and all(_repeated(tokens, at) for at in negations[1:]):
        return ""
    return f"negates twice: “{tokens[negations[0]].text}” and “{tokens[negations[-1]].text}”"


def _negations(tokens: Sequence[Token]) -> list[int]:
    """Places of what negates; "none" and "any" agree with a negation before them."""
    found: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind in _NEGATIONS or (token.kind is Kind.NONE and not found):
            found.append(at)
    return found


def _repeated(tokens: Sequence[Token], at: int) -> bool:
    """Whether a further negation only repeats the first one after a comma or "and": no gum, no milk."""
    before = at - 1
    while before >= 0 and tokens[before].kind in _BETWEEN:
        before -= 1
    return before >= 0 and (tokens[before].kind in _JOINS or tokens[before].value in SEPARATORS)


def next_meaning(tokens: Sequence[Token], at: int) -> int | None:
    """The place after `at` that is neither glue, link, nor agreement with a negation."""
    skipped = _BETWEEN | {Kind.ANY, Kind.NONE, Kind.NOR}
    return next((i for i in range(at + 1, len(tokens)) if tokens[i].kind not in skipped), None)


def previous_meaning(tokens: Sequence[Token], at: int) -> int | None:
    """The place before `at` that is neither glue nor link."""
    return next((i for i in range(at - 1, -1, -1) if tokens[i].kind not in _BETWEEN), None)
