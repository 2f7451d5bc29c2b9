"""What the stores still hold: work that waits, and what was buried."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from appliance.inbox.lanes import SHARDS

_ASK_EVERY_S = 0.25


@dataclass(frozen=True)
class Buried:
    """Dead letters: messages by conversation, and how many replies."""

    messages: Mapping[str, int] = field(default_factory=dict)
    replies: int = 0


async def pending(redis: Redis) -> int:
    """Conversations with messages to answer or replies to send."""
    pipe = redis.pipeline(transaction=False)
    for shard in range(SHARDS):
        for lane in ("in", "out"):
            for place in ("due", "leases"):
                pipe.zcard(f"{{antesala:{shard}}}:{lane}:{place}")
    return sum(await pipe.execute())


async def drained(redis: Redis) -> None:
    """Returns when nothing is pending any more."""
    # Two looks: between them nothing can be on its way from one lane to the other.
    while await pending(redis) or await pending(redis):  # noqa: ASYNC110 - another program's state
        await asyncio.sleep(_ASK_EVERY_S)


async def buried(redis: Redis) -> Buried:
    """The dead letters of all shards."""
    messages: Counter[str] = Counter()
    replies = 0
    for shard in range(SHARDS):
        letters: Any = await redis.xrange(f"{{antesala:{shard}}}:dead")
        for _, letter in letters:
            if letter[b"lane"] == b"in":
                messages[letter[b"conversation"].decode()] += 1
            else:
                replies += 1
    return Buried(messages, replies)
