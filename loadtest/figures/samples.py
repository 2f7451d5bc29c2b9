"""What was measured for each message, as a CSV file between the load generator and the report."""

import csv
from dataclasses import dataclass
from pathlib import Path

_COLUMNS = ("sent_s", "kind", "ack_ms", "status", "latency_s", "last")
_UNEXPECTED = "unexpected reply"


@dataclass(frozen=True)
class Sample:
    """One message.

    Attributes:
        sent_s: seconds since 1970.
        kind: of its conversation.
        ack_ms: until its webhook was answered; None when it was not.
        status: of that answer; 0 for none.
        latency_s: until the reply reached the stand-in; None when none did.
        last: whether it was the last one of its turn: bursts count from when the patient had finished.
    """

    sent_s: float
    kind: str
    ack_ms: float | None
    status: int
    latency_s: float | None
    last: bool


@dataclass(frozen=True)
class Samples:
    """All messages of a run in the order in which they were sent, and how many replies nobody waited for."""

    messages: tuple[Sample, ...]
    unexpected: int


def write_samples(path: Path, samples: Samples) -> None:
    """Write a run's messages."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for sample in samples.messages:
            ack, latency = _number(sample.ack_ms), _number(sample.latency_s)
            writer.writerow(
                (f"{sample.sent_s:.6f}", sample.kind, ack, sample.status, latency, int(sample.last))
            )
        writer.writerows([("", _UNEXPECTED, "", "", "", "")] * samples.unexpected)


def read_samples(path: Path) -> Samples:
    """What `write_samples` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    messages = tuple(_sample(row) for row in rows if row["kind"] != _UNEXPECTED)
    return Samples(messages, len(rows) - len(messages))


def _sample(row: dict[str, str]) -> Sample:
    return Sample(
        sent_s=float(row["sent_s"]),
        kind=row["kind"],
        ack_ms=float(row["ack_ms"]) if row["ack_ms"] else None,
        status=int(row["status"]),
        latency_s=float(row["latency_s"]) if row["latency_s"] else None,
        last=row["last"] == "1",
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
