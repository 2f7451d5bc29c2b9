"""A worker whose observer fails with the patient's words in its text, as a careless handler would."""

import asyncio

import structlog

from appliance.conversation import Outcome, Turn
from appliance.services import open_services
from appliance.settings import load_settings
from appliance.telemetry.crash import leave_no_core
from appliance.telemetry.logs import configure_logs


class Careless:
    """Raises what it sees."""

    def seen(self, sender: str, turn: Turn, outcome: Outcome, record_hash: str) -> None:
        raise RuntimeError(f"{sender} wrote {turn.text} as {turn.profile_name}: {outcome.reply}")


async def work() -> None:
    async with open_services(load_settings(), observer=Careless()) as services:
        structlog.get_logger().info("careless.ready")
        await services.worker.run()


leave_no_core()
configure_logs(level="DEBUG")
asyncio.run(work())
