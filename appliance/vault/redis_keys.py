"""Wrapped data keys and tombstones in a Redis of their own, apart from the values and their backups."""

from collections.abc import AsyncIterator
from typing import cast

from redis.asyncio import Redis

from appliance.vault.connection import translated
from appliance.vault.pseudonym import ConversationId

# Key and tombstone share a hash tag, so that both can change in one step on a Redis Cluster too.
_KEY = "vault:key:{%s}"
_TOMBSTONES = "vault:erased:{%s}"

_DESTROY = """
local wrapped = redis.call('DEL', KEYS[1])
if wrapped == 1 then redis.call('RPUSH', KEYS[2], ARGV[1]) end
return wrapped
"""
_REPLACE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""


class RedisDataKeyStore:
    """The key store on Redis. Each method raises StoreUnavailable when Redis fails."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._destroy = redis.register_script(_DESTROY)
        self._replace = redis.register_script(_REPLACE)

    async def get(self, conversation: ConversationId) -> bytes | None:
        """The wrapped data key, or None when there is none."""
        async with translated("reading a data key"):
            return cast("bytes | None", await self._redis.get(_KEY % conversation))

    async def add(self, conversation: ConversationId, wrapped: bytes) -> bytes:
        """Keep a wrapped data key unless there is one already; return the one that is kept."""
        async with translated("adding a data key"):
            kept = await self._redis.set(_KEY % conversation, wrapped, nx=True, get=True)
        return wrapped if kept is None else cast("bytes", kept)

    async def destroy(self, conversation: ConversationId, erased_at_s: float) -> bool:
        """Destroy the data key and leave a tombstone, in one step; whether there was a key."""
        async with translated("destroying a data key"):
            keys = [_KEY % conversation, _TOMBSTONES % conversation]
            return bool(await self._destroy(keys=keys, args=[f"{erased_at_s:.3f}"]))

    async def tombstones(self, conversation: ConversationId) -> tuple[float, ...]:
        """When the conversation was erased, oldest first, in seconds since 1970."""
        async with translated("reading tombstones"):
            found = await self._redis.lrange(_TOMBSTONES % conversation, 0, -1)
        return tuple(float(stamp) for stamp in found)

    async def conversations(self) -> AsyncIterator[ConversationId]:
        """Every conversation that has a data key; one that is added meanwhile may be left out."""
        before, after = (_KEY % "*").encode().split(b"*")
        async with translated("listing data keys"):
            async for name in self._redis.scan_iter(match=_KEY % "*", count=500):
                yield ConversationId(name.removeprefix(before).removesuffix(after).decode())

    async def replace(self, conversation: ConversationId, old: bytes, new: bytes) -> bool:
        """Put `new` in the place of `old`; False when it was not `old` that was there."""
        async with translated("replacing a data key"):
            return bool(await self._replace(keys=[_KEY % conversation], args=[old, new]))
