"""The program as its users run it: the command in a process of its own, and settings from the environment."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from hospital import LONGEST_S, Seen

Environment = Mapping[str, str]
Command = Callable[..., subprocess.CompletedProcess[str]]
COMMAND = (sys.executable, "-m", "appliance")
LONGEST_COMMAND_S = 300.0


def bare_environment() -> dict[str, str]:
    """This process's environment without any setting of the appliance."""
    return {name: value for name, value in os.environ.items() if not name.startswith("APPLIANCE_")}


class Running:
    """A command that runs on; what it says is kept, and can be waited for."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.said: list[str] = []
        self._process = process
        self._seen = Seen()
        self._reading = asyncio.create_task(self._read(), name=f"read {process.pid}")

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    async def says(self, words: str, within_s: float = LONGEST_S) -> None:
        """Returns when it has said so; fails when it ends before."""
        await self._seen.until(
            lambda: self._reading.done() or any(words in line for line in self.said), within_s
        )
        assert any(words in line for line in self.said), "".join(self.said)

    async def end(self, how: signal.Signals = signal.SIGTERM, within_s: float = LONGEST_S) -> int:
        """Its exit code after the signal; killed when it has not ended within the time."""
        if self._process.returncode is None:
            self._process.send_signal(how)
        try:
            async with asyncio.timeout(within_s):
                code = await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise
        finally:
            await self._reading
        return code

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.said.append(line.decode())
            self._seen.changed()
        self._seen.changed()


@asynccontextmanager
async def running(
    environment: Environment, *arguments: str, program: Sequence[str] = COMMAND, cwd: Path | None = None
) -> AsyncIterator[Running]:
    """`appliance ARGUMENTS`, or another program, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *program,
        *arguments,
        env=environment,
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    command = Running(process)
    try:
        yield command
    finally:
        await command.end(signal.SIGKILL)
