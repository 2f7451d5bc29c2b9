"""Wrapped data keys and tombstones in a Redis of their own, apart from the values and their backups."""

from collections.abc import AsyncIterator
from typing import NamedTuple, cast

from redis.asyncio import Redis

from appliance.vault.connection import translated
from appliance.vault.envelope import KEY_ID_BYTES
from appliance.vault.erasures import Erasure
from appliance.vault.pseudonym import ConversationId

DAYS_S = 24 * 3600
# Both names of a conversation share a hash tag, so that blocking is one step on a Redis Cluster too.
_KEY = "vault:key:{%s}"
_BLOCKED = "vault:blocked:{%s}:%s"
_TOMBSTONES = "vault:erasures"
_RING_PROOF = "vault:ring"

_REMOVE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""
_BLOCK = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PXAT', ARGV[2])
return redis.call('DEL', KEYS[1])
"""
_REPLACE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1
"""


class KeyPlace(NamedTuple):
    """Where a wrapped data key is: in use, or blocked under its id in hex."""

    conversation: ConversationId
    blocked: str = ""

    @property
    def name(self) -> str:
        """The key's name in Redis."""
        return _BLOCKED % self if self.blocked else _KEY % self.conversation

    @classmethod
    def of(cls, name: str) -> "KeyPlace":
        """The place of a name."""
        _, _, rest = name.partition("{")
        conversation, _, blocked = rest.partition("}")
        return cls(ConversationId(conversation), blocked.removeprefix(":"))


class RedisDataKeyStore:
    """The key store on Redis. Each method raises StoreUnavailable when Redis fails."""

    def __init__(self, redis: Redis, keep_s: float = 31 * DAYS_S) -> None:
        """`keep_s`: a data key that nobody used for so long ends by itself: nothing under it is kept longer."""
        self._redis = redis
        self._keep_ms = round(keep_s * 1000)
        self._remove = redis.register_script(_REMOVE)
        self._block = redis.register_script(_BLOCK)
        self._replace = redis.register_script(_REPLACE)

    async def get(self, conversation: ConversationId) -> bytes | None:
        """The wrapped data key, or None when there is none; it is in use, so its term begins anew."""
        async with translated("reading a data key"):
            return cast("bytes | None", await self._redis.getex(_KEY % conversation, px=self._keep_ms))

    async def add(self, conversation: ConversationId, wrapped: bytes) -> bytes:
        """Keep a wrapped data key unless there is one already; return the one that is kept."""
        async with translated("adding a data key"):
            kept = await self._redis.set(_KEY % conversation, wrapped, nx=True, get=True, px=self._keep_ms)
        return wrapped if kept is None else cast("bytes", kept)

    async def remove(self, conversation: ConversationId, wrapped: bytes) -> bool:
        """Destroy this wrapped data key; False when it was not this one that was there."""
        async with translated("destroying a data key"):
            return bool(await self._remove(keys=[_KEY % conversation], args=[wrapped]))

    async def block(self, erasure: Erasure, wrapped: bytes, until_s: float) -> bool:
        """Put this wrapped data key aside; it ends by itself at the time. False as for `remove`."""
        names = [_KEY % erasure.conversation, _BLOCKED % (erasure.conversation, erasure.key_id.hex())]
        async with translated("blocking a data key"):
            return bool(await self._block(keys=names, args=[wrapped, round(until_s * 1000)]))

    async def blocked(self, conversation: ConversationId) -> dict[str, bytes]:
        """The wrapped keys of a conversation that are blocked, by their ids in hex."""
        async with translated("reading blocked data keys"):
            names = [name async for name in self._redis.scan_iter(match=_BLOCKED % (conversation, "*"))]
            found = [(KeyPlace.of(name.decode()).blocked, await self._redis.get(name)) for name in names]
        return {key_id: cast("bytes", wrapped) for key_id, wrapped in found if wrapped is not None}

    async def bury(self, erasure: Erasure) -> None:
        """Keep a tombstone, which other hosts copy into their books."""
        async with translated("writing a tombstone"):
            member = f"{erasure.conversation} {erasure.key_id.hex()}"
            await self._redis.zadd(_TOMBSTONES, {member: erasure.at_s}, nx=True)

    async def tombstones(self, conversation: ConversationId | None = None) -> tuple[Erasure, ...]:
        """All erasures that this store knows of, or those of one conversation, the oldest first."""
        async with translated("reading tombstones"):
            found = await self._redis.zrange(_TOMBSTONES, 0, -1, withscores=True)
        scored = cast("list[tuple[bytes, float]]", found)
        erasures = [Erasure.read(f"{at_s} {member.decode()}") for member, at_s in scored]
        return tuple(each for each in erasures if conversation in {None, each.conversation})

    async def forget_before(self, at_s: float) -> int:
        """Drop tombstones from before a time; how many went."""
        async with translated("dropping tombstones"):
            return int(await self._redis.zremrangebyscore(_TOMBSTONES, "-inf", f"({at_s}"))

    async def places(self) -> AsyncIterator[KeyPlace]:
        """Where every data key is, blocked ones included; one that is added meanwhile may be left out."""
        for pattern in (_KEY % "*", _BLOCKED % ("*", "?" * (2 * KEY_ID_BYTES))):
            async with translated("listing data keys"):
                async for name in self._redis.scan_iter(match=pattern, count=500):
                    yield KeyPlace.of(name.decode())

    async def peek(self, place: KeyPlace) -> bytes | None:
        """The wrapped data key of a place, or None; its term goes on as it was."""
        async with translated("reading a data key"):
            return cast("bytes | None", await self._redis.get(place.name))

    async def replace(self, place: KeyPlace, old: bytes, new: bytes) -> bool:
        """Put `new` in the place of `old`, for as long as it had; False when it was not `old` that was there."""
        async with translated("replacing a data key"):
            return bool(await self._replace(keys=[place.name], args=[old, new]))

    async def ring_proof(self, offered: bytes) -> bytes:
        """What the first ring that met this store left as its proof; the offered one when there was none."""
        async with translated("checking the key ring"):
            kept = await self._redis.set(_RING_PROOF, offered, nx=True, get=True)
        return offered if kept is None else cast("bytes", kept)
