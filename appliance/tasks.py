"""Ending tasks for sure."""

import asyncio
from typing import Any

_AGAIN_S = 0.05


async def end(*tasks: asyncio.Future[Any]) -> None:
    """Cancel tasks and return when all have ended; what they raise is for whoever reads their results.

    One request may not be enough: `asyncio.wait_for` before Python 3.12 loses a cancellation that meets the
    end of what it waits for, and the Redis client sends each command through it.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_AGAIN_S)
