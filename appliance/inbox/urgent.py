"""Emergencies and crises whose reply is not known to be delivered: what an alert looks at.

Holds pseudonyms and times, no text. The clock is that of Redis.
"""

from redis.asyncio import Redis

from appliance.vault import ConversationId
from appliance.vault.connection import translated

_KEY = "antesala:urgent"
_HOURS_S = 3600
_KEPT_S = 24 * _HOURS_S
"""Who has not been reached in a day has been called, or the alert has rung in vain."""


class Urgent:
    """Conversations with an urgent reply under way. Methods raise StoreUnavailable."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def seen(self, conversation: ConversationId) -> None:
        """The route was decided on; the oldest counts when there are several."""
        async with translated("noting an urgent reply"):
            await self._redis.zadd(_KEY, {conversation: await self._now_s()}, nx=True)

    async def delivered(self, conversation: ConversationId) -> None:
        """The route has reached the patient's phone."""
        async with translated("noting an urgent delivery"):
            await self._redis.zrem(_KEY, conversation)

    async def oldest_s(self) -> float:
        """How long the oldest has been under way; 0 when there is none."""
        async with translated("reading urgent replies"):
            now_s = await self._now_s()
            await self._redis.zremrangebyscore(_KEY, "-inf", now_s - _KEPT_S)
            first = await self._redis.zrange(_KEY, 0, 0, withscores=True)
        return max(0.0, now_s - float(first[0][1])) if first else 0.0

    async def _now_s(self) -> float:
        seconds, microseconds = await self._redis.time()
        return float(seconds) + microseconds / 1_000_000
