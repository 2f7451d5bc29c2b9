"""The whole path with a real engine: vLLM drafts, and nothing is sent that is not approved or verified."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest
import pytest_asyncio
from hospital import Hospital, hospital, missing

from appliance.engine.catalogue import find_entry, load_catalogue
from appliance.engine.client import Engine
from appliance.engine.draft import Draft
from appliance.engine.environment import fitting_flavour, installed_environment
from appliance.engine.serve import EngineProcess, start_engine
from appliance.evaluation.run import unsupported
from appliance.settings import load_settings

pytestmark = [
    pytest.mark.redis,
    pytest.mark.models,
    pytest.mark.vllm,
    pytest.mark.asyncio(loop_scope="module"),
]

# A CPU that others use too is slow; what a card does in a second may take half a minute here.
DEADLINE_S = 30.0
REPLY_WITHIN_S = 120.0
QUESTIONS = {
    "whatsapp:+12025550301": ("Can I drink water before surgery? Until what time?", "fasting.clear_liquids"),
    "whatsapp:+12025550302": (
        "¿Hasta qué hora puedo beber agua antes de la operación?",
        "fasting.clear_liquids",
    ),
    "whatsapp:+12025550303": ("What documents do I need to bring?", "checkin.documents"),
}


class RedisServer(Protocol):
    """What is used of the fixture of that name."""

    url: str
    vault_url: str

    def flush(self) -> None:
        """Empty it: what other tests left is sealed by other keys."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine() -> AsyncIterator[EngineProcess]:
    settings = load_settings()
    name = settings.chat_model
    environment = installed_environment(settings.data_dir / "engine", fitting_flavour())
    if environment is None or not (settings.models_dir / name).is_dir():
        missing(f"vLLM or its small model is not here: appliance models fetch {name}")
    entry = find_entry(load_catalogue(settings.models_catalogue, settings.models_dir), name)
    process = await start_engine(entry, settings.models_dir / name, environment, 0)
    try:
        await process.wait_ready()
        yield process
    finally:
        await process.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    engine: EngineProcess, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Hospital]:
    redis_server.flush()
    folder: Path = tmp_path_factory.mktemp("hospital")
    settings: dict[str, Any] = {
        "wording": "fluent",
        "engine_url": engine.url,
        "engine_deadline_s": DEADLINE_S,
    }
    async with hospital(folder, redis_server.url, redis_server.vault_url, **settings) as house:
        yield house


class Announced:
    """An engine that says when a draft is under way; all else is the real one's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.under_way = asyncio.Event()

    async def draft(
        self, question: str, language: str, statements: Mapping[str, str], deadline_s: float
    ) -> Draft:
        asked = asyncio.ensure_future(self._engine.draft(question, language, statements, deadline_s))
        self.under_way.set()
        return await asked

    async def aclose(self) -> None:
        await self._engine.aclose()


@pytest.mark.parametrize("patient", QUESTIONS)
async def test_every_sentence_that_is_delivered_is_approved_or_verified(
    house: Hospital, patient: str
) -> None:
    question, statement = QUESTIONS[patient]
    await house.twilio.write(patient, question)
    ((_, outcome),) = await house.decisions.of(patient, 1)
    (reply,) = await house.twilio.replies(patient, 1, REPLY_WITHIN_S)
    assert reply.body == outcome.reply
    assert statement in outcome.statements
    assert unsupported(outcome, house.services.house) == ()
    trace = outcome.trace
    if trace.wording == "generated":
        assert all(verdict.supported for verdict in trace.verdicts)
    else:
        assert house.approved(statement, outcome.language) in reply.body
    # The engine was asked, and what came of it can be read: a draft with verdicts, or why there is none.
    assert trace.engine
    assert bool(trace.draft) == bool(trace.verdicts)


async def test_the_small_models_drafts_and_their_verdicts_are_in_the_traces(house: Hospital) -> None:
    traces = [outcome.trace for _, _, outcome in house.decisions.made]
    drafted = [trace for trace in traces if trace.draft]
    assert drafted, [trace.engine for trace in traces]
    for trace in drafted:
        assert trace.engine == house.settings.chat_model
        for verdict in trace.verdicts:
            assert verdict.supported != bool(verdict.reasons)


async def test_an_emergency_does_not_wait_for_the_engine(house: Hospital) -> None:
    patient = "whatsapp:+12025550310"
    await house.twilio.write(patient, "em fa mal el pit")
    (reply,) = await house.twilio.replies(patient, 1)
    assert reply.body == house.message("emergency", "ca")
    ((_, outcome),) = await house.decisions.of(patient, 1)
    assert outcome.trace.engine == ""


async def test_an_engine_that_dies_in_the_middle_of_a_draft_leaves_the_approved_wording(
    house: Hospital, engine: EngineProcess
) -> None:
    patient = "whatsapp:+12025550311"
    seat = house.services.seat
    assert seat.engine is not None
    announced = Announced(seat.engine)
    seat.engine = announced  # type: ignore[assignment]
    # Standing still, it cannot have answered when it is killed.
    os.killpg(engine.pid, signal.SIGSTOP)
    await house.twilio.write(patient, "Can I drink water before surgery? Until what time?")
    async with asyncio.timeout(REPLY_WITHIN_S):
        await announced.under_way.wait()
    os.killpg(engine.pid, signal.SIGKILL)
    (reply,) = await house.twilio.replies(patient, 1, REPLY_WITHIN_S)
    ((_, outcome),) = await house.decisions.of(patient, 1)
    assert house.approved("fasting.clear_liquids", "en") in reply.body
    assert (outcome.trace.wording, outcome.trace.verdicts) == ("verbatim", ())
    assert outcome.trace.engine.startswith("no draft from the engine")
    assert outcome.trace.timings_s["draft"] < DEADLINE_S
