"""The outbox: replies that wait to be sent, in order within a conversation, each until its fate is known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from redis.asyncio import Redis

from appliance.errors import KeyMissing, SealBroken, StaleLease
from appliance.inbox.delivery import DeliveryLog, Facts
from appliance.inbox.lanes import Lane, milliseconds, no_shift
from appliance.vault import ConversationId, Vault

_STALE = -1

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sending:
    """A reply that is to be sent now, and a lease on its conversation.

    Attributes:
        entry: the reply's id in the outbox.
        payload: the reply in plain.
        attempts: how often it was tried before.
        unconfirmed_since_s: when an earlier attempt began whose outcome nobody knows (seconds since 1970):
            look it up at the provider before repeating it. None when every earlier attempt certainly failed.
        quiet_s: how long ago the last attempt began.
        age_s: how long ago the reply was written.
        taken_sids: the provider's ids of the conversation's replies before this one.
    """

    conversation: ConversationId
    token: int
    entry: str
    payload: bytes
    attempts: int
    unconfirmed_since_s: float | None
    quiet_s: float = 0.0
    age_s: float = 0.0
    taken_sids: frozenset[str] = frozenset()


class _Claimed(NamedTuple):
    """What take_reply.lua answers; `attempted_ms` is empty when no attempt is unconfirmed."""

    conversation: bytes
    token: int
    entry: bytes
    position: bytes
    body: bytes
    attempts: bytes
    attempted_ms: bytes
    quiet_ms: int
    age_ms: int
    taken_sids: list[bytes]


class Outbox:
    """Replies to send. Every method raises StoreUnavailable when Redis or the key store does not answer.

    Those that take a Sending raise StaleLease when another worker has the conversation by now.
    """

    def __init__(
        self,
        redis: Redis,
        vault: Vault,
        deliveries: DeliveryLog,
        *,
        lease_s: float = 30.0,
        clock_shift_ms: Callable[[], int] = no_shift,
        redact_after_s: float | None = None,
    ) -> None:
        """The outbox of the same Redis as the mailbox's.

        Args:
            redis: its client.
            vault: opens the replies.
            deliveries: is told under which id the provider took each.
            lease_s: a conversation whose sender has been silent for so long is given to another.
            clock_shift_ms: a test's way to move time.
            redact_after_s: the provider is to empty a reply so long after it was taken; None: never.
        """
        self.lease_s = lease_s
        self._redact_ms = "" if redact_after_s is None else milliseconds(redact_after_s)
        self._vault = vault
        self._deliveries = deliveries
        self._lane = Lane("out", redis, clock_shift_ms)

    async def take(self) -> Sending | None:
        """Lease the oldest reply of the conversation that is due first, or None when nothing is due.

        A reply that cannot be opened, because its patient was erased, becomes a dead letter on the way.
        """
        while answer := await self._lane.claim("take_reply", milliseconds(self.lease_s)):
            claimed = _Claimed(*answer)
            conversation = ConversationId(claimed.conversation.decode())
            try:
                return await self._opened(conversation, claimed)
            except (KeyMissing, SealBroken) as error:
                _log.warning("outbox.unreadable", conversation=conversation, error=str(error))
                await self._settle(conversation, claimed.token, claimed.entry.decode(), type(error).__name__)
            except BaseException:
                unconfirmed = int(claimed.attempted_ms != b"")
                await self._lane.run("later", conversation, claimed.token, 0, unconfirmed)
                raise
        return None

    async def renew(self, sending: Sending) -> None:
        """Prolong the lease."""
        lease_ms = milliseconds(self.lease_s)
        self._check(
            sending, await self._lane.run("renew", sending.conversation, "out", sending.token, lease_ms)
        )

    async def record_attempt(self, sending: Sending) -> None:
        """Write down that the reply is about to be sent: from here on its outcome may be unknown."""
        self._check(sending, await self._lane.run("attempt", sending.conversation, sending.token))

    async def sent(self, sending: Sending, provider_sid: str, facts: Facts | None = None) -> None:
        """The provider took the reply under this id; the next one of the conversation may go."""
        await self._deliveries.record(provider_sid, sending.conversation, facts)
        await self._settle(sending.conversation, sending.token, sending.entry, "", provider_sid)

    async def failed(self, sending: Sending, reason: str) -> None:
        """The reply will never go: it becomes a dead letter. No patient text in the reason."""
        await self._settle(sending.conversation, sending.token, sending.entry, reason)

    async def retry_later(self, sending: Sending, delay_s: float, *, unconfirmed: bool) -> None:
        """Try again after a while, the replies behind it wait; `unconfirmed` when it may have gone out."""
        delay_ms = milliseconds(delay_s)
        answer = await self._lane.run(
            "later", sending.conversation, sending.token, delay_ms, int(unconfirmed)
        )
        self._check(sending, answer)
        await self._lane.ring()

    async def wait(self, timeout_s: float) -> None:
        """Block until `take` is worth trying again, or the time is up."""
        await self._lane.wait(timeout_s)

    async def _settle(
        self, conversation: ConversationId, token: int, entry: str, reason: str, provider_sid: str = ""
    ) -> None:
        (more,) = await self._lane.run(
            "sent", conversation, token, entry, reason, provider_sid, self._redact_ms
        )
        if more == _STALE:
            raise _stale(conversation, token)
        if more:
            await self._lane.ring()

    async def _opened(self, conversation: ConversationId, claimed: _Claimed) -> Sending:
        position = claimed.position.decode()
        return Sending(
            conversation=conversation,
            token=claimed.token,
            entry=claimed.entry.decode(),
            payload=await self._vault.open(conversation, "outbox", position, claimed.body),
            attempts=int(claimed.attempts),
            unconfirmed_since_s=int(claimed.attempted_ms) / 1000 if claimed.attempted_ms else None,
            quiet_s=claimed.quiet_ms / 1000,
            age_s=claimed.age_ms / 1000,
            taken_sids=frozenset(sid.decode() for sid in claimed.taken_sids),
        )

    @staticmethod
    def _check(sending: Sending, answer: int) -> None:
        if not answer:
            raise _stale(sending.conversation, sending.token)


def _stale(conversation: ConversationId, token: int) -> StaleLease:
    return StaleLease(f"lease {token} of {conversation}'s outbox is over: another worker has it")
