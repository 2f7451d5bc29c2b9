"""Thresholds: what the figures of a run may be at most, read from their file."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

THRESHOLDS = Path(__file__).with_name("thresholds.toml")


def load_thresholds(shape: str, *, engine: bool, path: Path = THRESHOLDS) -> dict[str, float]:
    """By figure, the most that it may be, for a shape with or without an engine."""
    table = tomllib.loads(path.read_text(encoding="utf-8")).get(shape, {})
    chosen = table.get("engine", table) if engine else table
    return {name: float(most) for name, most in chosen.items() if name != "engine"}


def breaches(figures: Mapping[str, object], thresholds: Mapping[str, float]) -> list[str]:
    """One line for each figure that is above its threshold, or was not measured."""
    found = []
    for name, most in thresholds.items():
        value = figures.get(name)
        if not isinstance(value, int | float) or value > most:
            found.append(f"{name}: expected at most {most:g}, got {value}")
    return found
