"""`appliance serve`: the gateway as a production process."""

import asyncio

import structlog
from hypercorn.asyncio import serve as serve_app
from hypercorn.config import Config

from appliance.cli.process import begin, ready, stop_signal
from appliance.egress import Guard
from appliance.egress.standing import put_up
from appliance.gateway import open_gateway
from appliance.settings import Settings

_BACKLOG = 512
_SILENT_S = 20
"""A connection that says nothing for so long is closed; how many one address may have is nginx's to limit."""

_log = structlog.get_logger(__name__)


def serve() -> None:
    """Run the gateway: takes Twilio's webhooks, keeps them sealed, answers 200 within milliseconds.

    Settings come from APPLIANCE_… variables, APPLIANCE_CONFIG and APPLIANCE_SECRETS_DIR; `appliance check`
    says what is missing. Ends on SIGTERM, when the requests in hand are answered.
    """
    settings = begin()
    asyncio.run(_serve(settings, put_up(settings)))


async def _serve(settings: Settings, guard: Guard | None) -> None:
    stopped = stop_signal()
    config = Config()
    config.bind = [settings.bind]
    config.accesslog = None
    config.backlog = _BACKLOG
    config.read_timeout = _SILENT_S
    config.errorlog = "-"
    async with open_gateway(settings, guard=guard) as gateway:
        knowledge = gateway.switchover.served().pack.version
        _log.info("gateway.ready", bind=settings.bind, knowledge=knowledge)
        ready()
        await serve_app(gateway.web_app(), config, shutdown_trigger=stopped.wait)
