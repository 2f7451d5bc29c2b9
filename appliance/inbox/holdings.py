"""What the inbox holds of one conversation: for its export, its erasure, and the end of its terms."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from appliance.inbox.lanes import SHARDS, Lane, milliseconds, no_shift
from appliance.vault import ConversationId

_KINDS = {"in": "inbox", "out": "outbox"}


@dataclass(frozen=True)
class SealedEntry:
    """A value as it is kept.

    Attributes:
        what: `session`, `message` or `reply` that waits, or `dead letter`.
        kind: with the position, the place that it was sealed for.
        at_s: when it was put there (seconds since 1970); None where that is not kept.
        reason: why a dead letter is one.
    """

    what: str
    kind: str
    position: str
    body: bytes
    at_s: float | None = None
    reason: str = ""


class InboxHoldings:
    """Every method raises StoreUnavailable."""

    def __init__(self, redis: Redis) -> None:
        self._lane = Lane("in", redis, no_shift)

    async def of(self, conversation: ConversationId) -> tuple[SealedEntry, ...]:
        """All of it; nothing is opened."""
        messages, replies, position, session, letters = await self._lane.run("held", conversation)
        found = [SealedEntry("session", "session", position.decode(), session)] if session else []
        found += [_entry("message", "inbox", b"sid", at_s, named) for at_s, named in _entries(messages)]
        found += [_entry("reply", "outbox", b"position", at_s, named) for at_s, named in _entries(replies)]
        for at_s, named in _entries(letters):
            found.append(_entry("dead letter", _KINDS[named[b"lane"].decode()], b"position", at_s, named))
        return tuple(found)

    async def forget(self, conversation: ConversationId) -> int:
        """Take the session and the dead letters away; what waits goes its way. How many went."""
        return int(await self._lane.run("forget", conversation))

    async def forget_dead_letters_before(self, at_s: float) -> int:
        """Drop every dead letter from before a time (seconds since 1970); how many went."""
        return sum([await self._lane.at(shard, "trim", milliseconds(at_s)) for shard in range(SHARDS)])


def _entries(stream: list[Any]) -> Iterator[tuple[float, dict[bytes, bytes]]]:
    for entry, fields in stream:
        yield int(entry.split(b"-")[0]) / 1000, dict(zip(fields[::2], fields[1::2], strict=True))


def _entry(what: str, kind: str, position: bytes, at_s: float, named: dict[bytes, bytes]) -> SealedEntry:
    reason = named.get(b"reason", b"").decode()
    return SealedEntry(what, kind, named[position].decode(), named[b"body"], at_s, reason)
