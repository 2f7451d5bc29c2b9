"""Writes the guard's counters into the journal, so that they outlive the process and nobody can change them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

import structlog

from appliance.egress.guard import Guard, Refusal
from appliance.errors import ApplianceError
from appliance.tasks import end

KIND = "egress"
LOOK_EVERY_S = 60.0
RECORD_EVERY_S = 3600.0

_log = structlog.get_logger(__name__)


class Journal(Protocol):
    """The audit journal; blocks."""

    def append(self, record: Mapping[str, Any]) -> str:
        """The record's hash."""


class EgressRecorder:
    """Tells the journal what was allowed and refused since it told the last time."""

    def __init__(self, guard: Guard, journal: Journal, process: str) -> None:
        """`process`: gateway, worker or demo."""
        self._guard, self._journal, self._process = guard, journal, process
        self._allowed: Counter[str] = Counter()
        self._refused: Counter[Refusal] = Counter()

    def begin(self) -> None:
        """Write down that the guard stands, and for whom it steps aside. Blocks."""
        policy = self._guard.policy
        self._journal.append(
            {
                "kind": KIND,
                "process": self._process,
                "peers": {peer.name: peer.place for peer in policy.peers},
                "this_machine": policy.this_machine,
                "children": policy.children,
            }
        )

    def news(self) -> bool:
        """Whether anything was refused since the last record."""
        return self._guard.refused != self._refused

    def write(self) -> None:
        """Write what is new, if anything is. Blocks."""
        allowed, refused = Counter(self._guard.allowed), Counter(self._guard.refused)
        more, worse = allowed - self._allowed, refused - self._refused
        if not more and not worse:
            return
        self._journal.append(
            {
                "kind": KIND,
                "process": self._process,
                "allowed": dict(more),
                "refused": [
                    {"what": refusal.what, "to": refusal.to, "count": count}
                    for refusal, count in worse.items()
                ],
            }
        )
        self._allowed, self._refused = allowed, refused

    async def run(self, pause: Callable[[float], Any] = asyncio.sleep) -> None:
        """Write every hour, and within a minute after a refusal, until cancelled."""
        waited_s = 0.0
        while True:
            await pause(LOOK_EVERY_S)
            waited_s += LOOK_EVERY_S
            if self.news() or waited_s >= RECORD_EVERY_S:
                waited_s = 0.0
                await self._try_to_write()

    async def _try_to_write(self) -> None:
        try:
            await asyncio.to_thread(self.write)
        except ApplianceError as error:
            # What was not written is still in the counters: the next record has it.
            _log.warning("egress.not_recorded", error=str(error))


@asynccontextmanager
async def recorded(guard: Guard, journal: Journal, process: str) -> AsyncIterator[None]:
    """The guard's counters go to the journal while the block runs, and once more at its end."""
    recorder = EgressRecorder(guard, journal, process)
    await asyncio.to_thread(recorder.begin)
    task = asyncio.create_task(recorder.run(), name="egress recorder")
    try:
        yield
    finally:
        await end(task)
        await asyncio.to_thread(recorder.write)
