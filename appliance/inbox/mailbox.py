"""The mailbox: every accepted message is kept, handed out in order, and answered exactly once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import structlog
from redis.asyncio import Redis

from appliance.errors import InboxFull, KeyMissing, SealBroken, StaleLease
from appliance.inbox.lanes import Lane, milliseconds, no_shift
from appliance.inbox.policy import MailboxPolicy
from appliance.vault import ConversationId, Vault
from appliance.vault.envelope import DataKey

_STALE = -1

_log = structlog.get_logger(__name__)


class Accepted(StrEnum):
    """What became of a message that was offered."""

    NEW = "new"
    DUPLICATE = "duplicate"
    TOLD = "told"
    """Kept; the sender is over the limit, and is told so with the answer."""
    LIMITED = "limited"
    """Not kept: the sender is over the limit, and was told."""


@dataclass(frozen=True)
class Lease:
    """A conversation that is held, with what there is to answer.

    Attributes:
        token: fences off a holder that is late; grows with each lease.
        messages: the pending messages in order, in plain; may be empty when none could be opened.
        session: what the last turn left, in plain; None when there is none, or it is expired or erased.
        unreadable: how many messages could not be opened, because of an erasure or tampering.
        tries: how often this turn failed before.
        exhausted: the tries are used up: answer with the fallback and bury it.
        reason: why the last try failed; "" at the first.
        open_s: how long the burst is still open: until then `hold` may wait for what follows; 0 when it is over.
        told: the sender went over the limit with one of these messages, and is to be told.
    """

    conversation: ConversationId
    token: int
    messages: tuple[bytes, ...]
    session: bytes | None
    unreadable: int
    tries: int
    exhausted: bool
    reason: str
    told: bool = False
    open_s: float = 0.0


class _Claimed(NamedTuple):
    """What take.lua answers; each of `pending` is (entry id, [b"sid", sid, b"body", sealed, b"told", 0 or 1])."""

    conversation: bytes
    token: int
    tries: bytes
    reason: bytes
    pending: list[Any]
    session_position: bytes
    session: bytes
    open_ms: int


class Mailbox:
    """Messages to answer, and the session of each conversation. Sealed at rest.

    Every method raises StoreUnavailable when Redis or the key store does not answer.
    """

    def __init__(
        self,
        redis: Redis,
        vault: Vault,
        policy: MailboxPolicy | None = None,
        clock_shift_ms: Callable[[], int] = no_shift,
    ) -> None:
        self.policy = policy or MailboxPolicy()
        self._vault = vault
        self._lane = Lane("in", redis, clock_shift_ms)
        self._replies = Lane("out", redis, clock_shift_ms)

    async def accept(
        self, conversation: ConversationId, sid: str, payload: bytes, *, immediate: bool = False
    ) -> Accepted:
        """Keep a message, unless its MessageSid was taken before, or its sender has sent too many.

        Args:
            conversation: the sender's.
            sid: the message's id.
            payload: the message.
            immediate: it is an emergency: it ends the burst at once, passes every limit and whoever waits.

        Raises:
            InboxFull: too much waits, in this conversation or in all.
        """
        body = await self._vault.seal(conversation, "inbox", sid, payload)
        policy = self.policy
        answer = await self._lane.run(
            "accept",
            conversation,
            sid,
            body,
            milliseconds(policy.quiet_s),
            milliseconds(policy.most_s),
            int(immediate),
            milliseconds(policy.sid_s),
            policy.most_pending,
            policy.shard(policy.most_waiting),
            policy.shard(policy.minute),
            policy.burst,
            milliseconds(policy.burst_s),
            policy.day,
            int(policy.eager),
        )
        if answer == b"full":
            raise InboxFull(f"{conversation}: too much is waiting already, no more is taken")
        accepted = Accepted(answer.decode())
        if accepted in {Accepted.NEW, Accepted.TOLD}:
            await self._lane.ring()
        return accepted

    async def claim(self, conversation: ConversationId, sid: str) -> bool:
        """Take no repetition of a message that was answered directly; False when it was taken before."""
        return bool(await self._lane.run("claim", conversation, sid, milliseconds(self.policy.sid_s)))

    async def take(self) -> Lease | None:
        """Lease the conversation that is due first, or None when nothing is due.

        Raises:
            KeyFileError: the ring lacks a master key; the conversation is given back.
        """
        lease_ms = milliseconds(self.policy.lease_s)
        answer = await self._lane.claim("take", lease_ms, self.policy.most_messages)
        if answer is None:
            return None
        claimed = _Claimed(*answer)
        conversation = ConversationId(claimed.conversation.decode())
        try:
            return await self._opened(conversation, claimed)
        except BaseException:
            # Whatever it was, also a cancellation, was not the message's fault: that is no try.
            await self._give_back(conversation, claimed.token, "", self.policy.retry_s, 0)
            raise

    async def renew(self, lease: Lease) -> None:
        """Prolong the lease; raises StaleLease when another has the conversation."""
        lease_ms = milliseconds(self.policy.lease_s)
        if not await self._lane.run("renew", lease.conversation, "in", lease.token, lease_ms):
            raise _stale(lease.conversation, lease.token)

    async def done(
        self, lease: Lease, session: bytes | None, replies: Sequence[bytes], *, urgent: bool = False
    ) -> None:
        """Answer the turn in one step: session, replies into the outbox, messages away, lease ended.

        Args:
            lease: what `take` gave.
            session: kept for a day; None removes it.
            replies: sent in this order.
            urgent: before those of others that wait.

        Raises:
            StaleLease: another has the conversation; nothing was changed.
        """
        if session is None:
            await self._settle(lease, "", "drop", b"", replies, urgent=urgent)
        else:
            await self._settle(lease, "", "set", session, replies, urgent=urgent)

    async def bury(self, lease: Lease, replies: Sequence[bytes]) -> None:
        """As `done`, but the messages become dead letters with the lease's reason; the session stays."""
        reason = lease.reason or "no message could be opened"
        await self._settle(lease, reason, "keep", b"", replies)

    async def fail(self, lease: Lease, reason: str) -> None:
        """Count a failed try and give the conversation back after a pause. No patient text in the reason.

        Raises:
            StaleLease: another has the conversation.
        """
        pause_s = min(self.policy.retry_s * 2**lease.tries, self.policy.longest_retry_s)
        if await self._give_back(lease.conversation, lease.token, reason, pause_s, 1) == _STALE:
            raise _stale(lease.conversation, lease.token)

    async def followed(self, lease: Lease) -> bool:
        """Whether the sender wrote more since the lease was taken."""
        return bool(await self._lane.run("followed", lease.conversation, lease.token))

    async def hold(self, lease: Lease) -> None:
        """Give the conversation back until its burst is over, uncounted: what follows joins the turn.

        Raises:
            StaleLease: another has the conversation.
        """
        most_ms = milliseconds(self.policy.most_s)
        if not await self._lane.run("hold", lease.conversation, lease.token, most_ms):
            raise _stale(lease.conversation, lease.token)
        await self._lane.ring()

    async def release(self, lease: Lease) -> None:
        """Give the conversation back at once, uncounted; nothing happens when another has it."""
        await self._give_back(lease.conversation, lease.token, "", 0, 0)

    async def wait(self, timeout_s: float) -> None:
        """Block until `take` is worth trying again, or the time is up."""
        await self._lane.wait(timeout_s)

    async def _give_back(
        self, conversation: ConversationId, token: int, reason: str, pause_s: float, tries: int
    ) -> int:
        pause_ms = milliseconds(pause_s)
        left = await self._lane.run("fail", conversation, "in", token, reason, pause_ms, tries)
        await self._lane.ring()
        return int(left)

    async def _settle(
        self,
        lease: Lease,
        reason: str,
        session_mode: str,
        session: bytes,
        replies: Sequence[bytes],
        *,
        urgent: bool = False,
    ) -> None:
        key = await self._vault.data_key(lease.conversation)
        token, session_ms = str(lease.token), milliseconds(self.policy.session_s)
        sealed = key.seal("session", token, session) if session_mode == "set" else b""
        args: list[str | bytes | int] = [token, reason, session_mode, token, sealed, session_ms]
        args += [int(self.policy.redact_inbound), int(urgent), len(replies)]
        for number, reply in enumerate(replies):
            position = f"{token}.{number}"
            args += [position, key.seal("outbox", position, reply)]
        (more,) = await self._lane.run("done", lease.conversation, *args)
        if more == _STALE:
            raise _stale(lease.conversation, lease.token)
        if replies:
            await self._replies.ring()
        if more:
            await self._lane.ring()

    async def _opened(self, conversation: ConversationId, claimed: _Claimed) -> Lease:
        sealed = [(fields[1].decode(), fields[3]) for _, fields in claimed.pending]
        told = any(fields[4:] == [b"told", b"1"] for _, fields in claimed.pending)
        messages: list[bytes] = []
        session = None
        try:
            key = await self._vault.data_key(conversation)
        except SealBroken as error:
            _log.error("inbox.data_key_broken", conversation=conversation, error=str(error))
        else:
            opened = [self._open(key, "inbox", sid, body) for sid, body in sealed]
            messages = [message for message in opened if message is not None]
            if claimed.session:
                session = self._open(key, "session", claimed.session_position.decode(), claimed.session)
        tries = int(claimed.tries)
        return Lease(
            conversation=conversation,
            token=claimed.token,
            messages=tuple(messages),
            session=session,
            unreadable=len(sealed) - len(messages),
            tries=tries,
            exhausted=tries >= self.policy.tries,
            reason=claimed.reason.decode(),
            told=told,
            open_s=claimed.open_ms / 1000,
        )

    def _open(self, key: DataKey, kind: str, position: str, body: bytes) -> bytes | None:
        try:
            return self._vault.open_under(key, kind, position, body)
        except KeyMissing as error:
            # The patient was erased between sending this and now: what they erased stays unread.
            _log.info("inbox.erased_value", kind=kind, conversation=key.conversation, error=str(error))
        except SealBroken as error:
            _log.error("inbox.broken_value", kind=kind, conversation=key.conversation, error=str(error))
        return None


def _stale(conversation: ConversationId, token: int) -> StaleLease:
    return StaleLease(f"lease {token} of {conversation} is over: another worker has the conversation")
