"""Holding a lease while work runs under it, and writing its outcome down however long the store is away."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from appliance.errors import StoreUnavailable
from appliance.inbox.pump import pause_s
from appliance.tasks import end

_log = structlog.get_logger(__name__)


async def while_held(
    work: Coroutine[Any, Any, None], renew: Callable[[], Awaitable[None]], every_s: float
) -> None:
    """Do the work and renew its lease every so often.

    Raises:
        StaleLease: the lease was lost; the work is stopped then, since another may be doing it.
    """
    working = asyncio.create_task(work, name="work under a lease")
    keeping = asyncio.create_task(_keep(renew, every_s), name="renewal of a lease")
    try:
        await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
        (working if working.done() else keeping).result()
    finally:
        await end(working, keeping)


async def persist(step: Callable[[], Awaitable[None]]) -> None:
    """Repeat a step until the store has taken it: its outcome is too dear to be thrown away."""
    failures = 0
    while True:
        try:
            return await step()
        except StoreUnavailable as error:
            _log.warning("worker.store_unavailable", failures=failures, error=str(error))
            await asyncio.sleep(pause_s(failures))
            failures += 1


async def _keep(renew: Callable[[], Awaitable[None]], every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        try:
            await renew()
        except StoreUnavailable as error:
            _log.warning("worker.lease_not_renewed", error=str(error))
