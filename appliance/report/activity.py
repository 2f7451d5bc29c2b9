"""What the journal tells of a span: decisions, emergencies, rights, egress. One pass, no text of anybody."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from appliance.audit.span import Span, record_of, written_at

ROUTES = ("emergency", "crisis")
ESCALATIONS = ("decline_medical", "decline_not_in_kb", "human", "emergency", "crisis")


@dataclass(frozen=True)
class Right:
    """One kind of request: how many came, how many were met, and how long that took (seconds)."""

    name: str
    requested: int
    fulfilled: int
    open: int
    median_s: float | None
    longest_s: float | None


@dataclass(frozen=True)
class Refused:
    """What the guard refused, and how often."""

    process: str
    what: str
    to: str
    count: int


@dataclass
class Activity:
    """Counts over the span's records.

    Attributes:
        guarded: starts of processes with the guard standing.
        loose: those of them in which it let everything on the machine itself through.
    """

    records: int = 0
    first: datetime | None = None
    last: datetime | None = None
    actions: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    wordings: Counter[str] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)
    knowledge: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    allowed: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    guarded: Counter[str] = field(default_factory=Counter)
    loose: Counter[str] = field(default_factory=Counter)
    other: Counter[str] = field(default_factory=Counter)
    requested: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    fulfilled: dict[str, tuple[str, float]] = field(default_factory=dict)

    @property
    def decisions(self) -> int:
        """How many turns were decided."""
        return self.actions.total()

    @property
    def escalations(self) -> int:
        """How many turns were given a phone line, a person or a route instead of, or besides, an answer."""
        return sum(self.actions[action] for action in (*ESCALATIONS, "partial"))

    @property
    def refusals(self) -> tuple[Refused, ...]:
        """What was refused, the most frequent first."""
        return tuple(Refused(*key, count) for key, count in self.refused.most_common())

    @property
    def rights(self) -> tuple[Right, ...]:
        """Each kind of request that came or was met in the span."""
        kinds = sorted({kind for kind, _ in (*self.requested.values(), *self.fulfilled.values())})
        return tuple(self._right(kind) for kind in kinds)

    def _right(self, kind: str) -> Right:
        asked = {request for request, (name, _) in self.requested.items() if name == kind}
        met = {request: seconds for request, (name, seconds) in self.fulfilled.items() if name == kind}
        times = sorted(met.values())
        return Right(
            name=kind,
            requested=len(asked),
            fulfilled=len(met),
            open=len(asked - met.keys()),
            median_s=times[len(times) // 2] if times else None,
            longest_s=times[-1] if times else None,
        )


def activity(lines: Iterable[bytes], span: Span) -> Activity:
    """The counts of the records of the span; the lines are known to be a chain."""
    found = Activity()
    for line in lines:
        record = record_of(line)
        when = written_at(record)
        if span.holds(when):
            found.records += 1
            found.first, found.last = found.first or when, when
            _count(found, record, when)
    return found


def _count(found: Activity, record: dict[str, Any], when: datetime) -> None:
    match record.get("kind"):
        case "decision":
            _decision(found, record)
        case "egress":
            _egress(found, record)
        case "rights":
            _rights(found, record, when)
        case kind:
            found.other[str(kind or record.get("action", "unknown"))] += 1


def _decision(found: Activity, record: dict[str, Any]) -> None:
    action = str(record["action"])
    found.actions[action] += 1
    found.languages[str(record.get("language", ""))] += 1
    found.wordings[str(record.get("wording") or "none")] += 1
    found.knowledge[str(record.get("knowledge", ""))] += 1
    found.masked.update(record.get("masked", []))
    if action in ROUTES:
        found.routes[action] += 1
    if model := record.get("model"):
        found.models[str(model)] += 1


def _egress(found: Activity, record: dict[str, Any]) -> None:
    process = str(record.get("process", ""))
    if "peers" in record:
        found.guarded[process] += 1
        if record.get("this_machine") or record.get("children"):
            found.loose[process] += 1
    found.allowed.update(record.get("allowed", {}))
    for refusal in record.get("refused", []):
        found.refused[process, str(refusal["what"]), str(refusal["to"])] += int(refusal["count"])


def _rights(found: Activity, record: dict[str, Any], when: datetime) -> None:
    request, right = str(record.get("request", "")), str(record.get("right", ""))
    if record.get("state") == "requested":
        found.requested[request] = right, when
    elif record.get("state") == "fulfilled":
        begun = found.requested.get(request)
        seconds = record.get("seconds")
        taken_s = (
            float(seconds) if seconds is not None else (when - begun[1]).total_seconds() if begun else 0.0
        )
        found.fulfilled[request] = right, taken_s
