"""An HTTP server that is started and stopped at will, on the same port."""

from abc import ABC, abstractmethod

from aiohttp import web

from appliance.demo.listening import HOST

_CUT_AFTER_S = 0.1


class OnAPort(ABC):
    """What listens at `url` while it is started; what it knows stays with it."""

    port = 0
    _runner: web.AppRunner | None = None

    @abstractmethod
    def _app(self) -> web.Application:
        """What is served: a new one at each start."""

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def start(self) -> None:
        """Listen, on the same port as before."""
        self._runner = web.AppRunner(self._app(), shutdown_timeout=_CUT_AFTER_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Nothing listens any more; what is under way is cut."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None
