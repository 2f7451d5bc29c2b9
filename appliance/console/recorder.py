"""Remembers this process's own metrics for some hours: what the page shows where there is no Prometheus."""

import asyncio
import bisect
import itertools
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple, Self

from prometheus_client import CollectorRegistry

from appliance.console.figures import Labels, Level, Line, Quantile, Query, Rate, Share, Window
from appliance.tasks import end

EVERY_S = 15.0
KEPT_S = 6 * 3600.0
_PREFIX = "antesala_"

Key = tuple[str, tuple[tuple[str, str], ...]]
"""A series: its name, and its labels in order."""


class _Sample(NamedTuple):
    at_s: float
    values: Mapping[Key, float]


class Recorder:
    """Samples a registry while `recording`. The page's History.

    Args:
        registry: whose metrics are remembered.
        clock: seconds since 1970.
    """

    def __init__(self, registry: CollectorRegistry, clock: Callable[[], float] = time.time) -> None:
        self._registry, self._clock = registry, clock
        self._samples: deque[_Sample] = deque(maxlen=int(KEPT_S / EVERY_S))

    @asynccontextmanager
    async def recording(self) -> AsyncIterator[Self]:
        """Take a sample every so often, in a task of its own."""
        task = asyncio.create_task(self._record(), name="recorder")
        try:
            yield self
        finally:
            await end(task)

    async def _record(self) -> None:
        while True:
            self.sample()
            await asyncio.sleep(EVERY_S)

    def sample(self) -> None:
        """Remember the values as they are now."""
        values = {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in self._registry.collect()
            if family.name.startswith(_PREFIX)
            for sample in family.samples
            if not sample.name.endswith("_created")
        }
        self._samples.append(_Sample(self._clock(), values))

    async def lines(self, query: Query, window: Window) -> tuple[Line, ...]:
        """As History; before the first sample there are no values."""
        # A page asks many queries: a sample for each would push the hours out of what is kept.
        if not self._samples or self._clock() - self.newest_s >= EVERY_S:
            self.sample()
        match query:
            case Level(metric, where):
                return (Line("", tuple(self._highest(metric, where, at_s) for at_s in window.times_s)),)
            case Rate(metric, where, by):
                labels = sorted({dict(key[1]).get(by, "") for key in self._keys(metric, where)})
                return tuple(
                    Line(label, tuple(self._rate(metric, {**where, by: [label]} if by else where, at_s, window)
                                      for at_s in window.times_s))
                    for label in labels
                )  # fmt: skip
            case Share(metric, where):
                return (Line("", tuple(self._share(metric, where, at_s, window) for at_s in window.times_s)),)
            case Quantile(q, metric, where):
                return (
                    Line(
                        "", tuple(self._quantile(q, metric, where, at_s, window) for at_s in window.times_s)
                    ),
                )

    @property
    def newest_s(self) -> float:
        """When the newest sample was taken."""
        return self._samples[-1].at_s

    def _at(self, at_s: float) -> _Sample | None:
        """The newest sample that is not younger."""
        place = bisect.bisect_right(self._samples, at_s, key=lambda sample: sample.at_s)
        return self._samples[place - 1] if place else None

    def _span(self, at_s: float, window: Window) -> tuple[_Sample, _Sample] | None:
        """The samples that a growth is measured between; None before there are two."""
        end = self._at(at_s)
        if end is None or end.at_s < at_s - window.over_s:
            return None
        start = self._at(at_s - window.over_s) or self._samples[0]
        return (start, end) if start.at_s < end.at_s else None

    def _keys(self, metric: str, where: Labels) -> Iterable[Key]:
        return [key for key in self._samples[-1].values if key[0] == metric and _counts(key, where)]

    def _highest(self, metric: str, where: Labels, at_s: float) -> float | None:
        sample = self._at(at_s)
        found = (
            [sample.values[key] for key in self._keys(metric, where) if key in sample.values]
            if sample
            else []
        )
        return max((value for value in found if not math.isnan(value)), default=None)

    def _growth(self, metric: str, where: Labels, span: tuple[_Sample, _Sample]) -> float:
        start, end = span
        # A series that was not there yet was 0: a counter appears with its first event.
        return sum(end.values.get(key, 0.0) - start.values.get(key, 0.0) for key in self._keys(metric, where))

    def _rate(self, metric: str, where: Labels, at_s: float, window: Window) -> float | None:
        span = self._span(at_s, window)
        return self._growth(metric, where, span) / (span[1].at_s - span[0].at_s) if span else None

    def _share(self, metric: str, where: Labels, at_s: float, window: Window) -> float | None:
        span = self._span(at_s, window)
        whole = self._growth(metric, {}, span) if span else 0.0
        return self._growth(metric, where, span) / whole if span and whole else None

    def _quantile(self, q: float, metric: str, where: Labels, at_s: float, window: Window) -> float | None:
        span = self._span(at_s, window)
        if span is None:
            return None
        name = f"{metric}_bucket"
        bounds = sorted({float(dict(key[1])["le"]) for key in self._keys(name, where)})
        grown = {
            bound: sum(
                span[1].values.get(key, 0.0) - span[0].values.get(key, 0.0)
                for key in self._keys(name, where)
                if float(dict(key[1])["le"]) == bound
            )
            for bound in bounds
        }
        return quantile_of(q, grown)


def quantile_of(q: float, buckets: Mapping[float, float]) -> float | None:
    """A quantile of cumulative bucket counts by upper bound, as Prometheus' histogram_quantile reckons it.

    Linear within a bucket; in the last one, which has no upper bound, the bound below it. None without events.
    """
    bounds = sorted(buckets)
    total = buckets[bounds[-1]] if bounds else 0.0
    if total <= 0:
        return None
    rank = q * total
    for lower, upper in itertools.pairwise([0.0, *bounds]):
        if buckets[upper] >= rank:
            if upper == float("inf"):
                return lower
            before = buckets.get(lower, 0.0)
            return lower + (upper - lower) * (rank - before) / (buckets[upper] - before)
    return bounds[-1]


def _counts(key: Key, where: Labels) -> bool:
    labels = dict(key[1])
    return all(labels.get(name) in values for name, values in where.items())
