"""The figures of the report: bars, the confusion matrix, and the risk-coverage curve, as plain numbers."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from scipy.special import betaincinv

from appliance.conversation.outcome import ACTIONS
from appliance.evaluation.metrics import Share, action_right, all_said, answered, grouped, shares
from appliance.evaluation.run import Played

_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Group:
    """A category or a language, with the shares that its bars show."""

    name: str
    items: int
    bars: tuple[Share, ...]


@dataclass(frozen=True)
class Cell:
    """How often one action was expected and another decided; `heat` is the share of the row, 0 … 1."""

    expected: str
    predicted: str
    count: int
    heat: float

    @property
    def right(self) -> bool:
        """Whether the two are the same."""
        return self.expected == self.predicted


@dataclass(frozen=True)
class Confusion:
    """Expected actions by row, decided ones by column; rows and columns without items are left out."""

    predicted: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class RiskPoint:
    """What a threshold on the confidence would give.

    Attributes:
        threshold: decisions at least this sure are answered.
        answered: their share of all items.
        wrong: the share of wrong answers among them.
    """

    threshold: float
    answered: float
    wrong: float


def bound(share: Share) -> float:
    """What the true share is at least (at most, where low is good), with 95 % confidence.

    One-sided Clopper-Pearson. Items are taken for independent, which paraphrases are not.
    """
    hits, missed = share.hits, share.items - share.hits
    if share.best == 1:
        return float(betaincinv(hits, missed + 1, 1 - _CONFIDENCE)) if hits else 0.0
    return float(betaincinv(hits + 1, missed, _CONFIDENCE)) if missed else 1.0


def groups(played: Sequence[Played], key: Callable[[Played], str], bars: Sequence[str]) -> tuple[Group, ...]:
    """Each group's shares of these names."""
    return tuple(
        Group(name, len(group), tuple(shares(group)[bar] for bar in bars))
        for name, group in grouped(played, key).items()
    )


def confusion(played: Sequence[Played]) -> Confusion:
    """Which action was decided where which was expected.

    An item that allows several actions counts as expecting the decided one, if that is among them.
    """
    counts = Counter((expected_action(p), p.outcome.action) for p in played)
    expected = [action for action in ACTIONS if any(row == action for row, _ in counts)]
    predicted = tuple(a for a in ACTIONS if a in expected or any(column == a for _, column in counts))
    rows = []
    for row in expected:
        total = sum(counts[row, column] for column in predicted)
        rows.append(tuple(Cell(row, c, counts[row, c], counts[row, c] / total) for c in predicted))
    return Confusion(predicted, tuple(rows))


def expected_action(played: Played) -> str:
    """The decided action if it is right, else the first of those that are."""
    if action_right(played):
        return played.outcome.action
    return min(played.item.expected.actions, key=ACTIONS.index)


def risk_coverage(played: Sequence[Played]) -> tuple[RiskPoint, ...]:
    """One point for each confidence that a given answer has, the surest first; empty without answers."""
    given = sorted((p for p in played if answered(p)), key=lambda p: -p.outcome.confidence)
    points, mistakes = [], 0
    for count, p in enumerate(given, 1):
        mistakes += not (action_right(p) and all_said(p) and not p.unsupported)
        if count == len(given) or given[count].outcome.confidence < p.outcome.confidence:
            points.append(RiskPoint(p.outcome.confidence, count / len(played), mistakes / count))
    return tuple(points)


def step_medians_s(played: Sequence[Played]) -> dict[str, float]:
    """The median seconds of each step, over the turns that took it."""
    seconds: dict[str, list[float]] = {}
    for p in played:
        for step, taken_s in p.outcome.trace.timings_s.items():
            seconds.setdefault(step, []).append(taken_s)
    return {step: median(taken_s) for step, taken_s in seconds.items()}
