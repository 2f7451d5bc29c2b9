"""What `python -m loadtest` is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loadtest.engine.card import Card

REPORTS = Path(__file__).with_name("reports")


@dataclass(frozen=True)
class Options:
    """One run.

    Attributes:
        shape: a table of `crowd/shapes.toml`.
        engine: `none`, `simulated`, `vllm`, or the URL of one that runs already.
        seconds: how long; None: as the shape says.
        times: by which the shape's rates are multiplied.
        kinds: of conversations; none: all of the mix.
        card: what the simulated engine behaves like.
        settings: further `APPLIANCE_…` variables for gateways and workers.
        out: the folder for reports.
    """

    shape: str
    engine: str = "none"
    seconds: float | None = None
    times: float = 1.0
    kinds: tuple[str, ...] = ()
    gateways: int = 1
    workers: int = 1
    seed: int = 1
    card: Card = field(default_factory=Card)
    settings: Mapping[str, str] = field(default_factory=dict)
    out: Path = REPORTS

    @property
    def name(self) -> str:
        """Of the run and its files."""
        return f"{self.shape}-{'url' if '://' in self.engine else self.engine}"

    @property
    def has_engine(self) -> bool:
        """Whether the appliance has an engine to ask."""
        return self.engine != "none"
