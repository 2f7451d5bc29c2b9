"""Serves an ASGI application with hypercorn on a loopback port, as production does."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart

_LONGEST_STOP_S = 20


@asynccontextmanager
async def served(app: Quart) -> AsyncIterator[int]:
    """The port that the application answers on; its shutdown has ended when the block has."""
    listening = socket.create_server(("127.0.0.1", 0))
    port: int = listening.getsockname()[1]
    config = Config()
    # Hypercorn closes it.
    config.bind = [f"fd://{listening.detach()}"]
    config.accesslog = config.errorlog = None
    stop = asyncio.Event()
    task = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait))
    try:
        yield port
    finally:
        stop.set()
        async with asyncio.timeout(_LONGEST_STOP_S):
            await task
