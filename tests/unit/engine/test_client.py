"""The engine's client against a hand-written server: drafts, deadlines, refusals, garbage, recovery."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx2
import pytest

from appliance.engine.breaker import Breaker
from appliance.engine.client import Engine
from appliance.engine.draft import DraftSentence, GarbageDraft
from appliance.errors import EngineUnavailable

STATEMENTS = {"fasting.solids": "No solid food for at least 8 hours before surgery."}
GOOD = '{"sentences":[{"text":"No solid food.","statements":["fasting.solids"]}]}'


Answer = Callable[[], Awaitable[httpx2.Response]] | httpx2.Response | Exception | Mapping[str, Any]


def completion(content: object, finish_reason: str = "stop") -> dict[str, Any]:
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason}
    return {"id": "x", "object": "chat.completion", "created": 0, "model": "tiny", "choices": [choice]}


class Server(httpx2.AsyncBaseTransport):
    """Serves one model; `answer` is what the next completion gets."""

    def __init__(self) -> None:
        self.models = ["tiny"]
        self.answer: (
            Callable[[], Awaitable[httpx2.Response]] | httpx2.Response | Exception | Mapping[str, Any]
        )
        self.answer = completion(GOOD)
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.down = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.paths.append(request.url.path)
        if self.down:
            raise httpx2.ConnectError("refused")
        if request.url.path == "/v1/models":
            data = [{"id": name, "object": "model", "created": 0, "owned_by": "x"} for name in self.models]
            return httpx2.Response(200, json={"object": "list", "data": data})
        self.asked.append(json.loads(request.content))
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, httpx2.Response):
            return self.answer
        if isinstance(self.answer, Mapping):
            return httpx2.Response(200, json=self.answer)
        return await self.answer()


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        self.now_s += 0.25
        return self.now_s


@pytest.fixture
def server() -> Server:
    return Server()


def engine(server: Server, **options: Any) -> Engine:
    return Engine("http://127.0.0.1:9", languages=("en", "es"), transport=server, **options)


async def failure(engine: Engine, deadline_s: float = 5) -> EngineUnavailable:
    with pytest.raises(EngineUnavailable) as caught:
        await engine.draft("Can I eat?", "en", STATEMENTS, deadline_s)
    return caught.value


async def test_a_draft_has_sentences_model_and_latency(server: Server) -> None:
    async with engine(server, clock=Clock()) as one:
        draft = await one.draft("Can I eat?", "en", STATEMENTS, 5)
    assert draft.sentences == (DraftSentence("No solid food.", ("fasting.solids",)),)
    assert (draft.raw, draft.model, draft.latency_s) == (GOOD, "tiny", 0.25)


async def test_the_request_is_bounded_and_has_the_schema(server: Server) -> None:
    async with engine(server, max_tokens=77) as one:
        await one.draft("Can I eat?", "en", STATEMENTS, 5)
    asked = server.asked[0]
    assert asked["max_tokens"] == 77
    assert asked["temperature"] == 0
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert asked["response_format"]["json_schema"]["schema"]["required"] == ["sentences"]


async def test_the_model_is_asked_for_once_and_not_when_given(server: Server) -> None:
    async with engine(server) as one:
        for _ in range(2):
            await one.draft("Can I eat?", "en", STATEMENTS, 5)
    assert server.paths.count("/v1/models") == 1
    async with engine(server, model="mine") as one:
        assert (await one.draft("Can I eat?", "en", STATEMENTS, 5)).model == "mine"
    assert server.paths.count("/v1/models") == 1


async def test_a_server_that_is_not_there_is_absent(server: Server) -> None:
    server.down = True
    async with engine(server) as one:
        assert (await failure(one)).reason == "absent"


async def test_a_server_that_is_too_slow_meets_the_deadline(server: Server) -> None:
    never = asyncio.Event()

    async def hang() -> httpx2.Response:
        await never.wait()
        return httpx2.Response(200)

    server.answer = hang
    async with engine(server) as one:
        assert (await failure(one, 0.01)).reason == "deadline"


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
async def test_an_error_status_is_a_refusal(server: Server, status: int) -> None:
    server.answer = httpx2.Response(status, json={"error": {"message": "no"}})
    async with engine(server) as one:
        assert (await failure(one)).reason == "refused"
    assert len(server.asked) == 1, "no retry"


async def test_a_server_without_a_model_refuses(server: Server) -> None:
    server.models = []
    async with engine(server) as one:
        assert (await failure(one)).reason == "refused"
        assert not await one.ready()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "The answer is yes.",
        "[]",
        "{}",
        '{"sentences":[]}',
        '{"sentences":{}}',
        '{"sentences":[1]}',
        '{"sentences":[{"text":"No solid food."}]}',
        '{"sentences":[{"text":"","statements":["fasting.solids"]}]}',
        '{"sentences":[{"text":7,"statements":["fasting.solids"]}]}',
        '{"sentences":[{"text":"No solid food.","statements":"fasting.solids"}]}',
        '{"sentences":[{"text":"No solid food.","statements":[1]}]}',
        '{"sentences":[{"text":"No solid food.","statements":[],"more":1}]}',
        '{"sentences":[{"text":"No","text":"Yes","statements":["fasting.solids"]}]}',
        GOOD + " and more",
        "```json\n" + GOOD + "\n```",
        '{"sentences":' + "[" * 5000,
        json.dumps({"sentences": [{"text": "x" * 301, "statements": ["fasting.solids"]}]}),
        json.dumps({"sentences": [{"text": "x", "statements": ["fasting.solids"]}] * 7}),
    ],
)
async def test_an_answer_that_is_no_draft_is_garbage_and_kept_for_the_demo(
    server: Server, content: str
) -> None:
    server.answer = completion(content)
    async with engine(server) as one:
        error = await failure(one)
    assert isinstance(error, GarbageDraft)
    assert error.reason == "garbage"
    assert error.raw == content[:2000]


async def test_an_answer_that_does_not_end_is_garbage(server: Server) -> None:
    server.answer = completion(GOOD, finish_reason="length")
    async with engine(server) as one:
        error = await failure(one)
    assert isinstance(error, GarbageDraft)
    assert error.raw == GOOD


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, text="<html>hello</html>"),
        httpx2.Response(200, text="not json", headers={"content-type": "application/json"}),
        httpx2.Response(200, json=[]),
        httpx2.Response(200, json={}),
        httpx2.Response(200, json={"choices": []}),
        httpx2.Response(200, json={"choices": [None]}),
        httpx2.Response(200, json={"choices": [{"finish_reason": "stop"}]}),
        httpx2.Response(200, json=completion(None)),
        httpx2.Response(200, json=completion(["x"])),
    ],
)
async def test_a_server_that_speaks_otherwise_is_garbage(server: Server, answer: httpx2.Response) -> None:
    server.answer = answer
    async with engine(server) as one:
        assert (await failure(one)).reason == "garbage"


async def test_garbage_does_not_open_the_breaker(server: Server) -> None:
    """The server is well; only its model is weak."""
    server.answer = completion("no no no")
    async with engine(server) as one:
        for _ in range(5):
            assert (await failure(one)).reason == "garbage"
        assert one.breaker == "closed"


async def test_the_breaker_opens_and_the_engine_comes_back_without_a_restart(server: Server) -> None:
    clock = Clock()
    server.down = True
    async with engine(server, breaker=Breaker(failures=2, rest_s=10, clock=clock)) as one:
        reasons = [(await failure(one)).reason for _ in range(4)]
        assert reasons == ["absent", "absent", "breaker", "breaker"]
        server.down = False
        assert await one.ready(), "health is asked past the breaker"
        clock.now_s += 10
        assert (await one.draft("Can I eat?", "en", STATEMENTS, 5)).model == "tiny"
        assert one.breaker == "closed"


async def test_a_cancelled_request_frees_the_half_open_breaker(server: Server) -> None:
    clock = Clock()
    started, never = asyncio.Event(), asyncio.Event()

    async def hang() -> httpx2.Response:
        started.set()
        await never.wait()
        return httpx2.Response(200)

    async with engine(server, model="tiny", breaker=Breaker(failures=1, rest_s=10, clock=clock)) as one:
        server.down = True
        assert (await failure(one)).reason == "absent"
        server.down, server.answer = False, hang
        clock.now_s += 10
        task = asyncio.create_task(one.draft("Can I eat?", "en", STATEMENTS, 60))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        server.answer = completion(GOOD)
        assert await one.draft("Can I eat?", "en", STATEMENTS, 5)


async def test_a_server_that_came_back_with_another_model_is_asked_again(server: Server) -> None:
    async with engine(server) as one:
        await one.draft("Can I eat?", "en", STATEMENTS, 5)
        server.models = ["other"]
        server.answer = httpx2.Response(404, json={"error": {"message": "no such model"}})
        assert (await failure(one)).reason == "refused"
        server.answer = completion(GOOD)
        assert (await one.draft("Can I eat?", "en", STATEMENTS, 5)).model == "other"


async def test_ready_needs_the_given_model(server: Server) -> None:
    async with engine(server, model="mine") as one:
        assert not await one.ready()
        server.models = ["mine"]
        assert await one.ready()
        server.down = True
        assert not await one.ready()


async def test_the_error_says_nothing_that_the_patient_wrote(server: Server) -> None:
    server.answer = completion("Can I eat? is what they asked")
    async with engine(server) as one:
        assert "Can I eat" not in str(await failure(one))
