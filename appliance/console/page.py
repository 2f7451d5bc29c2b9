"""The page itself: the newest figures against the pilot's, and plots over some hours. No patient data."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import structlog
from jinja2 import Environment
from quart import Blueprint, Response, request

from appliance.console.figures import History, Line, Window
from appliance.console.panels import FACTORS, PANELS, TILES, Panel, Tile
from appliance.console.plot import Plot, plot, written
from appliance.errors import HistoryUnavailable
from appliance.pages import environment, source_of

CONSOLE_PATH = "/console"
HOURS = (1, 6, 24, 48)
_REFRESH_S = 30
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Source:
    """Where the metrics of the past come from, and how the page says so."""

    history: History
    name: str


@dataclass(frozen=True)
class ShownTile:
    """A tile with its value as text, and whether its limit is kept; None without a limit or a value."""

    tile: Tile
    value: str
    kept: bool | None


@dataclass(frozen=True)
class ShownPanel:
    """A panel with its drawing."""

    panel: Panel
    plot: Plot


def console_blueprint(source: Source, *, clock: Callable[[], float] = time.time) -> Blueprint:
    """The route of the page, for the hospital's own network.

    Args:
        source: where the metrics are remembered.
        clock: seconds since 1970.
    """
    blueprint = Blueprint("console", __name__)

    @blueprint.get(CONSOLE_PATH)
    async def console() -> Response:
        hours = _hours(request.args.get("hours", ""))
        window = Window.ending(clock(), hours)
        try:
            tiles = await asyncio.gather(*(_tile(tile, source.history, window) for tile in TILES))
            panels = await asyncio.gather(*(_panel(panel, source.history, window) for panel in PANELS))
        except HistoryUnavailable as error:
            _log.warning("console.no_history", error=str(error))
            return Response(_page(hours, source.name, problem=str(error)), status=503, headers=_HEADERS)
        return Response(_page(hours, source.name, tiles, panels), headers=_HEADERS)

    return blueprint


async def _tile(tile: Tile, history: History, window: Window) -> ShownTile:
    now = replace(window, length_s=0.0, over_s=300.0)
    lines = await history.lines(tile.query, now)
    value = lines[0].last if lines else None
    kept = None if value is None or tile.limit is None else tile.limit.kept_by(value)
    return ShownTile(tile, written(None if value is None else value * FACTORS[tile.unit], tile.unit), kept)


async def _panel(panel: Panel, history: History, window: Window) -> ShownPanel:
    found = await asyncio.gather(*(history.lines(curve.query, window) for curve in panel.curves))
    lines = [
        Line(curve.name or line.label, line.values)
        for curve, some in zip(panel.curves, found, strict=True)
        for line in some
    ]
    return ShownPanel(panel, plot(lines, window, panel.unit, panel.limits))


def _page(
    hours: int,
    source: str,
    tiles: tuple[ShownTile, ...] | list[ShownTile] = (),
    panels: tuple[ShownPanel, ...] | list[ShownPanel] = (),
    problem: str = "",
) -> str:
    return (
        _environment()
        .get_template("console.html")
        .render(
            css=source_of("appliance.console", "console.css"),
            hours=hours,
            choices=HOURS,
            source=source,
            tiles=tiles,
            panels=panels,
            problem=problem,
            refresh_s=_REFRESH_S,
        )
    )


def _hours(given: str) -> int:
    return int(given) if given in {str(hours) for hours in HOURS} else HOURS[0]


@cache
def _environment() -> Environment:
    return environment("appliance.console")
