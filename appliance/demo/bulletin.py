"""Tells whoever waits that something which the demo page shows has changed."""

import asyncio


class Bulletin:
    """A counter that can be waited for. All methods belong to one event loop's thread."""

    def __init__(self) -> None:
        self._version = 0
        self._closed = False
        self._changed = asyncio.Event()

    @property
    def version(self) -> int:
        """How many changes there were."""
        return self._version

    @property
    def closed(self) -> bool:
        """Whether nobody should wait any more: the demo is ending."""
        return self._closed

    def post(self) -> None:
        """Something changed: wakes all who wait."""
        self._version += 1
        self._wake()

    def close(self) -> None:
        """Nothing will change any more: wakes all who wait, for the last time."""
        self._closed = True
        self._wake()

    async def newer_than(self, seen: int, within_s: float) -> int:
        """The version as soon as it is not `seen`, or when the time is up or the bulletin is closed."""
        try:
            async with asyncio.timeout(within_s):
                while self._version == seen and not self._closed:
                    await self._changed.wait()
        except TimeoutError:
            return self._version
        return self._version

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
