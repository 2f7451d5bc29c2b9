"""Measures an engine with the appliance's own prompts: python -m loadtest.engine.bench --url URL.

Works with any server that speaks OpenAI's protocol: vLLM on a card with dummy weights (see gpu.md), vLLM on a CPU,
or the simulated engine.
"""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import openai
import typer

from appliance.engine.prompt import Prompt, prompt
from appliance.knowledge.pack import Pack, load_pack
from appliance.settings import shipped
from loadtest.figures.percentiles import percentile
from loadtest.havoc.patients import questions_by_language

_TIMEOUT_S = 120.0
_MOST_STATEMENTS = 3


@dataclass(frozen=True)
class Answer:
    """One request: seconds until its first token and until its end, and how many tokens it has."""

    first_token_s: float
    whole_s: float
    tokens: int


@dataclass(frozen=True)
class Level:
    """What a number of requests at once came to; `tokens_s` is over all of them."""

    at_once: int
    requests: int
    failures: int
    first_token_p50_s: float
    first_token_p95_s: float
    p50_s: float
    p95_s: float
    tokens_s: float
    requests_s: float


def prompts(pack: Pack) -> Iterator[Prompt]:
    """Requests as the appliance makes them, in several languages, with one to three statements; for ever."""
    languages = questions_by_language()
    asked = [
        (language, name, text)
        for language, questions in languages.items()
        for name, text in questions.items()
    ]
    for number, (language, name, text) in enumerate(itertools.cycle(asked)):
        names = [name, *(other for other in languages[language] if other != name)][
            : 1 + number % _MOST_STATEMENTS
        ]
        statements = {name: pack.statement(name, language) for name in names}
        yield prompt(text, language, statements, pack.languages)


async def level(
    client: openai.AsyncOpenAI, model: str, asked: Iterator[Prompt], at_once: int, requests: int
) -> Level:
    """Keep so many requests under way until so many are through."""
    answers: list[Answer] = []
    failures = 0
    left = iter(range(requests))

    async def ask_on() -> None:
        nonlocal failures
        for _ in left:
            try:
                answers.append(await ask(client, model, next(asked)))
            except openai.OpenAIError:
                failures += 1

    began_s = time.monotonic()
    await asyncio.gather(*(ask_on() for _ in range(at_once)))
    seconds = time.monotonic() - began_s
    return _level(at_once, answers, failures, seconds)


async def ask(client: openai.AsyncOpenAI, model: str, asked: Prompt) -> Answer:
    """One request, streamed, with all that the appliance sends."""
    began_s = time.monotonic()
    first_s = 0.0
    tokens = 0
    async for _ in _pieces(client, model, asked):
        first_s = first_s or time.monotonic()
        tokens += 1
    ended_s = time.monotonic()
    return Answer((first_s or ended_s) - began_s, ended_s - began_s, tokens)


async def _pieces(client: openai.AsyncOpenAI, model: str, asked: Prompt) -> AsyncIterator[str]:
    schema = {"name": "draft", "strict": True, "schema": dict(asked.schema)}
    given: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "system", "content": asked.system}, {"role": "user", "content": asked.user}],
        "response_format": {"type": "json_schema", "json_schema": schema},
        "max_tokens": 200,
        "temperature": 0,
        "stream": True,
    }
    async for chunk in await client.chat.completions.create(**given):
        if chunk.choices and (text := chunk.choices[0].delta.content):
            yield text


def _level(at_once: int, answers: Sequence[Answer], failures: int, seconds: float) -> Level:
    first = [answer.first_token_s for answer in answers]
    whole = [answer.whole_s for answer in answers]
    return Level(
        at_once=at_once,
        requests=len(answers),
        failures=failures,
        first_token_p50_s=round(percentile(first, 0.5), 3),
        first_token_p95_s=round(percentile(first, 0.95), 3),
        p50_s=round(percentile(whole, 0.5), 3),
        p95_s=round(percentile(whole, 0.95), 3),
        tokens_s=round(sum(answer.tokens for answer in answers) / seconds, 1),
        requests_s=round(len(answers) / seconds, 2),
    )


async def _bench(url: str, levels: Sequence[int], requests: int) -> None:
    pack = load_pack(shipped("knowledge") / "reedy-preop")
    http = openai.DefaultAsyncHttpxClient(trust_env=False)
    base = url.rstrip("/")
    async with openai.AsyncOpenAI(
        api_key="bench", base_url=f"{base}/v1", max_retries=0, timeout=_TIMEOUT_S, http_client=http
    ) as client:
        model = (await client.models.list()).data[0].id
        asked = prompts(pack)
        # The first request compiles the schema's grammar and fills the prefix cache.
        await ask(client, model, next(asked))
        for at_once in levels:
            found = await level(client, model, asked, at_once, max(requests, at_once))
            typer.echo(json.dumps({"model": model, **found.__dict__}))


def main(
    url: Annotated[str, typer.Option(help="of the server, without /v1")],
    at_once: Annotated[str, typer.Option(help="requests at once, rising")] = "1,2,4,8,16,32",
    requests: Annotated[int, typer.Option(min=1, help="for each level")] = 64,
) -> None:
    """Time to first token, tokens/s and percentiles of our prompts at rising concurrency; one JSON line each.

    A piece of the stream counts as one token, as vLLM streams them.
    """
    asyncio.run(_bench(url, [int(number) for number in at_once.split(",")], requests))


if __name__ == "__main__":
    typer.run(main)
