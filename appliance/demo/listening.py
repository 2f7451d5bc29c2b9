"""Sockets on loopback and the servers behind them; bound first, so that addresses are known early."""

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart

from appliance.errors import Permanent

HOST = "127.0.0.1"
_BACKLOG = 512
_STOP_WITHIN_S = 3.0


class PortTaken(Permanent):
    """Somebody else listens on the port, or it may not be used."""


@dataclass(frozen=True)
class Place:
    """A bound and listening socket, given up to the server that is run on it."""

    socket: socket.socket
    url: str


def listen(port: int) -> Place:
    """Bind 127.0.0.1 to a port; 0 takes any that is free.

    Raises:
        PortTaken: the text says what to do.
    """
    place = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # The port of a demo that was just stopped can be taken again at once.
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((HOST, port))
        # From here on requests wait for the server, however long it takes to start.
        place.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        place.close()
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        problem = "another program listens there" if taken else str(error)
        raise PortTaken(
            f"port {port} of {HOST} cannot be used: {problem}. "
            f"Choose another with --port, or --port 0 for any that is free"
        ) from error
    return Place(place, f"http://{HOST}:{place.getsockname()[1]}")


def inherited(descriptor: int) -> Place:
    """The place of a listening socket that this process was started with, as systemd passes them."""
    place = socket.socket(fileno=descriptor)
    return Place(place, f"http://{HOST}:{place.getsockname()[1]}")


@asynccontextmanager
async def serving(app: Quart, place: Place) -> AsyncIterator[None]:
    """Run an application on the socket; inside, it answers. Leaving ends it, open connections included."""
    stop = asyncio.Event()
    config = Config()
    config.bind = [f"fd://{place.socket.detach()}"]
    config.graceful_timeout = _STOP_WITHIN_S
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")
    server = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait), name=f"serve {place.url}")
    try:
        await _answers(server, place.url)
        yield
    finally:
        stop.set()
        await server


async def _answers(server: asyncio.Task[None], url: str) -> None:
    """Returns at the first answer, whatever it says; raises what the server failed with."""
    async with aiohttp.ClientSession(trust_env=False) as client:
        asked = asyncio.create_task(_ask(client, url))
        try:
            await asyncio.wait({server, asked}, return_when=asyncio.FIRST_COMPLETED)
            await (server if server.done() else asked)
        finally:
            asked.cancel()


async def _ask(client: aiohttp.ClientSession, url: str) -> None:
    async with client.get(url, allow_redirects=False):
        return
