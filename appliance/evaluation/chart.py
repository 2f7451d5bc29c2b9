"""Lays the risk-coverage curve out as points of a drawing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.evaluation.figures import RiskPoint, risk_coverage
from appliance.evaluation.run import Played

# The drawing's size and the place of the plot in it, in its own units.
WIDTH, HEIGHT = 480, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 456, 24, 252
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
    left: float = _LEFT
    right: float = _RIGHT
    top: float = _TOP
    bottom: float = _BOTTOM
    width: float = WIDTH
    height: float = HEIGHT


def risk_chart(played: Sequence[Played]) -> RiskChart | None:
    """The drawing; None when nothing was answered."""
    points = risk_coverage(played)
    if not points:
        return None
    most_risk = max(point.wrong for point in points)
    limit = next(limit for limit in _RISK_LIMITS if most_risk <= limit)
    widest = min(1.0, (int(points[-1].answered * 10) + 1) / 10)

    def place(point: RiskPoint) -> tuple[float, float]:
        return _x(point.answered / widest), _y(point.wrong / limit)

    thresholds = _thresholds(points, place)
    line = " ".join(f"{'M' if n == 0 else 'L'}{x:.1f},{y:.1f}" for n, (x, y) in enumerate(map(place, points)))
    start, end = place(points[0])[0], place(points[-1])[0]
    return RiskChart(
        line=line,
        area=f"{line} L{end:.1f},{_BOTTOM} L{start:.1f},{_BOTTOM} Z",
        x_ticks=tuple(
            Mark(_x(n / _TICKS), _BOTTOM, f"{widest * n / _TICKS * 100:g} %") for n in range(_TICKS + 1)
        ),
        y_ticks=tuple(Mark(_LEFT, _y(n / 4), f"{limit * n / 4 * 100:g} %") for n in range(5)),
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


def _x(share: float) -> float:
    return _LEFT + share * (_RIGHT - _LEFT)


def _y(share: float) -> float:
    return _BOTTOM - share * (_BOTTOM - _TOP)
