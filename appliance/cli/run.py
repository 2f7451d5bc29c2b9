"""`appliance serve` and `appliance worker`: the production processes."""

import asyncio
import signal

import structlog
from hypercorn.asyncio import serve as serve_app
from hypercorn.config import Config

from appliance.egress import Guard
from appliance.egress.standing import put_up
from appliance.services import Services, open_services
from appliance.settings import Settings, load_settings
from appliance.tasks import end
from appliance.telemetry.crash import leave_no_core
from appliance.telemetry.exposition import shown
from appliance.telemetry.logs import configure_logs
from appliance.telemetry.supervisor import tell_ready

_BACKLOG = 512
_SILENT_S = 20
"""A connection that says nothing for so long is closed; how many one address may have is nginx's to limit."""

_log = structlog.get_logger(__name__)


def serve() -> None:
    """Run the gateway: takes Twilio's webhooks, keeps them sealed, answers 200 within milliseconds.

    Settings come from APPLIANCE_… variables, APPLIANCE_CONFIG and APPLIANCE_SECRETS_DIR; `appliance check`
    says what is missing. Ends on SIGTERM, when the requests in hand are answered.
    """
    settings = _begin()
    asyncio.run(_serve(settings, put_up(settings)))


def worker() -> None:
    """Run a worker: answers turns and sends replies. Any number may run, on any number of hosts.

    On SIGTERM it takes nothing more, finishes what it has within APPLIANCE_WORKER_GRACE_S seconds, and ends.
    """
    settings = _begin()
    asyncio.run(_work(settings, put_up(settings)))


def _begin() -> Settings:
    leave_no_core()
    settings = load_settings()
    configure_logs(level=settings.log_level)
    return settings


async def _serve(settings: Settings, guard: Guard | None) -> None:
    stopped = _stop_signal()
    config = Config()
    config.bind = [settings.bind]
    config.accesslog = None
    config.backlog = _BACKLOG
    config.read_timeout = _SILENT_S
    config.errorlog = "-"
    async with open_services(settings, guard=guard, process="gateway") as services:
        _log.info("gateway.ready", bind=settings.bind, knowledge=services.pack.version)
        tell_ready()
        await serve_app(services.web_app(), config, shutdown_trigger=stopped.wait)


async def _work(settings: Settings, guard: Guard | None) -> None:
    stopped = _stop_signal()
    async with open_services(settings, guard=guard, process="worker") as services:
        with shown(services.registry, settings.metrics_bind):
            await _answer_until(stopped, services)


async def _answer_until(stopped: asyncio.Event, services: Services) -> None:
    _log.info("worker.ready", knowledge=services.pack.version)
    tell_ready()
    work = asyncio.create_task(services.worker.run(), name="worker")
    keep = asyncio.create_task(services.housekeeping.keep_on(), name="housekeeping")
    stop = asyncio.create_task(stopped.wait(), name="stop")
    await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
    services.worker.stop(services.settings.worker_grace_s)
    await end(stop, keep)
    await work
    _log.info("worker.ended")


def _stop_signal() -> asyncio.Event:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped
