"""What happened on each turn, kept in memory for the demo page. Nothing of it is ever written down."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from appliance.conversation.outcome import Outcome
from appliance.conversation.turn import Turn

MOST_SENDERS = 200
MOST_TURNS = 50
"""Of one sender; the oldest go first."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Seen:
    """A turn, the decision on it, and the hash of its audit record.

    Attributes:
        number: counts all turns from 1; names this one.
        at: when the decision was written to the audit journal, UTC.
    """

    number: int
    at: datetime
    turn: Turn
    outcome: Outcome
    record_hash: str


class TraceLog:
    """The newest turns of the newest senders."""

    def __init__(
        self, *, now: Callable[[], datetime] = _now, changed: Callable[[], None] = lambda: None
    ) -> None:
        self._now = now
        self._changed = changed
        self._number = 0
        self._turns: OrderedDict[str, deque[Seen]] = OrderedDict()

    def seen(self, sender: str, turn: Turn, outcome: Outcome, record_hash: str) -> None:
        """A turn was decided, and its record is in the journal."""
        self._number += 1
        turns = self._turns.setdefault(sender, deque(maxlen=MOST_TURNS))
        self._turns.move_to_end(sender)
        turns.append(Seen(self._number, self._now(), turn, outcome, record_hash))
        while len(self._turns) > MOST_SENDERS:
            self._turns.popitem(last=False)
        self._changed()

    def of(self, sender: str) -> tuple[Seen, ...]:
        """The turns of a sender that are kept, the oldest first."""
        return tuple(self._turns.get(sender, ()))


def seen_json(seen: Seen) -> dict[str, object]:
    """A turn as the page gets it: masked text only, times in seconds and ISO 8601."""
    outcome, trace = seen.outcome, seen.outcome.trace
    return {
        "id": seen.number,
        "at": seen.at.isoformat(),
        "masked": trace.masked,
        "masked_kinds": list(trace.masked_kinds),
        "modalities": sorted(seen.turn.modalities),
        "language": outcome.language,
        "action": outcome.action,
        "confidence": outcome.confidence,
        "rule": trace.rule,
        "intents": list(outcome.intents),
        "parts": [
            {"text": text, "intent": intent, "confidence": confidence}
            for text, intent, confidence in trace.parts
        ],
        "scores": [{"statement": statement, "score": score} for statement, score in trace.scores],
        "statements": list(outcome.statements),
        "engine": trace.engine,
        "draft": trace.draft,
        "verdicts": [
            {
                "text": verdict.text,
                "cited": list(verdict.cited),
                "supported": verdict.supported,
                "reasons": list(verdict.reasons),
            }
            for verdict in trace.verdicts
        ],
        "wording": trace.wording,
        "blocks": [
            {"source": block.source, "names": list(block.names), "text": block.text}
            for block in outcome.blocks
        ],
        "effects": sorted(outcome.effects),
        "timings_s": dict(trace.timings_s),
        "record_hash": seen.record_hash,
    }
