"""The real thing: vLLM in its own environment serves the small chat model, and stops when it is told to."""

import aiohttp
import pytest
from needs import missing

from appliance.engine.catalogue import load_catalogue
from appliance.engine.environment import fitting_flavour, installed_environment
from appliance.engine.serve import start_engine
from appliance.settings import load_settings

NAME = "smollm2-135m-instruct"
SCHEMA = {
    "type": "object",
    "properties": {"drink": {"type": "boolean"}},
    "required": ["drink"],
    "additionalProperties": False,
}


@pytest.mark.vllm
async def test_the_small_model_is_served_and_keeps_to_a_schema() -> None:
    settings = load_settings()
    environment = installed_environment(settings.data_dir / "engine", fitting_flavour())
    if environment is None or not (settings.models_dir / NAME).is_dir():
        missing(f"vLLM or its small model is not here: appliance models fetch {NAME}")
    entry = load_catalogue(settings.models_catalogue)[NAME]
    engine = await start_engine(entry, settings.models_dir / NAME, environment, port=0)
    try:
        await engine.wait_ready()
        question = {
            "model": NAME,
            "messages": [{"role": "user", "content": "May I drink? Answer as JSON."}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}},
            "max_tokens": 40,
            "temperature": 0,
        }
        async with aiohttp.ClientSession(engine.url) as session:
            async with session.post("/v1/chat/completions", json=question) as response:
                assert response.status == 200
                answer = (await response.json())["choices"][0]["message"]["content"]
            async with session.get("/v1/models") as response:
                assert [model["id"] for model in (await response.json())["data"]] == [NAME]
        assert '"drink"' in answer
    finally:
        await engine.stop()
    assert "May I drink" not in engine.log.read_text(encoding="utf-8")
