"""What verification finds."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["altered", "removed", "added", "moved", "cut"]


@dataclass(frozen=True)
class Verified:
    """All is as it was written. `unsigned` records came after the last checkpoint: only chained so far."""

    records: int
    head: str
    checkpoints: int
    unsigned: int


@dataclass(frozen=True)
class Broken:
    """The number of the first record that is not as it was written, what happened, and how that shows."""

    record: int
    kind: Kind
    detail: str
