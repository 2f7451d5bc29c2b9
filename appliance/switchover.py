"""Moves to the version that is active, while the process runs: it is opened beside the old one, between turns."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

import structlog

from appliance.errors import ApplianceError, IndexUnavailable
from appliance.knowledge.pack import Pack
from appliance.knowledge.register import Register

_log = structlog.get_logger(__name__)
LOOK_EVERY_S = 2.0
# A version that cannot be opened is tried again, but not at every look: opening costs seconds.
RETRY_AFTER_S = 60.0


class Served(Protocol):
    """A version that is open: a worker's house, or what a gateway needs of it."""

    @property
    def pack(self) -> Pack:
        """That it is of."""


_Open = TypeVar("_Open", bound=Served)


class Switchover(Generic[_Open]):
    """Keeps the version that is served.

    A turn asks for it once, when it begins, so that it is answered from one version only. The old version ends with
    the last turn that holds it.
    """

    def __init__(
        self, served: _Open, register: Register, open_version: Callable[[str], Awaitable[_Open]]
    ) -> None:
        """`open_version`: opens a version on the shelf, ready to serve."""
        self._served, self._register, self._open_version = served, register, open_version
        self._refused: tuple[str, float] = ("", 0.0)
        self._moved = asyncio.Condition()

    @classmethod
    async def begun(
        cls,
        register: Register,
        name: str,
        open_files: Callable[[], Awaitable[_Open]],
        open_version: Callable[[str], Awaitable[_Open]],
    ) -> "Switchover[_Open]":
        """With the active version of the pack of that name; with its files where none was ever activated."""
        try:
            version = (await register.active(name)).version
        except IndexUnavailable as error:
            # It is asked again while the process runs.
            _log.warning("knowledge.active_unknown", error=str(error))
            version = ""
        served = await (open_version(version) if version else open_files())
        return cls(served, register, open_version)

    def served(self) -> _Open:
        """The version that is active now."""
        return self._served

    async def look(self) -> None:
        """Move, if another version is active; keep the one that is served if that one cannot be opened."""
        now_s = asyncio.get_running_loop().time()
        version = ""
        try:
            version = (await self._register.active(self._served.pack.manifest.name)).version
            refused, until_s = self._refused
            if version in {"", self._served.pack.version} or (version == refused and now_s < until_s):
                return
            opened = await self._open_version(version)
        except ApplianceError as error:
            self._refused = (version, now_s + RETRY_AFTER_S)
            serving = self._served.pack.version
            _log.error("knowledge.not_switched", version=version, serving=serving, error=str(error))
            return
        _log.warning("knowledge.switched", version=version, before=self._served.pack.version)
        async with self._moved:
            self._served = opened
            self._moved.notify_all()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()

    async def until(self, version: str) -> None:
        """Returns when that version is served."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._served.pack.version == version)
