"""What the load generator is told, in a file: it is a process of its own, under Locust."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

JOB_VARIABLE = "LOADTEST_JOB"


@dataclass(frozen=True)
class Job:
    """Plain values only.

    Attributes:
        url: of the gateways.
        record: the file in which the stand-in writes what arrives.
        samples: the file for what was measured.
        shape, seconds, times: as `load_shape` takes them.
        kinds: of conversations; none: all.
        drain_s: how long the last replies are waited for.
    """

    url: str
    record: str
    samples: str
    shape: str
    seconds: float | None
    times: float
    kinds: tuple[str, ...]
    seed: int
    drain_s: float = 120.0

    def save(self, path: Path) -> None:
        """Write it."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        values = json.loads(path.read_text(encoding="utf-8"))
        return cls(**values | {"kinds": tuple(values["kinds"])})
