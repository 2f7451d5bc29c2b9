"""Matches replies to messages: whatever a patient has not been answered yet, the next reply answers.

Several messages of one burst may be answered together, or by as many replies. A reply beyond them is unexpected:
something was answered twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from loadtest.arrivals import Arrival
from loadtest.figures.samples import Sample, Samples


@dataclass
class Message:
    """One message; times are seconds since 1970.

    Attributes:
        acknowledged_ms: how long its webhook took; None while it is under way.
        status: of its webhook; 0 when there was no answer.
        answered_s: when the reply that answers it arrived; None while none has.
        last: whether it was the newest of those that the reply answers: when the patient had finished writing.
    """

    address: str
    kind: str
    sent_s: float
    acknowledged_ms: float | None = None
    status: int = 0
    answered_s: float | None = None
    last: bool = False


@dataclass
class _Patient:
    waiting: list[Message] = field(default_factory=list)
    owed: int = 0
    """Replies that may still come for messages that were answered together."""


class Register:
    """All messages of a run, and who waits for what."""

    def __init__(
        self, answered: Callable[[Message, Arrival], None], unexpected: Callable[[Arrival], None]
    ) -> None:
        """`answered` hears of each message that was the last of a turn; `unexpected` of replies too many."""
        self.messages: list[Message] = []
        self.unexpected = 0
        self._answered, self._unexpected = answered, unexpected
        self._patients: dict[str, _Patient] = {}
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """Messages without a reply."""
        return self._waiting

    def sent(self, address: str, kind: str, at_s: float) -> Message:
        """A message is about to be posted."""
        message = Message(address, kind, at_s)
        self.messages.append(message)
        self._patients.setdefault(address, _Patient()).waiting.append(message)
        self._waiting += 1
        return message

    def samples(self) -> Samples:
        """What was measured so far."""
        return Samples(tuple(_sample(message) for message in self.messages), self.unexpected)

    def waits(self, address: str) -> bool:
        """Whether a patient waits for a reply."""
        return bool(self._patients[address].waiting)

    def arrived(self, arrival: Arrival) -> None:
        """A reply reached a patient."""
        patient = self._patients.get(arrival.to)
        if patient is None or not (patient.waiting or patient.owed):
            self.unexpected += 1
            self._unexpected(arrival)
            return
        if not patient.waiting:
            patient.owed -= 1
            return
        for message in patient.waiting:
            message.answered_s = arrival.at_s
        newest = patient.waiting[-1]
        newest.last = True
        self._waiting -= len(patient.waiting)
        patient.owed += len(patient.waiting) - 1
        patient.waiting = []
        self._answered(newest, arrival)


def _sample(message: Message) -> Sample:
    latency_s = None if message.answered_s is None else message.answered_s - message.sent_s
    return Sample(
        message.sent_s, message.kind, message.acknowledged_ms, message.status, latency_s, message.last
    )
