"""What the demo started does not outlive it, even when it is killed."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from appliance.demo.warden import Warden

OWNER = """
import asyncio, tempfile
from pathlib import Path
from appliance.demo.warden import Warden

async def main():
    async with Warden() as warden:
        kept, freed = [
            await asyncio.create_subprocess_exec(
                "sh", "-c", "sleep 600 & wait", stdout=asyncio.subprocess.DEVNULL, start_new_session=True
            )
            for _ in range(2)
        ]
        warden.own(kept.pid)
        warden.own(freed.pid)
        warden.release(freed.pid)
        folder = Path(tempfile.mkdtemp())
        (folder / "socket").touch()
        warden.remove(folder)
        print(kept.pid, freed.pid, folder, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def gone(group: int) -> None:
    """Returns when nothing of the process group is left but what nobody has reaped."""
    while alive(group):  # noqa: ASYNC110 - the kernel tells nobody but the parent
        await asyncio.sleep(0.01)


def alive(group: int) -> bool:
    """Whether a process of the group runs; a dead one that nobody has reaped does not."""
    return any(_group_of_the_living(stat) == group for stat in Path("/proc").glob("[0-9]*/stat"))


def _group_of_the_living(stat: Path) -> int | None:
    try:
        state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else int(group)


async def test_a_killed_owners_children_and_grandchildren_are_ended_and_released_ones_are_not() -> None:
    owner = await asyncio.create_subprocess_exec(sys.executable, "-c", OWNER, stdout=asyncio.subprocess.PIPE)
    assert owner.stdout is not None
    *pids, folder = (await owner.stdout.readline()).decode().split()
    kept, freed = map(int, pids)
    try:
        assert alive(kept)
        owner.kill()
        await owner.wait()
        async with asyncio.timeout(10):
            await gone(kept)
            while os.path.exists(folder):  # noqa: ASYNC110, ASYNC240, PTH110 - as above
                await asyncio.sleep(0.01)
        assert alive(freed)
    finally:
        os.killpg(freed, signal.SIGKILL)


async def test_an_owner_that_ends_in_order_needs_nothing_ended() -> None:
    async with Warden() as warden:
        child = await asyncio.create_subprocess_exec("sleep", "600", start_new_session=True)
        warden.own(child.pid)
        child.kill()
        await child.wait()
        warden.release(child.pid)
