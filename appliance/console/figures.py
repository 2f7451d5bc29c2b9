"""What the page asks of the metrics, as values: read from Prometheus, or from this process's own recorder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

Labels: TypeAlias = Mapping[str, Sequence[str]]
"""A label and the values of it that count; a label that is not named may have any."""


@dataclass(frozen=True)
class Rate:
    """How fast a counter grows, a second; one line for each value of `by`, or one for all."""

    metric: str
    where: Labels = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True)
class Share:
    """What part of a counter's growth some label values make up, 0 … 1."""

    metric: str
    where: Labels


@dataclass(frozen=True)
class Quantile:
    """A quantile of a histogram, in its unit; `metric` without `_bucket`."""

    q: float
    metric: str
    where: Labels = field(default_factory=dict)


@dataclass(frozen=True)
class Level:
    """The highest value of a gauge over all processes."""

    metric: str
    where: Labels = field(default_factory=dict)


Query: TypeAlias = Rate | Share | Quantile | Level


@dataclass(frozen=True)
class Window:
    """The time that is looked at, ending at `end_s` (seconds since 1970), one value every `step_s`.

    `over_s`: rates and quantiles are taken over so long before each value.
    """

    end_s: float
    length_s: float
    step_s: float
    over_s: float

    @classmethod
    def ending(cls, end_s: float, hours: float, points: int = 120) -> "Window":
        """A window of so many hours, in about so many points."""
        length_s = hours * 3600
        step_s = max(length_s / points, 15.0)
        return cls(end_s, length_s, step_s, max(4 * step_s, 60.0))

    @property
    def times_s(self) -> list[float]:
        """The times of the values, the oldest first."""
        count = int(self.length_s // self.step_s)
        return [self.end_s - (count - n) * self.step_s for n in range(count + 1)]


@dataclass(frozen=True)
class Line:
    """Values over time, None where there is none; `label` is "" when the query has one line only."""

    label: str
    values: tuple[float | None, ...]

    @property
    def last(self) -> float | None:
        """The newest value, None when there is none at the end."""
        return self.values[-1] if self.values else None


class History(Protocol):
    """Remembers metrics."""

    async def lines(self, query: Query, window: Window) -> tuple[Line, ...]:
        """The query's lines over the window, one value for each of its times.

        Raises:
            HistoryUnavailable: the metrics cannot be asked now.
        """
