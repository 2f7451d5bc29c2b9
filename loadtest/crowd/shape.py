"""Shapes: how many messages a second at which moment of a run."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

SHAPES = Path(__file__).with_name("shapes.toml")


@dataclass(frozen=True)
class Stair:
    """A stretch of a run with one rate: from and until which second, messages a second."""

    from_s: float
    until_s: float
    rate: float


@dataclass(frozen=True)
class Shape:
    """Stairs one after the other.

    Attributes:
        think_s: the mean time from one message of a patient to the next.
        ends_above_p95_s: the run ends when a stair's 95th percentile is above it; None: it goes on.
    """

    name: str
    think_s: float
    stairs: tuple[Stair, ...]
    ends_above_p95_s: float | None = None

    @property
    def seconds(self) -> float:
        """How long the run takes."""
        return self.stairs[-1].until_s

    def stair(self, at_s: float) -> Stair | None:
        """The stair at this second, or None when the run is over."""
        return next((stair for stair in self.stairs if at_s < stair.until_s), None)

    def patients(self, stair: Stair) -> int:
        """How many patients write so often: each writes once in `think_s`."""
        return max(1, round(stair.rate * self.think_s))


def load_shape(name: str, seconds: float | None = None, times: float = 1.0) -> Shape:
    """A shape by its name.

    Args:
        name: a table of `shapes.toml`.
        seconds: how long it shall take; None: as long as its table says.
        times: by which every rate is multiplied.

    Raises:
        ValueError: there is none of that name; the text names those that there are.
    """
    tables = tomllib.loads(SHAPES.read_text(encoding="utf-8"))
    if name not in tables:
        raise ValueError(f"--shape: expected one of {', '.join(tables)}, got {name!r}")
    table = tables[name]
    whole_s = table["seconds"] if seconds is None else seconds
    stairs, from_s = [], 0.0
    for share, rate in table["stairs"]:
        stairs.append(Stair(from_s, from_s + share * whole_s, rate * times))
        from_s = stairs[-1].until_s
    return Shape(name, float(table["think_s"]), tuple(stairs), table.get("ends_above_p95_s"))
