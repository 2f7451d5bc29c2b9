"""Lanes on Redis: the shards and their scripts, and how an idle worker is woken.

A conversation belongs to one shard, and all keys of a shard share a hash tag. So each script is atomic and
stays in one slot of a Redis Cluster, while the sets over all conversations are spread over the nodes. Time is
that of Redis, one clock for every host.
"""

import zlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import structlog
from redis.asyncio import Redis

from appliance.errors import StoreUnavailable
from appliance.vault import ConversationId
from appliance.vault.connection import READ_TIMEOUT_S, translated

LaneName = Literal["in", "out", "redact"]
SHARDS = 8
"""A conversation is found by its shard: change this only while the inbox is empty."""
_LONGEST_WAIT_S = READ_TIMEOUT_S / 2
_SHORTEST_WAIT_S = 0.001

_log = structlog.get_logger(__name__)


# A full Redis takes nothing new; what is in it may still be answered and sent, which makes room.
_TAKES_ROOM = frozenset({"accept", "letter"})


@cache
def _source(script: str) -> str:
    folder = files("appliance.inbox") / "lua"
    flags = "" if script in _TAKES_ROOM else " flags=allow-oom"
    texts = ((folder / f"{name}.lua").read_text(encoding="utf-8") for name in ("lanes", script))
    return "\n".join((f"#!lua{flags}", *texts))


def milliseconds(seconds: float) -> int:
    """Seconds as the whole milliseconds that the scripts count in."""
    return round(seconds * 1000)


class Lane:
    """One lane over all shards. Its methods raise StoreUnavailable when Redis fails."""

    def __init__(self, name: LaneName, redis: Redis, clock_shift_ms: Callable[[], int]) -> None:
        """`clock_shift_ms` is added to the clock of Redis: a test's way to move time."""
        self.name = name
        self._redis = redis
        self._clock_shift_ms = clock_shift_ms
        # Not under a shard's root: the bell is a hint, rung after the script, and never decides anything.
        self._bell = f"antesala:bell:{name}"
        self._first_shard = 0
        self._idle_s = 0.0

    async def run(self, script: str, conversation: ConversationId, *args: str | bytes | int) -> Any:
        """What a script answers for one conversation, which is put before the other arguments."""
        return await self._run(script, zlib.crc32(conversation.encode()) % SHARDS, conversation, *args)

    async def each(self, script: str, *args: str | bytes | int) -> list[Any]:
        """What a script answers for each shard, in their order."""
        return [await self._run(script, shard, *args) for shard in range(SHARDS)]

    async def at(self, shard: int, script: str, *args: str | bytes | int) -> Any:
        """What a script answers for one shard."""
        return await self._run(script, shard, *args)

    async def claim(self, script: str, *args: int) -> list[Any] | None:
        """What a taking script leases in the first shard where something is due, or None."""
        idle_s = _LONGEST_WAIT_S
        for offset in range(SHARDS):
            shard = (self._first_shard + offset) % SHARDS
            match await self._run(script, shard, *args):
                case [int(idle_ms)]:
                    idle_s = min(idle_s, idle_ms / 1000) if idle_ms >= 0 else idle_s
                case list(claimed):
                    # The next claim begins one further on, so that a busy shard does not starve the others.
                    self._first_shard = shard + 1
                    return claimed
        self._idle_s = idle_s
        return None

    async def ring(self) -> None:
        """Wake a worker that waits. Failure is no loss: a waiting worker looks again soon on its own."""
        try:
            async with translated("ringing the bell"):
                await self._redis.zadd(self._bell, {"due": 0})
        except StoreUnavailable as error:
            _log.warning("inbox.bell_failed", lane=self.name, error=str(error))

    async def wait(self, timeout_s: float) -> None:
        """Block until the bell rings, something that the last claim saw falls due, or the time is up."""
        wait_s = min(timeout_s, self._idle_s, _LONGEST_WAIT_S)
        if wait_s < _SHORTEST_WAIT_S:
            return
        async with translated("waiting for work"):
            await self._redis.bzpopmin(self._bell, timeout=wait_s)

    async def _run(self, script: str, shard: int, *args: str | bytes | int) -> Any:
        run = self._redis.register_script(_source(script))
        async with translated(f"inbox script {script}"):
            return await run(keys=[f"{{antesala:{shard}}}"], args=[self._clock_shift_ms(), *args])


def no_shift() -> int:
    """The clock of Redis as it is."""
    return 0
