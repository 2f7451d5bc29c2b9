"""Moves to the version that is active, while the process runs: a house is opened beside the old one, between turns."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from appliance.conversation import House
from appliance.errors import ApplianceError
from appliance.knowledge.register import Register

_log = structlog.get_logger(__name__)
LOOK_EVERY_S = 2.0
# A version that cannot be opened is tried again, but not at every look: opening costs seconds.
RETRY_AFTER_S = 60.0


class Switchover:
    """Keeps the house in which turns are answered.

    A turn asks for the house once, when it begins, so that it is answered from one version only. The old house
    ends with the last turn that holds it.
    """

    def __init__(
        self, house: House, register: Register, open_version: Callable[[str], Awaitable[House]]
    ) -> None:
        """`open_version`: gives the house of a version on the shelf."""
        self._house, self._register, self._open_version = house, register, open_version
        self._refused: tuple[str, float] = ("", 0.0)
        self._moved = asyncio.Condition()

    def house(self) -> House:
        """The house of the version that is active now."""
        return self._house

    async def look(self) -> None:
        """Move, if another version is active; keep the house as it is if that one cannot be opened."""
        now_s = asyncio.get_running_loop().time()
        version = ""
        try:
            version = (await self._register.active(self._house.pack.manifest.name)).version
            refused, until_s = self._refused
            if version in {"", self._house.pack.version} or (version == refused and now_s < until_s):
                return
            house = await self._open_version(version)
            await house.warm_up()
        except ApplianceError as error:
            self._refused = (version, now_s + RETRY_AFTER_S)
            serving = self._house.pack.version
            _log.error("knowledge.not_switched", version=version, serving=serving, error=str(error))
            return
        _log.warning("knowledge.switched", version=version, before=self._house.pack.version)
        async with self._moved:
            self._house = house
            self._moved.notify_all()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()

    async def until(self, version: str) -> None:
        """Returns when that version is served."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._house.pack.version == version)
