"""Lays the risk-coverage curve out as points of a drawing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.evaluation.figures import RiskPoint, risk_coverage
from appliance.evaluation.run import Played
from appliance.frame import Frame

_FRAME = Frame(width=480, height=300, left=56, right=456, top=24, bottom=252)
_THRESHOLDS = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.0)
_RISK_LIMITS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_NEAREST_MARKS = 34
_TICKS = 5


@dataclass(frozen=True)
class Mark:
    """A labelled place on an axis, or a threshold on the curve."""

    x: float
    y: float
    label: str
    point: RiskPoint | None = None


@dataclass(frozen=True)
class RiskChart:
    """The curve as a path, and the axes' ticks.

    Attributes:
        thresholds: what round thresholds would give, the most cautious first, and what none does.
        marks: those of them that there is room for on the curve; the last always.
    """

    line: str
    area: str
    x_ticks: tuple[Mark, ...]
    y_ticks: tuple[Mark, ...]
    thresholds: tuple[Mark, ...]
    marks: tuple[Mark, ...]
    frame: Frame = _FRAME


def risk_chart(played: Sequence[Played]) -> RiskChart | None:
    """The drawing; None when nothing was answered."""
    points = risk_coverage(played)
    if not points:
        return None
    most_risk = max(point.wrong for point in points)
    limit = next(limit for limit in _RISK_LIMITS if most_risk <= limit)
    widest = min(1.0, (int(points[-1].answered * 10) + 1) / 10)

    def place(point: RiskPoint) -> tuple[float, float]:
        return _FRAME.x(point.answered / widest), _FRAME.y(point.wrong / limit)

    thresholds = _thresholds(points, place)
    line = " ".join(f"{'M' if n == 0 else 'L'}{x:.1f},{y:.1f}" for n, (x, y) in enumerate(map(place, points)))
    start, end = place(points[0])[0], place(points[-1])[0]
    return RiskChart(
        line=line,
        area=f"{line} L{end:.1f},{_FRAME.bottom:g} L{start:.1f},{_FRAME.bottom:g} Z",
        x_ticks=tuple(
            Mark(_FRAME.x(n / _TICKS), _FRAME.bottom, f"{widest * n / _TICKS * 100:g} %")
            for n in range(_TICKS + 1)
        ),
        y_ticks=tuple(Mark(_FRAME.left, _FRAME.y(n / 4), f"{limit * n / 4 * 100:g} %") for n in range(5)),
        thresholds=thresholds,
        marks=_with_room(thresholds),
    )


def _thresholds(
    points: Sequence[RiskPoint], place: Callable[[RiskPoint], tuple[float, float]]
) -> tuple[Mark, ...]:
    marks = []
    for threshold in _THRESHOLDS:
        kept = [point for point in points if point.threshold >= threshold]
        if kept:
            marks.append(Mark(*place(kept[-1]), f"≥ {threshold:g}" if threshold else "all", kept[-1]))
    return tuple(marks)


def _with_room(thresholds: Sequence[Mark]) -> tuple[Mark, ...]:
    *earlier, last = thresholds
    marks: list[Mark] = []
    for mark in earlier:
        if all(abs(mark.x - other.x) >= _NEAREST_MARKS for other in (*marks, last)):
            marks.append(mark)
    return (*marks, last)
