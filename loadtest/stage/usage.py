"""How much of the machine each program uses while a run lasts."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import psutil

_LOOK_EVERY_S = 1.0
_MIB = 2**20


@dataclass
class Usage:
    """Processor seconds since the measuring began, and the largest resident memory, by program."""

    seconds: float = 0.0
    cpu_s: dict[str, float] = field(default_factory=dict)
    memory_mib: dict[str, float] = field(default_factory=dict)

    def figures(self) -> dict[str, dict[str, float]]:
        """Cores that each used on average, and its memory in MiB."""
        return {
            name: {
                "cores": round(self.cpu_s[name] / max(self.seconds, 1.0), 3),
                "memory_mib": round(self.memory_mib[name]),
            }
            for name in sorted(self.cpu_s)
        }


@asynccontextmanager
async def measured(pids: Mapping[str, int]) -> AsyncIterator[Usage]:
    """Measures the programs and their children until the block ends; one that ends before keeps its last figures."""
    usage = Usage()
    before = {name: _cpu_s(pid) for name, pid in pids.items()}
    watching = asyncio.create_task(_watch(pids, before, usage), name="usage")
    try:
        yield usage
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch(pids: Mapping[str, int], before: Mapping[str, float], usage: Usage) -> None:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    while True:
        usage.seconds = loop.time() - began_s
        for name, pid in pids.items():
            with suppress(psutil.NoSuchProcess):
                usage.cpu_s[name] = _cpu_s(pid) - before[name]
                memory = sum(process.memory_info().rss for process in _family(pid)) / _MIB
                usage.memory_mib[name] = max(memory, usage.memory_mib.get(name, 0.0))
        await asyncio.sleep(_LOOK_EVERY_S)


def _cpu_s(pid: int) -> float:
    times = [process.cpu_times() for process in _family(pid)]
    return float(sum(time.user + time.system for time in times))


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]
