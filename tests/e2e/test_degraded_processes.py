"""Production processes in trouble: a worker that is told to stop, that crashes, that cannot write its journal."""

import asyncio
import resource
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hospital import Twilio, standing_in
from program import Running, running

from appliance.audit import AuditPlaces
from appliance.engine.serve import free_port
from appliance.knowledge.pack import Pack, load_pack
from appliance.settings import shipped

pytestmark = [pytest.mark.redis, pytest.mark.models]

WATER = "Can I drink water before surgery? Until what time?"
START_WITHIN_S = 240.0
GRACE_S = 10.0
CLOSING_S = 10.0


@dataclass
class Site:
    """A gateway that runs, and the environment for workers."""

    twilio: Twilio
    environment: Mapping[str, str]
    pack: Pack

    @property
    def water(self) -> str:
        """The approved answer."""
        return self.pack.statement("fasting.clear_liquids", "en")

    @asynccontextmanager
    async def worker(self, **changes: str) -> AsyncIterator[Running]:
        """A worker that is ready."""
        async with running({**self.environment, **changes}, "worker") as worker:
            await worker.says("worker.ready", START_WITHIN_S)
            yield worker


@pytest.fixture
async def site(box: dict[str, str]) -> AsyncIterator[Site]:
    port = free_port(0)
    url = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as opened:
        twilio, desk = await opened.enter_async_context(standing_in(url))
        environment = box | {
            "APPLIANCE_PUBLIC_URL": url,
            "APPLIANCE_BIND": f"127.0.0.1:{port}",
            "APPLIANCE_TWILIO_API_URL": desk.url,
            "APPLIANCE_WORKER_GRACE_S": f"{GRACE_S:g}",
            "APPLIANCE_LEASE_S": "2",
            "APPLIANCE_BURST_QUIET_S": "2",
            "APPLIANCE_BURST_MOST_S": "10",
        }
        gateway = await opened.enter_async_context(running(environment, "serve"))
        await gateway.says("Running on http", START_WITHIN_S)
        yield Site(twilio, environment, load_pack(shipped("knowledge") / "reedy-preop"))


async def test_a_worker_in_trouble_loses_nothing(site: Site) -> None:
    """One gateway for all of it: to start one costs more than each of these takes."""
    async with site.worker() as worker:
        await five_messages_in_two_seconds_are_one_turn_and_nobody_waits_for_them(site)
        await a_full_disk_keeps_no_emergency_back_and_what_it_kept_is_answered_with_the_fallback(site, worker)
        await at_kill_term_under_load_nothing_is_lost(site, worker)


async def five_messages_in_two_seconds_are_one_turn_and_nobody_waits_for_them(site: Site) -> None:
    hasty, calm = "whatsapp:+12025557001", "whatsapp:+12025557002"
    parts = ("hello", "I have a question", "Can I drink water", "before surgery?", "Until what time?")
    await site.twilio.write(hasty, parts[0])
    await site.twilio.write(calm, WATER)
    for part in parts[1:]:
        await asyncio.sleep(0.4)
        await site.twilio.write(hasty, part)
    (to_calm,) = await site.twilio.replies(calm, 1)
    (to_hasty,) = await site.twilio.replies(hasty, 1)
    assert site.water in to_calm.body
    assert site.water in to_hasty.body
    assert to_calm.at < to_hasty.at
    await site.twilio.write(hasty, "thank you")
    assert len(await site.twilio.replies(hasty, 2)) == 2


async def a_full_disk_keeps_no_emergency_back_and_what_it_kept_is_answered_with_the_fallback(
    site: Site, worker: Running
) -> None:
    asking, falling = "whatsapp:+12025557003", "whatsapp:+12025557004"
    journal = AuditPlaces.under(Path(site.environment["APPLIANCE_DATA_DIR"])).journal
    _, hard = resource.prlimit(worker.pid, resource.RLIMIT_FSIZE)
    # Every file of that process is full at the size that the journal has now.
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (journal.stat().st_size, hard))
    try:
        await site.twilio.write(asking, WATER)
        await site.twilio.write(falling, "em fa mal el pit")
        (route,) = await site.twilio.replies(falling, 1)
        (fallback,) = await site.twilio.replies(asking, 1)
    finally:
        resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
    assert route.body == site.pack.message("emergency", "ca")
    assert site.pack.message("fallback", "es") in fallback.body
    await worker.says("journal.not_written")
    await site.twilio.write(asking, WATER)
    assert site.water in (await site.twilio.replies(asking, 2))[-1].body


async def at_kill_term_under_load_nothing_is_lost(site: Site, worker: Running) -> None:
    patients = [f"whatsapp:+12025557{number}" for number in range(100, 140)]
    async with site.worker() as heir:
        for patient in patients[:20]:
            await site.twilio.write(patient, WATER)
        ending = asyncio.create_task(worker.end(signal.SIGTERM, GRACE_S + CLOSING_S))
        for patient in patients[20:]:
            await site.twilio.write(patient, WATER)
        assert await ending == 0
        for patient in patients:
            assert site.water in (await site.twilio.replies(patient, 1))[0].body
        # A second answer to the same question would come before the one to this.
        for patient in patients:
            await site.twilio.write(patient, "thank you")
        for patient in patients:
            first, second = await site.twilio.replies(patient, 2)
            assert site.water in first.body
            assert site.water not in second.body
        assert await heir.end(signal.SIGTERM, GRACE_S + CLOSING_S) == 0
