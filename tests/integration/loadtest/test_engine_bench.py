"""The bench measures what a server does with the appliance's own prompts."""

import itertools
import json

import openai
import pytest

from appliance.demo.listening import listen, serving
from appliance.engine.draft import parse
from appliance.knowledge.pack import load_pack
from appliance.settings import shipped
from loadtest.engine.bench import level, prompts
from loadtest.engine.card import Card
from loadtest.engine.simulated import answer_to, create_engine


def test_its_prompts_are_those_of_the_appliance_in_several_languages() -> None:
    asked = list(itertools.islice(prompts(load_pack(shipped("knowledge") / "reedy-preop")), 24))
    assert len({prompt.system for prompt in asked}) == 1
    assert {len(parse(answer_to(prompt.user))) for prompt in asked} == {1, 2, 3}
    assert len({json.dumps(prompt.schema) for prompt in asked}) > 5


async def test_more_requests_at_once_than_the_knee_wait_for_each_other() -> None:
    desk = listen(0)
    card = Card(first_token_s=0.01, alone_tokens_s=2000, knee=2, knee_gain=2)
    asked = prompts(load_pack(shipped("knowledge") / "reedy-preop"))
    async with (
        serving(create_engine(card), desk),
        openai.AsyncOpenAI(
            api_key="bench",
            base_url=f"{desk.url}/v1",
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(trust_env=False),
        ) as client,
    ):
        alone = await level(client, "simulated-engine", asked, 1, 6)
        crowded = await level(client, "simulated-engine", asked, 16, 32)
    assert (alone.requests, alone.failures, crowded.requests, crowded.failures) == (6, 0, 32, 0)
    assert 0.01 <= alone.first_token_p50_s <= alone.p50_s
    assert crowded.p50_s > alone.p50_s


async def test_a_server_that_is_away_is_counted_as_failures() -> None:
    async with openai.AsyncOpenAI(
        api_key="bench",
        base_url="http://127.0.0.1:1/v1",
        max_retries=0,
        http_client=openai.DefaultAsyncHttpxClient(trust_env=False),
    ) as client:
        asked = prompts(load_pack(shipped("knowledge") / "reedy-preop"))
        found = await level(client, "none", asked, 2, 4)
    assert (found.requests, found.failures) == (0, 4)
    assert found.tokens_s == pytest.approx(0)
