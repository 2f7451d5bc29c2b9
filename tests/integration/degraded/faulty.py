"""Things that fail for real, on real sockets: an engine with bad days, and a line that can be cut."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web
from on_a_port import OnAPort

from appliance.demo.listening import HOST

Mode = Literal["well", "slow", "hanging", "html", "prose", "empty", "error", "cut"]
SLOWER_THAN_THE_DEADLINE_S = 5.0


@dataclass
class ScriptedEngine(OnAPort):
    """Speaks OpenAI's protocol; when it is well, it drafts the statement that it was told."""

    text: str
    statement: str
    mode: Mode = "well"
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    _never: asyncio.Event = field(default_factory=asyncio.Event)

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._complete)
        return app

    async def _models(self, _: web.Request) -> web.Response:
        model = {"id": "scripted", "object": "model", "created": 0, "owned_by": "tests"}
        return web.json_response({"object": "list", "data": [model]})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        self.heard.set()
        match self.mode:
            case "slow":
                await asyncio.sleep(SLOWER_THAN_THE_DEADLINE_S)
            case "hanging":
                await self._never.wait()
            case "html":
                return web.Response(text="<html>proxy error</html>", content_type="text/html")
            case "error":
                return web.json_response({"error": {"message": "out of memory"}}, status=500)
            case "cut":
                assert request.transport
                request.transport.abort()
        drafts = {"prose": "Drink as much as you like.", "empty": '{"sentences": []}'}
        sentence = {"text": self.text, "statements": [self.statement]}
        content = drafts.get(self.mode, json.dumps({"sentences": [sentence]}))
        message = {"role": "assistant", "content": content}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "scripted",
            "choices": [choice],
        }
        return web.json_response(body)


class Line:
    """A TCP relay to where `target` says; cut, nothing listens; deaf, nothing answers."""

    def __init__(self) -> None:
        self.target = ("", 0)
        self.deaf = False
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def join(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._connected, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Close every connection, and take none."""
        if self._server:
            self._server.close()
            for writer in tuple(self._open):
                writer.transport.abort()
            self._server = None

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self.deaf:
                while await reader.read(65536):
                    pass
                return
            there, back = await asyncio.open_connection(*self.target)
            self._open.add(back)
            try:
                await asyncio.gather(_pour(reader, back), _pour(there, writer))
            finally:
                self._open.discard(back)
                back.close()
        except OSError:
            return
        finally:
            self._open.discard(writer)
            writer.close()


async def _pour(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        into.write(data)
        await into.drain()
    into.close()


@asynccontextmanager
async def engine(text: str, statement: str) -> AsyncIterator[ScriptedEngine]:
    """An engine that runs."""
    running = ScriptedEngine(text, statement)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


@asynccontextmanager
async def line() -> AsyncIterator[Line]:
    """A line that is joined; its target comes later."""
    joined = Line()
    await joined.join()
    try:
        yield joined
    finally:
        await joined.cut()
