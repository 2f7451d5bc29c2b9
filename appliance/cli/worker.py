"""`appliance worker`: a worker as a production process."""

import asyncio

import structlog

from appliance.cli.process import begin, ready, stop_signal
from appliance.egress import Guard
from appliance.egress.standing import put_up
from appliance.services import Services, open_services
from appliance.settings import Settings
from appliance.tasks import end
from appliance.telemetry.exposition import shown

_log = structlog.get_logger(__name__)


def worker() -> None:
    """Run a worker: answers turns and sends replies. Any number may run, on any number of hosts.

    On SIGTERM it takes nothing more, finishes what it has within APPLIANCE_WORKER_GRACE_S seconds, and ends.
    """
    settings = begin()
    asyncio.run(_work(settings, put_up(settings)))


async def _work(settings: Settings, guard: Guard | None) -> None:
    stopped = stop_signal()
    async with open_services(settings, guard=guard, process="worker") as services:
        with shown(services.registry, settings.metrics_bind):
            await _answer_until(stopped, services)


async def _answer_until(stopped: asyncio.Event, services: Services) -> None:
    _log.info("worker.ready", knowledge=services.pack.version)
    ready()
    work = asyncio.create_task(services.worker.run(), name="worker")
    keep = asyncio.create_task(services.housekeeping.keep_on(), name="housekeeping")
    stop = asyncio.create_task(stopped.wait(), name="stop")
    await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
    services.worker.stop(services.settings.worker_grace_s)
    await end(stop, keep)
    await work
    _log.info("worker.ended")
