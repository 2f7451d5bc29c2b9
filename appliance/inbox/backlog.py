"""How much waits in the inbox and the outbox, and for how long: for metrics, in one glance over all shards."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from appliance.errors import StoreUnavailable
from appliance.inbox.lanes import Lane, no_shift
from appliance.inbox.urgent import Urgent
from appliance.tasks import end
from appliance.telemetry.queue import Backlog, LaneBacklog, QueueMeters

_EVERY_S = 5.0


class BacklogGauge:
    """Reads the backlog. Raises StoreUnavailable."""

    def __init__(self, redis: Redis, clock_shift_ms: Callable[[], int] = no_shift) -> None:
        self._lane, self._urgent = Lane("in", redis, clock_shift_ms), Urgent(redis)

    async def read(self) -> Backlog:
        """What waits now; the age of the oldest is exact while fewer than fifty wait in a shard."""
        shards = await self._lane.each("backlog")
        taking, oldest_in, sending, oldest_out, dead = zip(*shards, strict=True)
        return Backlog(
            lanes=(
                LaneBacklog("in", sum(taking), max(oldest_in) / 1000),
                LaneBacklog("out", sum(sending), max(oldest_out) / 1000),
            ),
            dead_letters=sum(dead),
            urgent_s=await self._urgent.oldest_s(),
        )


@asynccontextmanager
async def watching(gauge: BacklogGauge, meters: QueueMeters) -> AsyncIterator[None]:
    """Keep the meters up to date, in a task of its own."""
    task = asyncio.create_task(_watch(gauge, meters), name="backlog")
    try:
        yield
    finally:
        await end(task)


async def _watch(gauge: BacklogGauge, meters: QueueMeters) -> None:
    while True:
        try:
            meters.seen(await gauge.read())
        except StoreUnavailable:
            meters.unseen()
        await asyncio.sleep(_EVERY_S)
