"""Dead letters: what could not be answered or sent, kept sealed until somebody decides on it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from redis.asyncio import Redis

from appliance.errors import Permanent
from appliance.inbox.lanes import SHARDS, Lane, no_shift
from appliance.vault import ConversationId, Vault

_PAGE = 200
_KINDS = {"in": "inbox", "out": "outbox"}
_ID = re.compile(r"([0-7])\.([0-9]+-[0-9]+)")


class NoSuchLetter(Permanent):
    """There is no dead letter with this id: it was never there, or somebody has decided on it."""


@dataclass(frozen=True)
class DeadLetter:
    """One of them.

    Attributes:
        id: what `retry` and `discard` are told.
        lane: `in`, a message that could not be answered, or `out`, a reply that could not be sent.
        position: the message's id at the provider, or the reply's place in the outbox.
        sealed: its text.
        reason: why; holds no patient text.
        at: when, UTC.
    """

    id: str
    lane: str
    conversation: ConversationId
    position: str
    sealed: bytes
    reason: str
    at: datetime


class DeadLetters:
    """The dead letters of every conversation. Every method raises StoreUnavailable."""

    def __init__(self, redis: Redis, vault: Vault) -> None:
        self._vault = vault
        self._lane, self._replies = Lane("in", redis, no_shift), Lane("out", redis, no_shift)

    async def all(self) -> AsyncIterator[DeadLetter]:
        """Every dead letter, shard by shard, the oldest of each first."""
        for shard in range(SHARDS):
            start = "-"
            while page := await self._lane.at(shard, "letters", start, _PAGE):
                for entry, fields in page:
                    yield _letter(shard, entry, fields)
                start = f"({page[-1][0].decode()}"

    async def get(self, letter_id: str) -> DeadLetter:
        """The letter with this id; raises NoSuchLetter."""
        shard, entry = _place(letter_id)
        page = await self._lane.at(shard, "letters", entry, 1)
        if not page or page[0][0].decode() != entry:
            raise NoSuchLetter(f"no dead letter {letter_id}: see appliance inbox list")
        return _letter(shard, *page[0])

    async def opened(self, letter: DeadLetter) -> bytes:
        """Its text in plain; raises KeyMissing when the patient was erased since, SealBroken."""
        return await self._vault.open(
            letter.conversation, _KINDS[letter.lane], letter.position, letter.sealed
        )

    async def retry(self, letter_id: str) -> None:
        """Put it back, behind what its conversation has waiting; raises NoSuchLetter."""
        await self._decide(letter_id, "retry")
        await self._lane.ring()
        await self._replies.ring()

    async def discard(self, letter_id: str) -> None:
        """Throw it away for good; raises NoSuchLetter."""
        await self._decide(letter_id, "discard")

    async def _decide(self, letter_id: str, what: str) -> None:
        shard, entry = _place(letter_id)
        if not await self._lane.at(shard, "letter", entry, what):
            raise NoSuchLetter(f"no dead letter {letter_id}: see appliance inbox list")


def _place(letter_id: str) -> tuple[int, str]:
    found = _ID.fullmatch(letter_id)
    if not found:
        raise NoSuchLetter(f"expected an id as appliance inbox list shows it, got {letter_id!r}")
    return int(found[1]), found[2]


def _letter(shard: int, entry: bytes, fields: list[bytes]) -> DeadLetter:
    named = dict(zip(fields[::2], fields[1::2], strict=True))
    return DeadLetter(
        id=f"{shard}.{entry.decode()}",
        lane=named[b"lane"].decode(),
        conversation=ConversationId(named[b"conversation"].decode()),
        position=named[b"position"].decode(),
        sealed=named[b"body"],
        reason=named[b"reason"].decode(),
        at=datetime.fromtimestamp(int(named[b"at"]) / 1000, UTC),
    )
