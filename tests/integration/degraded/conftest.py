"""One hospital for all degraded modes: what it depends on can be made to fail, and mended."""

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio
from faulty import Line, ScriptedEngine, engine, line
from hospital import Hospital, hospital
from qdrant_server import QdrantServer

from appliance.knowledge.pack import load_pack
from appliance.settings import shipped

WATER = "Can I drink water before surgery? Until what time?"
STATEMENT = "fasting.clear_liquids"
CHEST_PAIN = "em fa mal el pit"


class RedisServer(Protocol):
    """What is used of the fixture of that name."""

    url: str
    vault_url: str

    def flush(self) -> None: ...


@dataclass(repr=False)
class Ward:
    """The hospital, what may fail, and patients who ask."""

    house: Hospital
    engine: ScriptedEngine
    twilio_line: Line
    index: QdrantServer
    _numbers: Iterator[int]

    def patient(self) -> str:
        """Somebody who has never written before."""
        return f"whatsapp:+12025556{next(self._numbers):03}"

    @property
    def water(self) -> str:
        """The approved answer."""
        return self.house.approved(STATEMENT, "en")

    async def asks(self, patient: str = "", text: str = WATER) -> str:
        """Somebody asks; who."""
        patient = patient or self.patient()
        await self.house.twilio.write(patient, text)
        return patient

    async def hears(self, patient: str, count: int = 1) -> str:
        """The patient's last of so many replies."""
        return (await self.house.twilio.replies(patient, count))[-1].body

    async def hears_at_last(self, patient: str, body: str) -> Sequence[str]:
        """The patient's replies, when this one is among them."""
        twilio = self.house.twilio

        def found() -> list[str]:
            bodies = twilio.bodies(patient)
            return bodies if body in bodies else []

        return await twilio.seen.until(found)

    async def gets_the_route(self) -> None:
        """An emergency gets its route, whatever fails."""
        route = self.house.message("emergency", "ca")
        assert await self.hears(await self.asks(text=CHEST_PAIN)) == route

    async def ready(self) -> bool:
        """What the gateway says of itself to those who watch it."""
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{self.house.twilio.gateway_url}/readyz") as answer,
        ):
            return answer.status == 200

    async def wording(self, patient: str) -> tuple[str, str]:
        """How the patient's first answer was worded, and what is noted of the engine."""
        ((_, outcome),) = await self.house.decisions.of(patient, 1)
        return outcome.trace.wording, outcome.trace.engine


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def ward(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ward]:
    redis_server.flush()
    text = load_pack(shipped("knowledge") / "reedy-preop").statement(STATEMENT, "en")
    async with AsyncExitStack() as opened:
        drafting = await opened.enter_async_context(engine(text, STATEMENT))
        index = QdrantServer()
        opened.push_async_callback(index.aclose)
        # It has an address, and is not there at the start.
        await index.start()
        await index.stop()
        twilio_line = await opened.enter_async_context(line())
        house = await opened.enter_async_context(
            hospital(
                tmp_path_factory.mktemp("ward"),
                redis_server.url,
                redis_server.vault_url,
                wording="fluent",
                engine_url=drafting.url,
                qdrant_url=index.url,
                engine_deadline_s=1.0,
                twilio_api_url=twilio_line.url,
                twilio_timeout_s=1.5,
                twilio_patience_s=2.0,
                twilio_redaction="all",
                burst_quiet_s=0.2,
                lease_s=5.0,
                limit_sender_burst=6,
            )
        )
        there = urlsplit(house.twilio.url)
        twilio_line.target = (there.hostname or "", there.port or 0)
        yield Ward(house, drafting, twilio_line, index, itertools.count())
