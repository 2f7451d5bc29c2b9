"""Who asked for no more messages: kept under the pseudonym until the patient takes it back, or a set term ends."""

import time
from collections.abc import Callable
from typing import cast

from redis.asyncio import Redis

from appliance.vault import ConversationId
from appliance.vault.connection import translated


class OptOuts:
    """Pseudonyms that opted out, and since when. Holds no text and no address, so nothing of it is sealed.

    It outlives sessions and erasure: a wish to be left alone is no patient data to forget.
    Every method raises StoreUnavailable.
    """

    def __init__(
        self, redis: Redis, kept_s: float | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        """`kept_s`: from the request; None for ever. `clock`: seconds since 1970."""
        self._redis = redis
        self._kept_s = None if kept_s is None else round(kept_s)
        self._clock = clock

    async def holds(self, conversation: ConversationId) -> bool:
        """Whether the patient opted out."""
        return await self.since(conversation) is not None

    async def since(self, conversation: ConversationId) -> float | None:
        """When the patient opted out (seconds since 1970); None when they did not."""
        async with translated("reading opt-outs"):
            stamp = cast("bytes | None", await self._redis.get(_name(conversation)))
        return None if stamp is None else float(stamp)

    async def put(self, conversation: ConversationId, *, opted_out: bool) -> None:
        """Keep the patient's wish."""
        async with translated("writing opt-outs"):
            if opted_out:
                await self._redis.set(_name(conversation), f"{self._clock():.0f}", ex=self._kept_s)
            else:
                await self._redis.delete(_name(conversation))


def _name(conversation: ConversationId) -> str:
    return f"optout:{{{conversation}}}"
