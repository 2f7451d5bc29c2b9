"""The pump over a source in memory: bounded, patient with failures, stopped in two phases."""

import asyncio
from collections import deque
from contextlib import suppress

import pytest

from appliance.errors import StoreUnavailable
from appliance.inbox.pump import Pump, pause_s


class Shelf:
    """A source in memory; `failures` are raised before anything is given."""

    def __init__(self, *pieces: str, failures: int = 0) -> None:
        self.pieces = deque(pieces)
        self.failures = failures
        self.waiting = asyncio.Event()
        self._changed = asyncio.Event()

    async def take(self) -> str | None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("away")
        return self.pieces.popleft() if self.pieces else None

    async def wait(self, timeout_s: float) -> None:
        self.waiting.set()
        await self._changed.wait()
        self._changed.clear()

    def put(self, *pieces: str) -> None:
        self.pieces.extend(pieces)
        self._changed.set()


class Work:
    """Takes as long as `gate` is closed; what began, ended and was cancelled is there to look at."""

    def __init__(self, *, open_gate: bool = True) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.cancelled: list[str] = []
        self.gate = asyncio.Event()
        self.changed = asyncio.Condition()
        if open_gate:
            self.gate.set()

    async def __call__(self, piece: str) -> None:
        self.begun.append(piece)
        await self._tell()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.append(piece)
            raise
        self.ended.append(piece)
        await self._tell()

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, begun: int = 0, ended: int = 0) -> None:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: len(self.begun) >= begun and len(self.ended) >= ended)


def soon_s(seconds: float = 5.0) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_everything_that_comes_is_worked_on() -> None:
    shelf, work = Shelf("a", "b"), Work()
    pump = Pump("test", shelf, work, 4)
    running = asyncio.create_task(pump.run())
    await work.until(ended=2)
    await shelf.waiting.wait()
    shelf.put("c")
    await work.until(ended=3)
    pump.stop(soon_s())
    await running
    assert work.ended == ["a", "b", "c"]


async def test_no_more_is_taken_than_can_be_worked_on() -> None:
    shelf, work = Shelf(*"abcde"), Work(open_gate=False)
    pump = Pump("test", shelf, work, 2)
    running = asyncio.create_task(pump.run())
    await work.until(begun=2)
    assert list(shelf.pieces) == ["c", "d", "e"]
    work.gate.set()
    await work.until(ended=5)
    pump.stop(soon_s())
    await running


async def test_after_a_stop_what_runs_is_finished_and_nothing_more_is_taken() -> None:
    shelf, work = Shelf("a", "b"), Work(open_gate=False)
    pump = Pump("test", shelf, work, 1)
    running = asyncio.create_task(pump.run())
    await work.until(begun=1)
    pump.stop(soon_s())
    work.gate.set()
    await running
    assert (work.ended, list(shelf.pieces)) == (["a"], ["b"])


async def test_at_the_deadline_what_still_runs_is_cancelled() -> None:
    shelf, work = Shelf("a"), Work(open_gate=False)
    pump = Pump("test", shelf, work, 1)
    running = asyncio.create_task(pump.run())
    await work.until(begun=1)
    pump.stop(soon_s(0.01))
    async with asyncio.timeout(5):
        await running
    assert work.cancelled == ["a"]


async def test_a_draining_pump_goes_on_until_nothing_is_left() -> None:
    shelf, work = Shelf(*"abcd"), Work(open_gate=False)
    pump = Pump("test", shelf, work, 1)
    running = asyncio.create_task(pump.run())
    await work.until(begun=1)
    pump.stop(soon_s(), drain=True)
    work.gate.set()
    await running
    assert work.ended == ["a", "b", "c", "d"]


async def test_a_draining_pump_ends_at_the_deadline_too() -> None:
    shelf, work = Shelf(*"abcd"), Work(open_gate=False)
    pump = Pump("test", shelf, work, 1)
    running = asyncio.create_task(pump.run())
    await work.until(begun=1)
    pump.stop(soon_s(0.01), drain=True)
    async with asyncio.timeout(5):
        await running
    assert (work.cancelled, list(shelf.pieces)) == (["a"], ["b", "c", "d"])


async def test_an_idle_pump_stops_at_once() -> None:
    shelf = Shelf()
    pump = Pump("test", shelf, Work(), 1)
    running = asyncio.create_task(pump.run())
    await shelf.waiting.wait()
    pump.stop(soon_s(60))
    async with asyncio.timeout(5):
        await running


async def test_a_failing_source_is_asked_again() -> None:
    shelf, work = Shelf("a", failures=2), Work()
    pump = Pump("test", shelf, work, 1)
    running = asyncio.create_task(pump.run())
    await work.until(ended=1)
    pump.stop(soon_s())
    await running


async def test_a_pump_that_pauses_after_failures_stops_at_once() -> None:
    shelf = Shelf(failures=1_000_000)
    pump = Pump("test", shelf, Work(), 1)
    running = asyncio.create_task(pump.run())
    await asyncio.sleep(0)
    pump.stop(soon_s(60))
    async with asyncio.timeout(2):
        await running


async def test_work_that_fails_does_not_end_the_pump() -> None:
    ended = []

    async def work(piece: str) -> None:
        if piece == "a":
            raise ValueError(piece)
        ended.append(piece)
        pump.stop(soon_s())

    pump = Pump("test", Shelf("a", "b"), work, 1)
    async with asyncio.timeout(5):
        await pump.run()
    assert ended == ["b"]


async def test_cancelling_the_pump_cancels_its_work() -> None:
    shelf, work = Shelf("a"), Work(open_gate=False)
    running = asyncio.create_task(Pump("test", shelf, work, 1).run())
    await work.until(begun=1)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert work.cancelled == ["a"]


@pytest.mark.parametrize(
    ("failures", "pause"), [(0, 0.05), (1, 0.1), (2, 0.2), (6, 3.2), (7, 5), (10_000, 5)]
)
def test_pauses_double_up_to_five_seconds(failures: int, pause: float) -> None:
    assert pause_s(failures) == pause
