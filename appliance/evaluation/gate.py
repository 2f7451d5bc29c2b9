"""Whether a version of a pack reaches the floors of its golden set, and if not, by how much and because of what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.evaluation.metrics import counting_against, metrics
from appliance.evaluation.run import Played
from appliance.knowledge.golden import Floors


@dataclass(frozen=True)
class Shortfall:
    """A limit that a version does not keep.

    Attributes:
        limit: as it is written: ">= 0.94".
        items: those that count against the metric.
    """

    metric: str
    limit: str
    got: float
    items: tuple[Played, ...] = ()


def shortfalls(played: Sequence[Played], floors: Floors) -> tuple[Shortfall, ...]:
    """The limits that are not kept, in their order; none for a version that may be served."""
    return tuple(_shortfalls(played, floors))


def _shortfalls(played: Sequence[Played], floors: Floors) -> Iterator[Shortfall]:
    if len(played) < floors.items:
        yield Shortfall("items", f">= {floors.items}", len(played))
    found = metrics(played)
    for metric, floor in floors.at_least.items():
        if found[metric] < floor:
            yield Shortfall(metric, f">= {floor:g}", found[metric], counting_against(metric, played))
    for metric, ceiling in floors.at_most.items():
        if found[metric] > ceiling:
            yield Shortfall(metric, f"<= {ceiling:g}", found[metric], counting_against(metric, played))
