"""An engine that says what a test tells it to, over HTTP as vLLM does: drafts, garbage, or nothing at all."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

MODEL = "a-hostile-model"
# What the server answers a request with; a text is the content of a completion that ended by itself.
Answer = str | Callable[[web.Request], Any]


def draft_of(*sentences: tuple[str, Sequence[str]]) -> str:
    """A draft as the engine should write it: sentences and the statements that they name."""
    return json.dumps(
        {"sentences": [{"text": text, "statements": list(names)} for text, names in sentences]},
        ensure_ascii=False,
    )


def completion(content: object, finish_reason: str = "stop") -> dict[str, Any]:
    """A chat completion with this content."""
    message = {"role": "assistant", "content": content}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
    }


@dataclass
class ScriptedEngine:
    """What it answers next, and what it was asked."""

    url: str = ""
    answer: Answer = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": MODEL, "object": "model"}]})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        if isinstance(self.answer, str):
            return web.json_response(completion(self.answer))
        response: web.StreamResponse = await self.answer(request)
        return response


@asynccontextmanager
async def scripted_engine() -> AsyncIterator[ScriptedEngine]:
    """Served on loopback until the end of the block."""
    engine = ScriptedEngine()
    app = web.Application()
    app.router.add_get("/v1/models", engine._models)
    app.router.add_post("/v1/chat/completions", engine._complete)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    engine.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield engine
    finally:
        await runner.cleanup()


async def endless(request: web.Request) -> web.StreamResponse:
    """Writes until nobody listens any more."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    try:
        while True:
            await response.write(b" " * 1024)
            await asyncio.sleep(0)
    except (ConnectionError, asyncio.CancelledError):
        return response


async def silent(request: web.Request) -> web.StreamResponse:
    """Never answers."""
    await asyncio.Event().wait()
    return web.Response()
