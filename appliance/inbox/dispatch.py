"""Sends one reply: looks up first what may have gone out already, hands it over, and writes down its fate."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import SystemRandom
from typing import Protocol

import structlog

from appliance.errors import Permanent, SendRefused, SendThrottled, StaleLease, StoreUnavailable
from appliance.inbox.delivery import Facts
from appliance.inbox.holding import persist, while_held
from appliance.inbox.outbox import Outbox, Sending

HOURS_S = 3600.0
_RENEWALS_PER_LEASE = 3
_LONGEST_PAUSE_S = 60.0
_LONGEST_THROTTLE_S = 300.0
_SHORTEST_DOUBT_S = 0.5
_JITTER = 0.25
_RANDOM = SystemRandom()

_log = structlog.get_logger(__name__)


class Sender(Protocol):
    """Hands a reply to the provider."""

    async def send(self, sending: Sending) -> str:
        """The provider's id of the message.

        Raises:
            Permanent: it will never be taken.
            SendThrottled: it was certainly not taken; it may be after a while.
            Exception: anything else leaves open whether it was taken.
        """

    async def find(self, sending: Sending) -> str | None:
        """The provider's id of the reply if an earlier attempt got there; None when the provider lists none.

        Whatever is raised means that the provider could not be asked.
        """

    def patience_s(self, sending: Sending) -> float:
        """How long after an attempt the provider may come to list it: until then None says nothing."""

    def facts(self, sending: Sending) -> Facts | None:
        """What its receipt should hold, once the provider has taken the reply."""


@dataclass(frozen=True)
class DispatchPolicy:
    """When a reply is given up."""

    give_up_s: float = 24 * HOURS_S
    """After its writing: WhatsApp takes no free text later than that (Twilio's error 63016)."""


class Dispatcher:
    """Handles its own failures: a reply that did not leave is due again, or became a dead letter."""

    def __init__(
        self,
        outbox: Outbox,
        sender: Sender,
        policy: DispatchPolicy | None = None,
        random: Callable[[], float] = _RANDOM.random,
        fate: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Send what the outbox gives.

        Args:
            outbox: where the reply's fate is written down.
            sender: hands it over.
            policy: when it is given up.
            random: from 0 to 1, for pauses that differ between workers.
            fate: counts: sent, found, refused, throttled, unconfirmed, postponed, given_up.
        """
        self._outbox, self._sender, self._random, self._fate = outbox, sender, random, fate
        self._policy = policy or DispatchPolicy()

    async def send(self, sending: Sending) -> None:
        """Try once. Cancelling this gives the reply back, in doubt if it was under way."""
        log = _log.bind(conversation=sending.conversation, entry=sending.entry, attempts=sending.attempts + 1)
        every_s = self._outbox.lease_s / _RENEWALS_PER_LEASE
        doubtful = sending.unconfirmed_since_s is not None
        again_s = self._jittered(min(2.0**sending.attempts, _LONGEST_PAUSE_S))
        try:
            await while_held(self._deliver(sending), lambda: self._outbox.renew(sending), every_s)
        except StaleLease:
            log.warning("worker.send_lost")
        except asyncio.CancelledError:
            await _undo(self._outbox.retry_later(sending, 0, unconfirmed=True))
            raise
        except Permanent as error:
            # The provider's text is not logged: it may quote an address.
            reason = (
                f"refused with error {error.code}" if isinstance(error, SendRefused) else type(error).__name__
            )
            log.warning("worker.send_refused", reason=reason)
            self._fate("refused")
            await _undo(self._outbox.failed(sending, reason))
        except SendThrottled as error:
            log.warning("worker.send_throttled", retry_after_s=error.retry_after_s)
            self._fate("throttled")
            pause_s = min(self._jittered(max(error.retry_after_s, again_s)), _LONGEST_THROTTLE_S)
            await self._later(sending, pause_s, unconfirmed=doubtful)
        except StoreUnavailable as error:
            # Only the note before the send can raise this: nothing was sent.
            log.warning("worker.send_postponed", error=str(error))
            self._fate("postponed")
            await self._later(sending, again_s, unconfirmed=doubtful)
        except Exception as error:  # noqa: BLE001 - whatever a sender raises leaves the outcome open
            log.warning("worker.send_unconfirmed", error=type(error).__name__)
            self._fate("unconfirmed")
            await self._later(sending, again_s, unconfirmed=True)

    async def _deliver(self, sending: Sending) -> None:
        if sending.unconfirmed_since_s is not None:
            if found := await self._sender.find(sending):
                _log.info("worker.send_found", conversation=sending.conversation, entry=sending.entry)
                await persist(lambda: self._outbox.sent(sending, found, self._sender.facts(sending)))
                return self._fate("found")
            if (doubt_s := self._sender.patience_s(sending) - sending.quiet_s) > 0:
                # Doubling from attempt to look-up, and the last time when the silence means something.
                pause_s = min(max(sending.quiet_s, _SHORTEST_DOUBT_S), doubt_s)
                return await self._outbox.retry_later(sending, pause_s, unconfirmed=True)
        await self._outbox.record_attempt(sending)
        provider_sid = await self._sender.send(sending)
        await persist(lambda: self._outbox.sent(sending, provider_sid, self._sender.facts(sending)))
        return self._fate("sent")

    async def _later(self, sending: Sending, pause_s: float, *, unconfirmed: bool) -> None:
        if sending.age_s + pause_s > self._policy.give_up_s:
            self._fate("given_up")
            await _undo(self._outbox.failed(sending, "it could not be handed over in time"))
        else:
            await _undo(self._outbox.retry_later(sending, pause_s, unconfirmed=unconfirmed))

    def _jittered(self, pause_s: float) -> float:
        return pause_s * (1 + _JITTER * self._random())


async def _undo(step: Awaitable[None]) -> None:
    """Give something back; when that fails, its lease ends by itself and another takes it."""
    try:
        await step
    except (StaleLease, StoreUnavailable) as error:
        _log.warning("worker.not_given_back", error=str(error))
