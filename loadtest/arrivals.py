"""What arrived at the stand-in, read from the file that it writes while others are killed."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Arrival:
    """A reply that reached the stand-in; `at_s` is its arrival, seconds since 1970."""

    to: str
    body: str
    at_s: float


class Arrivals:
    """Reads on from where it was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def new(self) -> list[Arrival]:
        """What has arrived since the last call, in order; a line that is half written waits."""
        try:
            with self._path.open("rb") as record:
                record.seek(self._offset)
                content = record.read()
        except FileNotFoundError:
            return []
        whole = content[: content.rfind(b"\n") + 1]
        self._offset += len(whole)
        return [_arrival(line) for line in whole.splitlines()]


def _arrival(line: bytes) -> Arrival:
    entry = json.loads(line)
    return Arrival(entry["to"], entry["body"], entry["at"])
