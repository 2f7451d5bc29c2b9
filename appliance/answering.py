"""The worker's side of a message: has the turn decided, writes the decision down, and sends the reply."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

import structlog

from appliance.channel import InboundMessage, Reply, split
from appliance.conversation import House, Outcome, Session, Turn, handle
from appliance.conversation.unfinished import is_unfinished
from appliance.errors import JournalBroken, JournalUnavailable, StoreUnavailable
from appliance.inbox import Handled, Lease
from appliance.inbox.consent import OptOuts
from appliance.inbox.urgent import Urgent
from appliance.safe_reply import safe_reply
from appliance.telemetry.metrics import AnswerMeters
from appliance.vault import ConversationId

_URGENT = frozenset({"emergency", "crisis"})

_log = structlog.get_logger(__name__)


class Journal(Protocol):
    """The audit journal; blocks."""

    def append(self, record: Mapping[str, Any]) -> str:
        """The record's hash."""


class Rights(Protocol):
    """What patients may demand in the chat. Raises StoreUnavailable; may be repeated."""

    async def copy_requested(
        self, conversation: ConversationId, sender: str, language: str, request: str
    ) -> None:
        """A copy is asked for: staff will make it."""

    async def erase(self, conversation: ConversationId, request: str, channel: Literal["chat"]) -> bool:
        """Destroy what is held of the patient, or block it."""

    async def silence(
        self, conversation: ConversationId, request: str, *, opted_out: bool, channel: Literal["chat"]
    ) -> None:
        """Keep the wish for no more messages, or that it is taken back."""


class Burst(Protocol):
    """What a patient is writing."""

    async def followed(self, lease: Lease) -> bool:
        """Whether more came since the lease was taken. Raises StoreUnavailable."""


class Observer(Protocol):
    """Sees every decision, in memory only: the demo's page."""

    def seen(self, sender: str, turn: Turn, outcome: Outcome, record_hash: str) -> None:
        """A turn was decided and its record is in the journal."""


