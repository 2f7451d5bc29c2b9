"""The SIMULATED engine: speaks vLLM's protocol, takes a card's time, and writes what it was given.

It is for planning load, never for claims about quality: its answers are the approved statements themselves.
Run it with: python -m loadtest.engine.simulated --port 8000
"""

import asyncio
import json
import re
import signal
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from quart import Quart, Response, jsonify, request

from appliance.demo.listening import Place, inherited, listen, serving
from loadtest.engine.card import Card

NAME = "simulated-engine"
_CHARACTERS_A_TOKEN = 4
_STEP_TOKENS = 8
_STATEMENT = re.compile(r'^([a-z_.]+): (".*")$', re.MULTILINE)
_MOST_TIMES = 100_000


class Desk:
    """Writes answers at the card's pace, and keeps how long each took."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._at_once = 0
        self.times_s: deque[float] = deque(maxlen=_MOST_TIMES)

    async def pieces(self, text: str, most_tokens: int) -> AsyncIterator[str]:
        """The text in the pieces and the time of a card; cut when it is longer than allowed."""
        with self._timed():
            if self._card.fixed_s is not None:
                await asyncio.sleep(self._card.fixed_s)
                yield text[: most_tokens * _CHARACTERS_A_TOKEN]
                return
            await asyncio.sleep(self._card.first_token_s)
            size = _STEP_TOKENS * _CHARACTERS_A_TOKEN
            for start in range(0, min(len(text), most_tokens * _CHARACTERS_A_TOKEN), size):
                await asyncio.sleep(_STEP_TOKENS / self._card.tokens_s(self._at_once))
                yield text[start : start + size]

    @contextmanager
    def _timed(self) -> Iterator[None]:
        self._at_once += 1
        started_s = time.monotonic()
        try:
            yield
        finally:
            self._at_once -= 1
            self.times_s.append(time.monotonic() - started_s)


def create_engine(card: Card) -> Quart:
    """The application: the part of OpenAI's protocol that the appliance and the bench use."""
    app = Quart(__name__, static_folder=None, template_folder=None)
    desk = Desk(card)

    @app.get("/health")
    async def health() -> Response:
        return jsonify(simulated=True)

    @app.get("/v1/models")
    async def models() -> Response:
        return jsonify(
            object="list", data=[{"id": NAME, "object": "model", "created": 0, "owned_by": "loadtest"}]
        )

    @app.get("/simulated/times")
    async def times() -> Response:
        """For harnesses: the engine's own time for each answer so far, in seconds."""
        return jsonify(times_s=list(desk.times_s))

    @app.post("/v1/chat/completions")
    async def complete() -> Response:
        asked = await request.get_json()
        text = answer_to(asked["messages"][-1]["content"])
        most = int(asked.get("max_tokens") or 200)
        finish = "stop" if len(text) <= most * _CHARACTERS_A_TOKEN else "length"
        pieces = desk.pieces(text, most)
        if asked.get("stream"):
            return Response(_events(pieces, finish), content_type="text/event-stream")
        written = "".join([piece async for piece in pieces])
        choice = {"index": 0, "message": {"role": "assistant", "content": written}, "finish_reason": finish}
        return jsonify(_chunk("chat.completion") | {"choices": [choice], "usage": _usage(written)})

    return app


def answer_to(prompt: str) -> str:
    """The JSON that the appliance's prompt asks for: each given statement as a sentence that names it."""
    given = [(name, json.loads(text)) for name, text in _STATEMENT.findall(prompt)]
    sentences = [{"text": text, "statements": [name]} for name, text in given]
    return json.dumps({"sentences": sentences}, ensure_ascii=False, separators=(",", ":"))


async def _events(pieces: AsyncIterator[str], finish: str) -> AsyncIterator[str]:
    async for piece in pieces:
        yield _event({"delta": {"content": piece}, "finish_reason": None})
    yield _event({"delta": {}, "finish_reason": finish})
    yield "data: [DONE]\n\n"


def _event(choice: dict[str, Any]) -> str:
    chunk = _chunk("chat.completion.chunk") | {"choices": [{"index": 0} | choice]}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


def _chunk(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-simulated", "object": kind, "created": int(time.time()), "model": NAME}


def _usage(written: str) -> dict[str, int]:
    tokens = -(-len(written) // _CHARACTERS_A_TOKEN)
    return {"prompt_tokens": 0, "completion_tokens": tokens, "total_tokens": tokens}


def main(
    port: Annotated[int, typer.Option(help="0: any that is free")] = 8000,
    descriptor: Annotated[int | None, typer.Option(help="an inherited socket that listens")] = None,
    card: Annotated[
        str, typer.Option(help="JSON: first_token_s, alone_tokens_s, knee, knee_gain, fixed_s")
    ] = "{}",
) -> None:
    """A SIMULATED engine on 127.0.0.1, for planning. It prints its address when it listens."""
    place = listen(port) if descriptor is None else inherited(descriptor)
    asyncio.run(_run(place, Card(**json.loads(card))))


async def _run(place: Place, card: Card) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with serving(create_engine(card), place):
        typer.echo(f"The simulated engine listens: {place.url}")
        await stopped.wait()


if __name__ == "__main__":
    typer.run(main)
