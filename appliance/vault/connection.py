"""How Redis is reached, and how its failures become the appliance's own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError, ResponseError

from appliance.errors import StoreUnavailable
from appliance.vault.sentinels import WatchedAddress

CONNECT_TIMEOUT_S = 1.0
READ_TIMEOUT_S = 3.0
"""Longer than any blocking wait of the inbox, so that an idle wait is no failure."""
_RETRIES = 2
_RETRY_BASE_S = 0.02
_RETRY_CAP_S = 0.2


def connect(url: str) -> Redis:
    """A client for a Redis, which connects at the first command.

    `redis://`, `rediss://` (TLS) and `unix://` name one server. `sentinel://HOST:PORT,HOST:PORT/NAME?db=0`, or
    `sentinels://…` (TLS), names a master by the sentinels that watch it: after a failover the new one is asked for.

    A command on a connection that a restart has cut is tried again twice. That is safe for every script of
    the inbox: a repetition is seen as duplicate, settled or stale, and a lease whose answer got lost ends.
    """
    options: dict[str, Any] = {
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_timeout": READ_TIMEOUT_S,
        "retry": Retry(ExponentialBackoff(cap=_RETRY_CAP_S, base=_RETRY_BASE_S), _RETRIES),
    }
    if address := WatchedAddress.read(url):
        return _watched(address, options)
    return Redis.from_url(url, **options)


class _Watched(Redis):
    """A master's client that closes the sentinels' clients too."""

    watchers: Sequence[Redis] = ()

    async def aclose(self, close_connection_pool: bool | None = None) -> None:  # noqa: FBT001 - the client's own
        await super().aclose(close_connection_pool)
        for client in self.watchers:
            await client.aclose()


def _watched(address: WatchedAddress, options: dict[str, Any]) -> Redis:
    """A client of the master; the sentinels know its own login where all of it is on TLS."""
    login = {"username": address.user, "password": address.password}
    secured = {"ssl": True} if address.tls else {}
    asking = {"socket_connect_timeout": CONNECT_TIMEOUT_S, "socket_timeout": CONNECT_TIMEOUT_S, **secured}
    sentinel = Sentinel(  # type: ignore[no-untyped-call]  # the client's
        address.sentinels,
        sentinel_kwargs=asking | login if address.tls else asking,
        **login,
        **secured,
        **options,
    )
    client: _Watched = sentinel.master_for(address.name, redis_class=_Watched, db=address.db)
    client.watchers = sentinel.sentinels
    return client


@asynccontextmanager
async def translated(what: str) -> AsyncIterator[None]:
    """Turn the client's failures into StoreUnavailable, saying what was asked.

    A cancellation that the client loses (its `asyncio.wait_for` does so before Python 3.12) is made up for
    when the command is through.
    """
    task = asyncio.current_task()
    cancellations = task.cancelling() if task else 0
    try:
        yield
    except (RedisError, OSError) as error:
        # The first word names the cause (OOM, READONLY, MISCONF …); the rest may quote arguments.
        cause = " ".join([type(error).__name__, *str(error).split()[:1]])
        raise StoreUnavailable(f"{what}: Redis failed with {cause}") from error
    if task and task.cancelling() > cancellations:
        raise asyncio.CancelledError


def is_in_doubt(error: StoreUnavailable) -> bool:
    """Whether the command may have been carried out: the connection failed, and Redis itself said nothing.

    What Redis refuses (full, read-only, no disk) it did not do.
    """
    return not isinstance(error.__cause__, ResponseError)
