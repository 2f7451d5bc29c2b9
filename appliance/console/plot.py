"""Lays lines over time out as paths of a drawing, with axes and limits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from appliance.console.figures import Line, Window
from appliance.console.panels import FACTORS, Limit, Unit
from appliance.frame import Frame

_FRAME = Frame(width=560, height=220, left=46, right=548, top=12, bottom=190)
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_TICKS = 4
_TIME_TICKS = 4
MOST_LINES = 6
"""More cannot be told apart: the largest are drawn, the rest is added up as "other"."""


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Drawn:
    """A line as an SVG path; `number` chooses its colour, `now` is its newest value as text."""

    label: str
    number: int
    path: str
    now: str


@dataclass(frozen=True)
class DrawnLimit:
    """A limit's height and name."""

    y: float
    label: str


@dataclass(frozen=True)
class Plot:
    """A panel's drawing; `lines` is empty when nothing was measured."""

    lines: tuple[Drawn, ...]
    limits: tuple[DrawnLimit, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    frame: Frame = _FRAME


def plot(lines: Sequence[Line], window: Window, unit: Unit, limits: Sequence[Limit] = ()) -> Plot:
    """The drawing of lines that share a unit."""
    factor = FACTORS[unit]
    shown = [
        (line.label, [None if value is None else value * factor for value in line.values])
        for line in _largest(lines)
    ]
    values = [value for _, line in shown for value in line if value is not None]
    highest = max([*values, *(limit.value * factor for limit in limits)] if values else [1.0])
    top, step = _scale(highest)
    times_s = window.times_s

    def x(place: int) -> float:
        return _FRAME.x(place / max(len(times_s) - 1, 1))

    def y(value: float) -> float:
        return _FRAME.y(value / top)

    def path(line: Sequence[float | None]) -> str:
        parts, pen = [], "M"
        for place, value in enumerate(line):
            if value is None:
                pen = "M"
                continue
            parts.append(f"{pen}{x(place):.1f},{y(value):.1f}")
            # A value with none beside it would be a path of no length: its round cap makes it a dot.
            parts += ["h0"] if pen == "M" and line[place + 1 : place + 2] in ([], [None]) else []
            pen = "L"
        return " ".join(parts)

    return Plot(
        lines=tuple(
            Drawn(label, number, path(line), written(line[-1] if line else None, unit))
            for number, (label, line) in enumerate(shown)
            if any(value is not None for value in line)
        ),
        limits=tuple(DrawnLimit(y(limit.value * factor), limit.label) for limit in limits) if values else (),
        x_ticks=tuple(
            Tick(x(place), datetime.fromtimestamp(times_s[place], UTC).strftime("%H:%M"))
            for place in (round(n * (len(times_s) - 1) / _TIME_TICKS) for n in range(_TIME_TICKS + 1))
        ),
        y_ticks=tuple(Tick(y(step * n), f"{step * n:g}") for n in range(round(top / step) + 1)),
    )


def written(value: float | None, unit: Unit) -> str:
    """A value, already in the unit, with no more digits than can be relied on; "–" when there is none."""
    if value is None or math.isnan(value):
        return "–"
    digits = (
        0
        if abs(value) >= 100 or unit in {"days", ""}
        else 1
        if abs(value) >= 10 or unit in {"%", "ms"}
        else 2
    )
    blank = "" if unit == "/min" else " " if unit else ""
    return f"{value:.{digits}f}{blank}{unit}"


def _scale(highest: float) -> tuple[float, float]:
    """The axis' end and the step of its ticks: round numbers."""
    if highest <= 0:
        return 1.0, 1.0
    magnitude: float = 10.0 ** math.floor(math.log10(highest / _MOST_TICKS))
    step = next(magnitude * each for each in _STEPS if magnitude * each * _MOST_TICKS >= highest)
    return step * math.ceil(highest / step), step


def _largest(lines: Sequence[Line]) -> list[Line]:
    """The lines with the largest sums, in their order, and the others added up; of many, none that is zero."""
    if len(lines) > MOST_LINES:
        lines = [line for line in lines if any(line.values)]
    if len(lines) <= MOST_LINES:
        return list(lines)
    ranked = sorted(lines, key=lambda line: -sum(value or 0.0 for value in line.values))
    kept, rest = ranked[: MOST_LINES - 1], ranked[MOST_LINES - 1 :]
    added = tuple(
        None if all(value is None for value in values) else sum(value or 0.0 for value in values)
        for values in zip(*(line.values for line in rest), strict=True)
    )
    return [*(line for line in lines if line in kept), Line("other", added)]
