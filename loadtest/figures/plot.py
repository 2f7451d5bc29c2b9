"""A run as an SVG: latency over load, and both over time."""

import math
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from loadtest.figures.summary import PILOT_P95_S, Window

_WIDTH, _HEIGHT = 860, 340
_LEFT, _TOP, _PANEL_W, _PANEL_H, _GAP = 60, 50, 330, 230, 90
_TICKS = 4
_STYLE = (
    "text{font:12px sans-serif;fill:#333}.title{font-size:15px;font-weight:600}"
    ".axis{stroke:#999}.limit{stroke:#b00020;stroke-dasharray:5 4}"
    ".p50{fill:#7aa6c2;stroke:#7aa6c2}.p95{fill:#1f4e79;stroke:#1f4e79}.rate{stroke:#8a8a3a}"
    "polyline{fill:none;stroke-width:1.6}"
)

Points = Sequence[tuple[float, float]]


def draw(path: Path, windows: Sequence[Window], title: str) -> None:
    """Write the picture of a run's windows."""
    path.write_text(picture(windows, title), encoding="utf-8")


def picture(windows: Sequence[Window], title: str) -> str:
    """The SVG: on the left each window's percentiles over its rate, on the right both over time."""
    rates = [window.rate for window in windows]
    latest_s = max([window.p95_s for window in windows] + [0.1])
    top_s, top_rate = _round_up(max(latest_s * 1.1, 0.2)), _round_up(max([*rates, 1.0]))
    last_s = _round_up(max([window.from_s + window.seconds for window in windows] + [1.0]))
    load = _Panel(_LEFT, "replies a second", "seconds", top_rate, top_s)
    time = _Panel(_LEFT + _PANEL_W + _GAP, "seconds since the start", "seconds", last_s, top_s)
    starts = [window.from_s for window in windows]
    p50, p95 = [window.p50_s for window in windows], [window.p95_s for window in windows]
    scaled = [rate / top_rate * top_s for rate in rates]
    parts = [
        *load.frame(), *load.limit(), *load.dots(list(zip(rates, p50, strict=True)), "p50"),
        *load.dots(list(zip(rates, p95, strict=True)), "p95"),
        *time.frame(), *time.limit(), time.line(list(zip(starts, scaled, strict=True)), "rate"),
        time.line(list(zip(starts, p50, strict=True)), "p50"), time.line(list(zip(starts, p95, strict=True)), "p95"),
    ]  # fmt: skip
    legend = f"median light, 95th percentile dark, load olive (top: {top_rate:g}/s), the pilot's 4.8 s dashed"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
    titled = f'<text class="title" x="{_LEFT}" y="22">{escape(title)}</text>'
    foot = f'<text x="{_LEFT}" y="{_HEIGHT - 8}">{escape(legend)}</text>'
    return "\n".join([
        head, f"<title>{escape(title)}</title><style>{_STYLE}</style>", titled, *parts, foot, "</svg>\n"
    ])  # fmt: skip


class _Panel:
    """One pair of axes, both from 0."""

    def __init__(self, left: float, across: str, up: str, most_x: float, most_y: float) -> None:
        self._left, self._across, self._up = left, across, up
        self._most_x, self._most_y = most_x, most_y

    def frame(self) -> list[str]:
        x0, y0 = self._at(0, 0)
        x1, y1 = self._at(self._most_x, self._most_y)
        parts = [f'<path class="axis" fill="none" d="M{x0} {y1}V{y0}H{x1}"/>']
        for tick in range(_TICKS + 1):
            x, _ = self._at(self._most_x * tick / _TICKS, 0)
            _, y = self._at(0, self._most_y * tick / _TICKS)
            parts.append(
                f'<text x="{x}" y="{y0 + 16}" text-anchor="middle">{self._most_x * tick / _TICKS:g}</text>'
            )
            parts.append(
                f'<text x="{x0 - 6}" y="{y + 4}" text-anchor="end">{self._most_y * tick / _TICKS:g}</text>'
            )
        parts.append(f'<text x="{(x0 + x1) / 2}" y="{y0 + 34}" text-anchor="middle">{self._across}</text>')
        parts.append(f'<text x="{x0}" y="{y1 - 8}">{self._up}</text>')
        return parts

    def limit(self) -> list[str]:
        if self._most_y < PILOT_P95_S:
            return []
        x0, y = self._at(0, PILOT_P95_S)
        x1, _ = self._at(self._most_x, 0)
        return [f'<path class="limit" d="M{x0} {y}H{x1}"/>']

    def dots(self, points: Points, kind: str) -> list[str]:
        return [
            f'<circle class="{kind}" cx="{x}" cy="{y}" r="3"/>'
            for x, y in (self._at(*point) for point in points)
        ]

    def line(self, points: Points, kind: str) -> str:
        places = " ".join(f"{x},{y}" for x, y in (self._at(*point) for point in points))
        # The class colours dots by their fill, which a line has none of.
        return f'<polyline class="{kind}" style="fill:none" points="{places}"/>'

    def _at(self, x: float, y: float) -> tuple[float, float]:
        across = self._left + _PANEL_W * min(x / self._most_x, 1.0)
        return round(across, 1), round(_TOP + _PANEL_H * (1 - min(y / self._most_y, 1.0)), 1)


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 5, 8, 10 … times a power of ten, so that the ticks are plain numbers."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= value - 1e-9)
