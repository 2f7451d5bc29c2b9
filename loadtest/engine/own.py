"""vLLM on this machine with the small chat model, for a run of the load test."""

import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import openai

from appliance.engine.catalogue import find_entry, load_catalogue
from appliance.engine.environment import fitting_flavour, installed_environment
from appliance.engine.serve import EngineProcess, start_engine
from appliance.errors import ModelError
from appliance.knowledge.pack import load_pack
from appliance.settings import load_settings, shipped
from loadtest.engine.bench import ask, prompts

_WARM_UP = 24
"""Requests: every statement of every language, so that grammars and prefixes are there before the first patient."""
_WARM_UP_WITHIN_S = 180.0


@asynccontextmanager
async def own_engine() -> AsyncIterator[EngineProcess]:
    """vLLM, ready and warm, until the block ends.

    Raises:
        ModelError: vLLM or its model is not on this machine.
        EngineUnavailable: it does not start.
    """
    settings = load_settings()
    name = settings.chat_model
    environment = installed_environment(settings.data_dir / "engine", fitting_flavour())
    if environment is None or not (settings.models_dir / name).is_dir():
        raise ModelError(f"vLLM or its model is not here: appliance models serve {name}")
    entry = find_entry(load_catalogue(settings.models_catalogue, settings.models_dir), name)
    process = await start_engine(entry, settings.models_dir / name, environment, 0)
    try:
        await process.wait_ready()
        await _warm_up(process.url, name)
        yield process
    finally:
        await process.stop()


async def _warm_up(url: str, model: str) -> None:
    http = openai.DefaultAsyncHttpxClient(trust_env=False)
    pack = load_pack(shipped("knowledge") / "reedy-preop")
    async with openai.AsyncOpenAI(
        api_key="warm-up", base_url=f"{url}/v1", max_retries=0, timeout=_WARM_UP_WITHIN_S, http_client=http
    ) as client:
        until_s = time.monotonic() + _WARM_UP_WITHIN_S
        for asked in itertools.islice(prompts(pack), _WARM_UP):
            if time.monotonic() < until_s:
                await ask(client, model, asked)
