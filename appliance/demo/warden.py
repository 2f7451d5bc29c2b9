"""Ends the processes that the demo started when the demo itself was killed and could not.

It runs as a process of its own, reads which process groups the demo owns, and acts when the demo's end of the
pipe closes: the kernel closes it, whatever the demo died of. Grandchildren, as vLLM has, go with their group.
"""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_OWN, _RELEASE, _REMOVE = "own", "release", "remove"


class Warden:
    """The demo's side: tells the warden which process groups to end. Open it before anything is started."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        # In a session of its own, so that Ctrl-C in the terminal does not reach it.
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", __file__), stdin=asyncio.subprocess.PIPE, start_new_session=True
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()

    def own(self, group: int) -> None:
        """End this process group when the demo is gone."""
        self._tell(_OWN, group)

    def release(self, group: int) -> None:
        """The group has ended; its number may come to belong to others."""
        self._tell(_RELEASE, group)

    def remove(self, folder: Path) -> None:
        """Remove this temporary folder, if it is still there, when the demo is gone."""
        self._tell(_REMOVE, folder)

    def _tell(self, verb: str, what: int | Path) -> None:
        if self._process is None or self._process.stdin is None:
            raise RuntimeError("the warden is not open")
        self._process.stdin.write(f"{verb} {what}\n".encode())


def watch(lines: Iterable[str]) -> None:
    """Read until the demo is gone, then end what it still owned."""
    groups: set[int] = set()
    folders: set[str] = set()
    for line in lines:
        match line.rstrip("\n").split(maxsplit=1):
            case [verb, number] if verb == _OWN:
                groups.add(int(number))
            case [verb, number] if verb == _RELEASE:
                groups.discard(int(number))
            case [verb, path] if verb == _REMOVE:
                folders.add(path)
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    watch(sys.stdin)
