"""How long a gateway and a worker take from nothing until they serve, and what memory they hold then.

    .venv/bin/python -m loadtest.start [--rounds N]

Each is started in turn as `appliance serve` and `appliance worker`, with Redis on this machine: from the start of the
process until the gateway's /readyz, or the worker's /metrics, answers 200. CPU time is of the process in that time.
One JSON line a process; the figures are medians of the rounds.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import aiohttp
import psutil

from appliance.demo.redis_server import redis_server
from appliance.demo.warden import Warden
from appliance.engine.serve import free_port
from loadtest.stage.places import appliance_environment
from loadtest.stage.program import READY_WITHIN_S, STOP_WITHIN_S, StageError

_AGAIN_S = 0.02
_MEBIBYTE = 1024 * 1024
# Redis holds nothing, and Twilio is asked nothing, before the first message.
_NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Start:
    """One start: wall and CPU time until it answered, and its resident memory then."""

    wall_s: float
    cpu_s: float
    resident_mib: float


async def _answers(url: str, process: asyncio.subprocess.Process) -> None:
    """Returns when it answers 200; raises StageError if it ended, or took too long."""
    async with asyncio.timeout(READY_WITHIN_S), aiohttp.ClientSession(trust_env=False) as client:
        while process.returncode is None:
            try:
                async with client.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass  # It does not listen yet.
            await asyncio.sleep(_AGAIN_S)
    raise StageError(f"{url}: the process ended with exit code {process.returncode} before it answered")


async def _start(command: str, url: str, environment: Mapping[str, str]) -> Start:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "appliance",
        command,
        env=dict(environment),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _answers(url, process)
        wall_s, seen = time.perf_counter() - began, psutil.Process(process.pid)
        used = seen.cpu_times()
        return Start(wall_s, used.user + used.system, seen.memory_info().rss / _MEBIBYTE)
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(STOP_WITHIN_S):
            await process.wait()


async def _measured(rounds: int) -> dict[str, list[Start]]:
    async with AsyncExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="antesala-start-")))
        warden = await opened.enter_async_context(Warden())
        redis = await opened.enter_async_context(redis_server(folder, warden))
        gateway, worker = f"127.0.0.1:{free_port(0)}", f"127.0.0.1:{free_port(0)}"
        environment = appliance_environment(
            folder,
            {
                "APPLIANCE_REDIS_URL": redis.values,
                "APPLIANCE_VAULT_URL": redis.keys,
                "APPLIANCE_BIND": gateway,
                "APPLIANCE_METRICS_BIND": worker,
                "APPLIANCE_PUBLIC_URL": f"http://{gateway}",
                "APPLIANCE_TWILIO_API_URL": _NOBODY,
            },
        )
        places = {"serve": f"http://{gateway}/readyz", "worker": f"http://{worker}/metrics"}
        found: dict[str, list[Start]] = {command: [] for command in places}
        for _ in range(rounds):
            for command, url in places.items():
                found[command].append(await _start(command, url, environment))
        return found


def main() -> None:
    """Read the command line, and print what was measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    for command, starts in asyncio.run(_measured(parser.parse_args().rounds)).items():
        rows = [asdict(start) for start in starts]
        figures = {name: round(median(row[name] for row in rows), 2) for name in rows[0]}
        print(json.dumps({"process": command, "rounds": len(rows)} | figures))


if __name__ == "__main__":
    main()
