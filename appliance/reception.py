"""The gateway's side of a message: keeps it sealed, or, when the store cannot, answers it directly."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from redis.asyncio import Redis

from appliance.channel import InboundMessage, TwilioSender, split
from appliance.errors import SendThrottled, SendUnconfirmed, StoreUnavailable
from appliance.inbox import Accepted, Mailbox
from appliance.knowledge.pack import Pack
from appliance.safe_reply import safe_reply
from appliance.telemetry.delivery import DeliveryMeters
from appliance.vault import Vault
from appliance.vault.connection import is_in_doubt, translated
from appliance.web.intake import Taken

_TAKEN = {
    Accepted.NEW: Taken.ACCEPTED,
    Accepted.TOLD: Taken.ACCEPTED,
    Accepted.DUPLICATE: Taken.DUPLICATE,
    Accepted.LIMITED: Taken.LIMITED,
}
_PATIENCE_S = 4.0
_URGENT_PATIENCE_S = 1.0
_URGENT_LONGEST_S = 4.0
_URGENT_LATE_S = 2.0
_MOST_OFFERS = 16
"""Offered at once. After a restart hundreds wait; offered all together, all of them would be too late."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 0.5
_REMEMBERED = 10_000
_PROBE, _PROBE_KEPT_S = "antesala:probe", 60
_LOOK_UP_AFTER_S = 2.0
_URGENT_LOOK_UP_AFTER_S = 0.5

_log = structlog.get_logger(__name__)


class Reception:
    """Seals and keeps messages; the web application's Inbox."""

    def __init__(
        self,
        mailbox: Mailbox,
        vault: Vault,
        pack: Callable[[], Pack],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._mailbox, self._vault, self._pack = mailbox, vault, pack
        self._clock, self._sleep = clock, sleep
        self._away_since_s: float | None = None
        self._turns = asyncio.Semaphore(_MOST_OFFERS)

    async def accept(self, message: InboundMessage) -> Taken:
        """Keep it; an emergency passes every limit, ends its burst and waits for no other message.

        Raises:
            StoreUnavailable, InboxFull, TimeoutError: it was not kept.
        """
        if self._pack().emergencies.find(message.text) is not None:
            async with asyncio.timeout(_URGENT_LONGEST_S):
                return await self._kept(message, urgent=True)
        async with self._turns:
            return await self._kept(message, urgent=False)

    async def accept_late(self, message: InboundMessage) -> Taken:
        """The same again; an emergency waits hardly longer: rather twice than late."""
        if self._pack().emergencies.find(message.text) is not None:
            async with asyncio.timeout(_URGENT_LATE_S):
                return await self._kept(message, urgent=True)
        return await self.accept(message)

    async def answered_directly(self, message: InboundMessage) -> None:
        """Take no repetition of it, at whichever gateway it arrives. Raises StoreUnavailable."""
        await self._mailbox.claim(self._vault.pseudonym(message.sender), message.sid)

    async def _kept(self, message: InboundMessage, *, urgent: bool) -> Taken:
        """Offer it until the store has said what became of it.

        A failure leaves open whether the store took the message: answered directly as well, the patient would
        be answered twice. To offer it again is harmless, and a store that restarts is back within a second. An
        emergency is offered for less time, and nothing is when the store has been away for so long already.
        """
        patience_s = _URGENT_PATIENCE_S if urgent else _PATIENCE_S
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                accepted = await self._offer(message, urgent=urgent)
            except StoreUnavailable as error:
                now_s = self._clock()
                if self._away_since_s is None:
                    self._away_since_s = now_s
                if not is_in_doubt(error) or now_s + pause_s > self._away_since_s + patience_s:
                    raise
                await self._sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            else:
                self._away_since_s = None
                return _TAKEN[accepted]

    async def _offer(self, message: InboundMessage, *, urgent: bool) -> Accepted:
        conversation = self._vault.pseudonym(message.sender)
        return await self._mailbox.accept(conversation, message.sid, message.to_json(), immediate=urgent)


@dataclass(frozen=True)
class DirectPolicy:
    """Fallbacks that one patient gets from one gateway; emergency routes are not counted."""

    most: int = 30
    window_s: float = 60.0


class DirectAnswer:
    """Answers without the store; the web application's LastResort. What it knows is in this process only."""

    def __init__(
        self,
        twilio: TwilioSender,
        pack: Callable[[], Pack],
        sender: str,
        meters: DeliveryMeters,
        policy: DirectPolicy | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`sender`: the address that answers come from; "" for the one that was written to."""
        self._twilio, self._pack, self._sender, self._meters = twilio, pack, sender, meters
        self._policy, self._clock, self._sleep = policy or DirectPolicy(), clock, sleep
        self._told: OrderedDict[str, tuple[float, int]] = OrderedDict()

    async def reply(self, message: InboundMessage) -> None:
        """The emergency route, or the fallback with the phone line, tried until the caller's patience ends.

        What is in doubt is looked up once before it is repeated: with no store, better twice than not at all.

        Raises:
            SendRefused: Twilio will not take it.
        """
        urgent = self._pack().emergencies.find(message.text) is not None
        if not urgent and self._is_too_many(message.sender):
            self._meters.direct("limited")
            return
        for part in split(safe_reply(message.text, self._pack())):
            await self._send(message, part, urgent=urgent)
        self._meters.direct("sent")

    async def _send(self, message: InboundMessage, part: str, *, urgent: bool) -> None:
        sender, since = self._sender or message.recipient, datetime.now(UTC)
        doubtful = False
        while True:
            try:
                if doubtful and await self._twilio.find(message.sender, sender, part, since, ()):
                    return
                await self._twilio.send(message.sender, sender, part)
            except SendThrottled as error:
                self._meters.direct("throttled")
                await self._sleep(error.retry_after_s)
            except SendUnconfirmed:
                self._meters.direct("unconfirmed")
                doubtful = True
                await self._sleep(_URGENT_LOOK_UP_AFTER_S if urgent else _LOOK_UP_AFTER_S)
            else:
                return

    def _is_too_many(self, sender: str) -> bool:
        now_s = self._clock()
        began_s, count = self._told.pop(sender, (now_s, 0))
        if now_s - began_s >= self._policy.window_s:
            began_s, count = now_s, 0
        self._told[sender] = began_s, count + 1
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        return count >= self._policy.most


class Dependencies:
    """Whether what the gateway depends on works; the web application's Readiness."""

    def __init__(self, stores: Mapping[str, Redis]) -> None:
        """`stores`: by the setting that names each."""
        self._stores = stores

    async def problems(self) -> Sequence[str]:
        """One line for each store that takes no writes."""
        found = []
        for setting, store in self._stores.items():
            try:
                # A write: a store that is full, or a replica, answers a ping.
                async with translated("writing a probe"):
                    await store.set(_PROBE, b"1", ex=_PROBE_KEPT_S)
            except StoreUnavailable as error:
                found.append(f"{setting} (APPLIANCE_{setting.upper()}): {error}")
        return found
