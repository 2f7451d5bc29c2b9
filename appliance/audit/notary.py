"""Signs the journal every minute, so that few records are chained without being vouched for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

import structlog

from appliance.errors import ApplianceError
from appliance.tasks import end

SIGN_EVERY_S = 60.0

_log = structlog.get_logger(__name__)


class Signable(Protocol):
    """The journal; blocks."""

    def sign(self) -> None:
        """Sign the newest record, unless it is signed."""


@asynccontextmanager
async def signed_regularly(
    journal: Signable, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> AsyncIterator[None]:
    """The journal is signed every minute while the block runs; `pause` waits so many seconds."""
    task = asyncio.create_task(_sign(journal, pause), name="notary")
    try:
        yield
    finally:
        await end(task)


async def _sign(journal: Signable, pause: Callable[[float], Awaitable[None]]) -> None:
    while True:
        await pause(SIGN_EVERY_S)
        try:
            await asyncio.to_thread(journal.sign)
        except ApplianceError as error:
            _log.error("audit.not_signed", error=str(error))
