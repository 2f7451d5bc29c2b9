"""Requests that staff have yet to meet: who asked, when, in which language; sealed, until they are met."""

from dataclasses import dataclass
from typing import cast

from pydantic import TypeAdapter
from redis.asyncio import Redis

from appliance.errors import KeyMissing
from appliance.vault import ConversationId, Vault
from appliance.vault.connection import translated

DAYS_S = 24 * 3600
_NAME = "antesala:rights:{%s}"
_KIND = "rights"


@dataclass(frozen=True)
class OpenRequest:
    """A copy of their data that a patient has asked for.

    Attributes:
        request: the id that the journal knows it by.
        sender: whom to give the copy to, as the channel names them.
        at_s: when they asked, in seconds since 1970.
    """

    request: str
    sender: str
    language: str
    at_s: float


_STORED = TypeAdapter(OpenRequest)


class Register:
    """At most one request a conversation is open: asking twice does not move the date. Raises StoreUnavailable."""

    def __init__(self, redis: Redis, vault: Vault, kept_s: float = 90 * DAYS_S) -> None:
        """`kept_s`: a request that nobody meets ends after so long; the journal still tells of it."""
        self._redis = redis
        self._vault = vault
        self._kept_s = round(kept_s)

    async def add(self, conversation: ConversationId, request: OpenRequest) -> None:
        """Keep a request, unless one is open or its seal is that of an erased key."""
        if await self.of(conversation) is None:
            sealed = await self._vault.seal(conversation, _KIND, "export", _STORED.dump_json(request))
            async with translated("registering a request"):
                await self._redis.set(_NAME % conversation, sealed, ex=self._kept_s)

    async def of(self, conversation: ConversationId) -> OpenRequest | None:
        """The open request of a conversation; None after an erasure too. Raises SealBroken."""
        async with translated("reading a request"):
            sealed = cast("bytes | None", await self._redis.get(_NAME % conversation))
        if sealed is None:
            return None
        try:
            return _STORED.validate_json(await self._vault.open(conversation, _KIND, "export", sealed))
        except KeyMissing:
            return None

    async def close(self, conversation: ConversationId) -> None:
        """The request is met, or its patient erased."""
        async with translated("closing a request"):
            await self._redis.delete(_NAME % conversation)

    async def all(self) -> tuple[OpenRequest, ...]:
        """Every open request, the oldest first."""
        async with translated("listing requests"):
            names = [name.decode() async for name in self._redis.scan_iter(match=_NAME % "*", count=500)]
        whose = [ConversationId(name.partition("{")[2].rstrip("}")) for name in names]
        found = [await self.of(conversation) for conversation in whose]
        return tuple(sorted((each for each in found if each), key=lambda each: each.at_s))
