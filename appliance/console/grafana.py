"""The console's panels as a Grafana dashboard: python -m appliance.console.grafana > FILE"""  # noqa: D415 - a command

import json
import sys
from collections.abc import Sequence
from typing import Any

from appliance.console.panels import FACTORS, PANELS, TILES, Curve, Limit, Panel, Tile
from appliance.console.prometheus import promql

_RANGE = "$__rate_interval"
_UNITS = {"/min": "cpm", "s": "s", "ms": "ms", "%": "percent", "": "short", "days": "d"}
_SOURCE = {"type": "prometheus", "uid": "${source}"}
_COLUMNS = 24
_TILE_WIDTH, _TILE_HEIGHT = 4, 4
_PLOT_WIDTH, _PLOT_HEIGHT = 8, 8


def dashboard() -> dict[str, Any]:
    """The dashboard's model, for Grafana 9 or newer; it asks which Prometheus to read."""
    tiles = [_tile(tile, number) for number, tile in enumerate(TILES)]
    below = (len(tiles) * _TILE_WIDTH + _COLUMNS - 1) // _COLUMNS * _TILE_HEIGHT
    plots = [_plot(panel, number, below) for number, panel in enumerate(PANELS)]
    return {
        "title": "Antesala",
        "uid": "antesala",
        "schemaVersion": 38,
        "timezone": "utc",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
        "panels": [{"id": number, **panel} for number, panel in enumerate([*tiles, *plots], start=1)],
    }


def _tile(tile: Tile, number: int) -> dict[str, Any]:
    return {
        "type": "stat",
        "title": tile.title,
        "datasource": _SOURCE,
        "gridPos": _place(number, _TILE_WIDTH, _TILE_HEIGHT, 0),
        "targets": [_target(Curve(tile.query), FACTORS[tile.unit], 0)],
        "fieldConfig": _field(_UNITS[tile.unit], (tile.limit,) if tile.limit else (), FACTORS[tile.unit]),
    }


def _plot(panel: Panel, number: int, below: int) -> dict[str, Any]:
    return {
        "type": "timeseries",
        "title": panel.title,
        "description": panel.meaning,
        "datasource": _SOURCE,
        "gridPos": _place(number, _PLOT_WIDTH, _PLOT_HEIGHT, below),
        "targets": [_target(curve, FACTORS[panel.unit], n) for n, curve in enumerate(panel.curves)],
        "fieldConfig": _field(_UNITS[panel.unit], panel.limits, FACTORS[panel.unit]),
    }


def _target(curve: Curve, factor: float, number: int) -> dict[str, Any]:
    expression = promql(curve.query, _RANGE)
    by = getattr(curve.query, "by", "")
    return {
        "refId": chr(ord("A") + number),
        "expr": expression if factor == 1 else f"{factor:g} * ({expression})",
        "legendFormat": curve.name or (f"{{{{{by}}}}}" if by else ""),
    }


def _field(unit: str, limits: Sequence[Limit], factor: float) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    for limit in limits:
        if limit.side == "above":
            steps[0]["color"] = "red"
        colour = "green" if limit.side == "above" else "red"
        steps.append({"color": colour, "value": round(limit.value * factor, 6)})
    return {
        "defaults": {
            "unit": unit,
            "thresholds": {"mode": "absolute", "steps": sorted(steps, key=lambda step: step["value"] or 0)},
            "custom": {"thresholdsStyle": {"mode": "dashed" if limits else "off"}},
        },
        "overrides": [],
    }


def _place(number: int, width: int, height: int, below: int) -> dict[str, int]:
    a_row = _COLUMNS // width
    return {"x": number % a_row * width, "y": below + number // a_row * height, "w": width, "h": height}


if __name__ == "__main__":
    json.dump(dashboard(), sys.stdout, indent=1)
    sys.stdout.write("\n")
