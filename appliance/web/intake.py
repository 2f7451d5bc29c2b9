"""Takes each message that a webhook brought: into the inbox, else to a direct answer, never into silence."""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine
from enum import StrEnum
from typing import Any, Protocol

import structlog

from appliance.channel.inbound import InboundMessage
from appliance.errors import InboxFull, Temporary

_LONGEST_ACCEPT_S = 10.0
"""Twilio gives up after 15 s."""
_LONGEST_RESCUE_S = 30.0
_LONGEST_CLAIM_S = 5.0
_MOST_RESCUES = 1000
_REMEMBERED = 10_000

_log = structlog.get_logger(__name__)


class Inbox(Protocol):
    """Keeps messages until they are answered."""

    async def accept(self, message: InboundMessage) -> "Taken":
        """ACCEPTED, DUPLICATE or LIMITED. Whatever is raised means: not kept, and nobody will answer it."""

    async def accept_late(self, message: InboundMessage) -> "Taken":
        """Once more, after an attempt of which nobody knows the outcome; raises as `accept` does."""

    async def answered_directly(self, message: InboundMessage) -> None:
        """Take no repetition of a message that it did not keep; raises when it cannot say so."""


class LastResort(Protocol):
    """Answers without the store."""

    async def reply(self, message: InboundMessage) -> None:
        """Send the emergency route if the wording asks for it, else the safe fallback."""


class Taken(StrEnum):
    """What became of a message."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    LIMITED = "limited"
    """Its sender has sent too many, and was told so: this one is left unanswered."""
    FULL = "full"
    """The inbox has too much to do; it is being answered directly."""
    RESCUED = "rescued"
    """The inbox did not take it; it is being answered directly."""
    LOST = "lost"
    """Neither: too many are being answered directly. The one case in which a patient hears nothing."""


class Intake:
    """Owns what runs on behalf of webhooks, so that a connection that breaks takes no message with it."""

    def __init__(
        self,
        inbox: Inbox,
        last_resort: LastResort,
        *,
        longest_accept_s: float = _LONGEST_ACCEPT_S,
        longest_rescue_s: float = _LONGEST_RESCUE_S,
        most_rescues: int = _MOST_RESCUES,
    ) -> None:
        self._inbox = inbox
        self._last_resort = last_resort
        self._longest_accept_s = longest_accept_s
        self._longest_rescue_s = longest_rescue_s
        self._most_rescues = most_rescues
        self._accepting: set[asyncio.Task[Any]] = set()
        self._rescuing: set[asyncio.Task[Any]] = set()
        self._rescued_sids: OrderedDict[str, None] = OrderedDict()

    async def take(self, message: InboundMessage) -> Taken:
        """Keep the message; it is taken also when the caller is cancelled. Raises nothing else."""
        return await asyncio.shield(_owned(self._take(message), self._accepting))

    async def aclose(self, grace_s: float) -> None:
        """Let what runs come to its end, and cancel what has not when the grace is over."""
        deadline_s = asyncio.get_running_loop().time() + grace_s
        # Accepting comes first: it may start a rescue.
        for tasks in (self._accepting, self._rescuing):
            if tasks:
                left_s = max(0.0, deadline_s - asyncio.get_running_loop().time())
                _, late = await asyncio.wait(tasks, timeout=left_s)
                for task in late:
                    task.cancel()
                await asyncio.gather(*late, return_exceptions=True)

    async def _take(self, message: InboundMessage) -> Taken:
        # Twilio delivers some messages twice, and the inbox never saw those that were answered directly.
        if message.sid in self._rescued_sids:
            return Taken.DUPLICATE
        try:
            async with asyncio.timeout(self._longest_accept_s):
                return await self._inbox.accept(message)
        except InboxFull:
            _log.warning("intake.full", sid=message.sid)
            return self._rescue(message, Taken.FULL)
        except (Temporary, TimeoutError) as error:
            _log.warning("intake.not_accepted", sid=message.sid, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the patient gets an answer
            # Neither the text nor the traceback is logged: both may quote the patient.
            _log.error("intake.accept_failed", sid=message.sid, error=type(error).__name__)
        return self._rescue(message, Taken.RESCUED)

    def _rescue(self, message: InboundMessage, why: Taken) -> Taken:
        if message.sid in self._rescued_sids:
            # Its twin failed to be accepted at the same time.
            return Taken.DUPLICATE
        if len(self._rescuing) >= self._most_rescues:
            _log.critical("intake.lost", sid=message.sid, rescues=len(self._rescuing))
            return Taken.LOST
        self._rescued_sids[message.sid] = None
        if len(self._rescued_sids) > _REMEMBERED:
            self._rescued_sids.popitem(last=False)
        _owned(self._answer(message, why), self._rescuing)
        return why

    async def _answer(self, message: InboundMessage, why: Taken) -> None:
        # The store may have kept it without saying so in time: then a worker answers it, and nobody else must.
        if why is Taken.RESCUED and await self._is_kept_after_all(message):
            return
        try:
            async with asyncio.timeout(self._longest_rescue_s):
                await self._last_resort.reply(message)
            await self._tell_the_others(message)
        except Exception as error:  # noqa: BLE001 - nobody waits for this task: it reports itself
            _log.critical("intake.rescue_failed", sid=message.sid, error=type(error).__name__)

    async def _is_kept_after_all(self, message: InboundMessage) -> bool:
        try:
            async with asyncio.timeout(self._longest_accept_s):
                return await self._inbox.accept_late(message) in {
                    Taken.ACCEPTED,
                    Taken.DUPLICATE,
                    Taken.LIMITED,
                }
        except (Temporary, TimeoutError):
            return False
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the patient gets an answer
            _log.error("intake.accept_failed", sid=message.sid, error=type(error).__name__)
            return False

    async def _tell_the_others(self, message: InboundMessage) -> None:
        """After the answer: whoever dies in between has it answered twice rather than never."""
        try:
            async with asyncio.timeout(_LONGEST_CLAIM_S):
                await self._inbox.answered_directly(message)
        except (Temporary, TimeoutError) as error:
            _log.warning("intake.not_claimed", sid=message.sid, error=type(error).__name__)


def _owned(work: Coroutine[Any, Any, Any], owner: set[asyncio.Task[Any]]) -> asyncio.Task[Any]:
    task = asyncio.create_task(work)
    owner.add(task)
    task.add_done_callback(owner.discard)
    return task