class Answering:
    """Answers leased turns; the inbox's TurnHandler."""

    def __init__(
        self,
        house: Callable[[], House],
        rights: Rights,
        opt_outs: OptOuts,
        urgent: Urgent,
        burst: Burst,
        *,
        journal: Journal,
        meters: AnswerMeters,
        observer: Observer | None,
        model_digest: Callable[[], str],
    ) -> None:
        self._house, self._rights, self._opt_outs, self._journal = house, rights, opt_outs, journal
        self._urgent, self._burst = urgent, burst
        self._meters, self._observer, self._model_digest = meters, observer, model_digest

    async def handle(self, lease: Lease) -> Handled | None:
        """Decide, write the decision down, do what it asks for, and only then give the reply away.

        None, and nothing is written, for the beginning of a burst: when it reads as one while more may come, or
        when more came while it was being answered. An emergency waits for nothing.
        """
        messages = [InboundMessage.from_json(message) for message in lease.messages]
        turn, session = turn_of(messages), await self._session(lease)
        house = self._house()
        outcome = await handle(turn, session, house)
        urgent = outcome.action in _URGENT
        if lease.open_s and not urgent and (is_unfinished(turn, outcome) or await self._followed(lease)):
            return None
        record = decision_record(lease.conversation, outcome, house, self._model_digest())
        record_hash = await self._recorded(record, needed=not urgent)
        self._meters.decided(outcome, (datetime.now(UTC) - messages[0].received_at).total_seconds())
        if self._observer:
            self._observer.seen(messages[-1].sender, turn, outcome, record_hash)
        kept = await self._carry_out(lease.conversation, outcome, messages[-1])
        parts = replies(outcome.reply, messages, urgent=urgent)
        if lease.told and parts and not urgent:
            parts += replies(house.pack.message("rate_limit", outcome.language), messages)
        return Handled(kept, parts, urgent)

    async def _recorded(self, record: Mapping[str, Any], *, needed: bool) -> str:
        """The record's hash. Not `needed`: a full disk keeps no emergency's route and no fallback back."""
        start_s = time.perf_counter()
        try:
            record_hash = await asyncio.to_thread(self._journal.append, record)
        except (JournalBroken, JournalUnavailable) as error:
            self._meters.not_recorded("broken" if isinstance(error, JournalBroken) else "unavailable")
            if needed:
                raise
            _log.critical("journal.not_written", error=str(error), record=record)
            return ""
        self._meters.recorded(time.perf_counter() - start_s)
        return record_hash

    async def fallback(self, lease: Lease) -> Sequence[bytes]:
        """The safe fallback, or the emergency route, in the pack's first language."""
        if not lease.messages:
            return ()
        messages = [InboundMessage.from_json(message) for message in lease.messages]
        record = {"kind": "dead_letter", "conversation": lease.conversation, "reason": lease.reason}
        await self._recorded(record, needed=False)
        return replies(
            safe_reply("\n".join(message.text for message in messages), self._house().pack), messages
        )

    async def _followed(self, lease: Lease) -> bool:
        try:
            return await self._burst.followed(lease)
        except StoreUnavailable as error:
            # It only joins replies: what is decided is written down when the store is back.
            _log.warning("worker.burst_unknown", conversation=lease.conversation, error=str(error))
            return False

    async def _session(self, lease: Lease) -> Session:
        session = Session.model_validate_json(lease.session) if lease.session else Session()
        opted_out = await self._opt_outs.holds(lease.conversation)
        return session.model_copy(update={"opted_out": opted_out})

    async def _carry_out(
        self, conversation: ConversationId, outcome: Outcome, message: InboundMessage
    ) -> bytes | None:
        """What the outcome asks for besides the reply; the session to keep, None after an erasure."""
        if "alert_staff" in outcome.effects:
            try:
                await self._urgent.seen(conversation)
            except StoreUnavailable as error:
                # A full Redis still takes the reply: the route does not wait for the note on it.
                _log.critical("staff.alert_not_noted", conversation=conversation, error=str(error))
            _log.error(
                "staff.alert", conversation=conversation, action=outcome.action, intents=outcome.intents
            )
        if outcome.effects & {"opt_out", "opt_in"}:
            await self._rights.silence(
                conversation, message.sid, opted_out="opt_out" in outcome.effects, channel="chat"
            )
        if "export" in outcome.effects:
            await self._rights.copy_requested(conversation, message.sender, outcome.language, message.sid)
            _log.warning("staff.export_requested", conversation=conversation)
        if "erase" in outcome.effects:
            await self._rights.erase(conversation, message.sid, "chat")
            return None
        return outcome.session.model_dump_json().encode()


def turn_of(messages: Sequence[InboundMessage]) -> Turn:
    """One turn of a burst of messages, in their order."""
    return Turn(
        text="\n".join(message.text for message in messages if message.text),
        modalities=frozenset(message.modality for message in messages),
        profile_name=messages[-1].profile_name,
        at=messages[-1].received_at,
    )


def replies(reply: str, messages: Sequence[InboundMessage], *, urgent: bool = False) -> tuple[bytes, ...]:
    """The reply's parts as the outbox keeps them; none for an empty reply."""
    parts = split(reply) if reply else ()
    last, since_s = messages[-1], messages[0].received_at.timestamp()
    return tuple(Reply(last.sender, last.recipient, part, urgent, since_s).to_json() for part in parts)


def decision_record(
    conversation: ConversationId, outcome: Outcome, house: House, model_digest: str
) -> dict[str, Any]:
    """What the journal keeps of a decision: everything needed to trace it, and no text."""
    trace = outcome.trace
    return {
        "kind": "decision",
        "conversation": conversation,
        "action": outcome.action,
        "language": outcome.language,
        "intents": list(outcome.intents),
        "confidence": round(outcome.confidence, 4),
        "statements": list(outcome.statements),
        "knowledge": house.pack.version,
        "model": model_digest,
        "wording": trace.wording,
        "rule": trace.rule,
        "masked": list(trace.masked_kinds),
        "verdicts": [
            {"supported": verdict.supported, "cited": list(verdict.cited)} for verdict in trace.verdicts
        ],
        "timings_ms": {step: round(seconds * 1000, 1) for step, seconds in trace.timings_s.items()},
    }
