"""Blocked data: a sealed copy that the service cannot open, which ends by itself together with its key.

The key lies in the key store under another name than the keys in use, and no answer, export or worker asks for
it. Both the copy and the key end at the term, by the clock of their Redis.
"""

from typing import Protocol, cast

from redis.asyncio import Redis

from appliance.vault import ConversationId, Vault
from appliance.vault.connection import translated
from appliance.vault.envelope import DataKey

_NAME = "antesala:blocked:{%s}:%s"
_KIND = "blocked"


class BlockedKeys(Protocol):
    """The key store."""

    async def blocked(self, conversation: ConversationId) -> dict[str, bytes]:
        """The wrapped keys of a conversation that are blocked, by their ids in hex."""


class BlockedStore:
    """Every method raises StoreUnavailable."""

    def __init__(self, redis: Redis, keys: BlockedKeys) -> None:
        self._redis = redis
        self._keys = keys

    async def keep(self, key: DataKey, copy: bytes, until_s: float) -> None:
        """Keep a copy under a data key that is about to be blocked, until the time (since 1970)."""
        key_id = key.key_id.hex()
        sealed = key.seal(_KIND, key_id, copy)
        async with translated("keeping a blocked copy"):
            await self._redis.set(_NAME % (key.conversation, key_id), sealed, pxat=round(until_s * 1000))

    async def opened(self, conversation: ConversationId, vault: Vault) -> tuple[bytes, ...]:
        """The copies that are blocked and not yet over; raises SealBroken, KeyFileError too."""
        copies = []
        for key_id, wrapped in (await self._keys.blocked(conversation)).items():
            async with translated("reading a blocked copy"):
                sealed = cast("bytes | None", await self._redis.get(_NAME % (conversation, key_id)))
            if sealed is not None:
                copies.append(vault.open_wrapped(conversation, wrapped, _KIND, key_id, sealed))
        return tuple(copies)
