"""How Redis is reached, and how its failures become the appliance's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError, ResponseError

from appliance.errors import StoreUnavailable

CONNECT_TIMEOUT_S = 1.0
READ_TIMEOUT_S = 3.0
"""Longer than any blocking wait of the inbox, so that an idle wait is no failure."""
_RETRIES = 2
_RETRY_BASE_S = 0.02
_RETRY_CAP_S = 0.2


def connect(url: str) -> Redis:
    """A client for `redis://`, `rediss://` or `unix://` URLs; it connects at the first command.

    A command on a connection that a restart has cut is tried again twice. That is safe for every script of
    the inbox: a repetition is seen as duplicate, settled or stale, and a lease whose answer got lost ends.
    """
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=READ_TIMEOUT_S,
        retry=Retry(ExponentialBackoff(cap=_RETRY_CAP_S, base=_RETRY_BASE_S), _RETRIES),
    )


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
