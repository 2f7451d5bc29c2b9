"""A pump: takes work from a source, does a bounded number of pieces at once, and stops in two phases."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, Protocol, TypeVar

import structlog

from appliance.errors import ApplianceError
from appliance.tasks import end

_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)

_IDLE_S = 60.0
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 5.0

_log = structlog.get_logger(__name__)


class Source(Protocol[_T_co]):
    """Where work comes from. Both methods may raise an ApplianceError: the pump comes again later."""

    async def take(self) -> _T_co | None:
        """The next piece of work, or None when there is none now."""

    async def wait(self, timeout_s: float) -> None:
        """Block until taking is worth another try."""


def pause_s(failures: int) -> float:
    """How long to wait after so many failures in a row: from 0.05 s, doubling, up to 5 s."""
    return float(min(_FIRST_PAUSE_S * 2 ** min(failures, 16), _LONGEST_PAUSE_S))


class Pump(Generic[_T]):
    """Runs `work`, which handles its own failures, on what the source gives; `concurrency` at once."""

    def __init__(
        self, name: str, source: Source[_T], work: Callable[[_T], Coroutine[Any, Any, None]], concurrency: int
    ) -> None:
        self._name = name
        self._source = source
        self._work = work
        self._concurrency = concurrency
        self._running: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._at_deadline: asyncio.TimerHandle | None = None
        self._stopping = self._drain = self._late = False

    def stop(self, deadline_s: float, *, drain: bool = False) -> None:
        """Take no more, or with `drain` until nothing is left; cancel what still runs at the deadline.

        Args:
            deadline_s: in the event loop's time.
            drain: whether to go on with what is there.
        """
        self._stopping, self._drain = True, drain
        self._at_deadline = asyncio.get_running_loop().call_at(deadline_s, self._time_is_up)
        self._woken.set()

    async def run(self) -> None:
        """Work until stopped and until all that was taken has ended. Cancelling this cancels the work."""
        try:
            await self._feed()
            while self._running:
                await asyncio.wait(self._running)
        finally:
            self._time_is_up()
            await asyncio.gather(*self._running, return_exceptions=True)
            if self._at_deadline:
                self._at_deadline.cancel()

    async def _feed(self) -> None:
        failures = 0
        while not self._stopping or (self._drain and not self._late):
            try:
                if len(self._running) >= self._concurrency:
                    await self._doze(asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED))
                elif (piece := await self._source.take()) is not None:
                    self._start(piece)
                elif self._stopping:
                    return
                else:
                    await self._doze(self._source.wait(_IDLE_S))
                failures = 0
            except ApplianceError as error:
                _log.warning("pump.source_failed", pump=self._name, failures=failures, error=str(error))
                await self._doze(asyncio.sleep(pause_s(failures)))
                failures += 1

    def _start(self, piece: _T) -> None:
        task = asyncio.create_task(self._work(piece), name=f"{self._name} {id(piece)}")
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # Its text may quote what was worked on.
            _log.error("pump.work_failed", pump=self._name, error=type(error).__name__)

    async def _doze(self, until: Coroutine[Any, Any, Any]) -> None:
        """Wait for it, or for the call of `stop`, whichever is first."""
        nap = asyncio.create_task(until, name=f"{self._name} nap")
        woken = asyncio.create_task(self._woken.wait(), name=f"{self._name} woken")
        try:
            await asyncio.wait({nap, woken}, return_when=asyncio.FIRST_COMPLETED)
            if nap.done():
                nap.result()
        finally:
            self._woken.clear()
            await end(nap, woken)

    def _time_is_up(self) -> None:
        self._late = True
        for task in self._running:
            task.cancel()
