"""One program under test, in a process group of its own, that may be killed and started again."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from appliance.demo.warden import Warden
from appliance.errors import Permanent

Kind = Literal["redis", "standin", "engine", "gateway", "worker"]

READY_WITHIN_S = 300.0
"""Several processes load the embedding model at once, on a machine that may be busy."""
STOP_WITHIN_S = 40.0
_LAST_LINES = 15


class StageError(Permanent):
    """A program does not start, or ended by itself; the text ends with what it said last."""


@dataclass(frozen=True)
class Launch:
    """How a program is started.

    Attributes:
        arguments: the command line.
        environment: all of it.
        ready: words in the line that says that it is ready.
        descriptors: open sockets that it inherits, under the same numbers.
    """

    arguments: Sequence[str]
    environment: Mapping[str, str]
    ready: str
    descriptors: tuple[int, ...] = ()


class Program:
    """What it says goes to its log, one for all its lives."""

    def __init__(self, name: str, kind: Kind, launch: Launch, log: Path, warden: Warden) -> None:
        self.name, self.kind, self.log = name, kind, log
        self._launch = launch
        self._warden = warden
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """Of its present life; None when it has none."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and running else None

    @property
    def is_ready(self) -> bool:
        """Whether it runs and has said that it is ready."""
        return self.pid is not None and self._ready.is_set()

    async def start(self, within_s: float = READY_WITHIN_S) -> None:
        """Start it; returns when it is ready.

        Raises:
            StageError: it ended before, or was not ready in time.
        """
        self._ready.clear()
        self._process = await asyncio.create_subprocess_exec(
            *self._launch.arguments,
            env=dict(self._launch.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=self._launch.descriptors,
            start_new_session=True,
        )
        self._warden.own(self._process.pid)
        self._reading = asyncio.create_task(self._read(self._process), name=f"read {self.name}")
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait({ready, self._reading}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if not self._ready.is_set():
            raise StageError(
                f"{self.name} is not ready within {within_s:g} s, or ended; it said:\n{self._end()}"
            )

    async def kill(self) -> None:
        """SIGKILL, to it and its children; returns when it is gone."""
        self._signal(signal.SIGKILL)
        await self._gone()

    async def stop(self, within_s: float = STOP_WITHIN_S) -> bool:
        """SIGTERM, and SIGKILL when the time is up; False when that was needed."""
        if self._process is None:
            return True
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(within_s):
                await self._process.wait()
        except TimeoutError:
            await self.kill()
            return False
        await self._gone()
        return True

    def _signal(self, number: signal.Signals) -> None:
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    async def _gone(self) -> None:
        if self._process is not None and self._reading is not None:
            await self._process.wait()
            await self._reading
            self._warden.release(self._process.pid)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        with self.log.open("ab") as log:
            while process.stdout is not None and (line := await process.stdout.readline()):
                log.write(line)
                log.flush()
                if self._launch.ready.encode() in line:
                    self._ready.set()

    def _end(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_LAST_LINES:])
