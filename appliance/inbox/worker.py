"""The worker: answers turns and sends replies, many conversations at once, each in order, none lost.

Nothing is decided by what is in this process: a turn counts as answered, a reply as sent, when the mailbox
and the outbox have written it down. Whatever dies before that is done again by whoever takes the lease next.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from appliance.errors import StaleLease, StoreUnavailable
from appliance.inbox.dispatch import Dispatcher, Sender
from appliance.inbox.holding import persist, while_held
from appliance.inbox.mailbox import Lease, Mailbox
from appliance.inbox.outbox import Outbox
from appliance.inbox.pump import Pump

# Of the grace at a stop, turns may use this share; the rest is for sending what they answered.
_TURNS_SHARE = 0.6
_RENEWALS_PER_LEASE = 3

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Handled:
    """What a turn led to: the session to keep (None: none), and the replies in order; urgent ones go before others'."""

    session: bytes | None
    replies: Sequence[bytes]
    urgent: bool = False


class TurnHandler(Protocol):
    """Answers a turn. May be called again for the same messages when a try failed or its process died."""

    async def handle(self, lease: Lease) -> Handled | None:
        """The answer, or None to wait for more while the burst is open; what is raised counts as a failed try."""

    async def fallback(self, lease: Lease) -> Sequence[bytes]:
        """The safe replies when the tries are used up, or no message could be opened."""


class Meters(Protocol):
    """Counts."""

    def attempted(self, fate: str) -> None:
        """An attempt to send came to this."""

    def buried(self) -> None:
        """A turn became a dead letter."""


class _Uncounted:
    def attempted(self, fate: str) -> None: ...

    def buried(self) -> None: ...


@dataclass(frozen=True)
class WorkerPolicy:
    """Times are in seconds."""

    turns: int = 16
    """Conversations answered at once."""
    sends: int = 16
    """Conversations sent to at once."""
    longest_turn_s: float = 60.0
    """A handler that takes longer hangs: that is a failed try."""


class Worker:
    """Two pumps: one answers turns, one sends replies."""

    def __init__(
        self,
        mailbox: Mailbox,
        outbox: Outbox,
        handler: TurnHandler,
        sender: Sender,
        policy: WorkerPolicy | None = None,
        *,
        chores: Sequence[Pump[Any]] = (),
        meters: Meters | None = None,
    ) -> None:
        """A worker.

        Args:
            mailbox: where turns are.
            outbox: where replies are.
            handler: answers turns.
            sender: sends replies.
            policy: how many at once.
            chores: what else is done meanwhile, and is stopped with it.
            meters: counts.
        """
        self._mailbox = mailbox
        self._handler = handler
        self._policy = policy or WorkerPolicy()
        self._chores, self._meters = chores, meters or _Uncounted()
        dispatcher = Dispatcher(outbox, sender, fate=self._meters.attempted)
        self._turns = Pump("turns", mailbox, self._turn, self._policy.turns)
        self._sends = Pump("sends", outbox, dispatcher.send, self._policy.sends)
        self._deadline_s = 0.0

    async def run(self) -> None:
        """Work until stopped. Cancelling this stops at once; what was held is given back."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sends.run(), name="sends")
            for chore in self._chores:
                group.create_task(chore.run(), name="chore")
            await self._turns.run()
            self._sends.stop(self._deadline_s, drain=True)

    def stop(self, grace_s: float) -> None:
        """Take no more turns, finish those that run and send what they answered, within the grace.

        What is not finished then is given back: another worker takes it at once.
        """
        now_s = asyncio.get_running_loop().time()
        self._deadline_s = now_s + grace_s
        self._turns.stop(now_s + grace_s * _TURNS_SHARE)
        for chore in self._chores:
            chore.stop(now_s + grace_s * _TURNS_SHARE)

    async def _turn(self, lease: Lease) -> None:
        log = _log.bind(conversation=lease.conversation, token=lease.token)
        every_s = self._mailbox.policy.lease_s / _RENEWALS_PER_LEASE
        try:
            await while_held(self._answer(lease), lambda: self._mailbox.renew(lease), every_s)
        except StaleLease:
            log.warning("worker.turn_lost")
        except asyncio.CancelledError:
            await self._undo(self._mailbox.release(lease))
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is a failed try
            # Neither the text nor the traceback is logged: both may quote the patient.
            log.warning("worker.turn_failed", error=type(error).__name__, tries=lease.tries + 1)
            await self._undo(self._mailbox.fail(lease, type(error).__name__))

    async def _answer(self, lease: Lease) -> None:
        if lease.exhausted or not lease.messages:
            replies = await self._handler.fallback(lease)
            await persist(lambda: self._mailbox.bury(lease, replies))
            self._meters.buried()
            _log.error("worker.dead_letter", conversation=lease.conversation, reason=lease.reason)
            return
        async with asyncio.timeout(self._policy.longest_turn_s):
            handled = await self._handler.handle(lease)
        if handled is None:
            await persist(lambda: self._mailbox.hold(lease))
        else:
            await persist(
                lambda: self._mailbox.done(lease, handled.session, handled.replies, urgent=handled.urgent)
            )

    @staticmethod
    async def _undo(step: Awaitable[None]) -> None:
        """Give something back; when that fails, its lease ends by itself and another takes it."""
        try:
            await step
        except (StaleLease, StoreUnavailable) as error:
            _log.warning("worker.not_given_back", error=str(error))
