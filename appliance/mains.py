"""What every process that serves is connected to: the stores, Twilio, the meters, the journal's seal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from appliance.audit.notary import signed_regularly
from appliance.channel import TwilioSender
from appliance.console.page import Source
from appliance.console.prometheus import Prometheus
from appliance.console.recorder import Recorder
from appliance.egress import Guard
from appliance.egress.record import recorded
from appliance.egress.standing import GuardMetrics
from appliance.errors import SettingsError
from appliance.inbox import Mailbox, MailboxPolicy, Redactions
from appliance.inbox.backlog import BacklogGauge, watching
from appliance.posting import Refusals
from appliance.settings import Settings
from appliance.stores import Stores, open_stores
from appliance.switchover import Served, Switchover
from appliance.tasks import end
from appliance.telemetry.board import Board
from appliance.telemetry.standing import watch_knowledge

_Open = TypeVar("_Open", bound=Served)


@dataclass(frozen=True)
class Mains:
    """Both sides of a message, the gateway's and the worker's, are put together from these."""

    settings: Settings
    board: Board
    stores: Stores
    twilio: TwilioSender
    mailbox: Mailbox
    refusals: Refusals
    redactions: Redactions
    history: Source

    @property
    def redacts(self) -> bool:
        """Whether Twilio's copies are emptied."""
        return self.settings.twilio_redaction != "off"


@asynccontextmanager
async def open_mains(settings: Settings, guard: Guard | None, process: str) -> AsyncIterator[Mains]:
    """Connected; Redis is reached at the first command. Arguments and failures as `open_services`."""
    async with AsyncExitStack() as opened:
        board = Board.new()
        stores = await opened.enter_async_context(
            open_stores(
                settings,
                seal_broken=board.seals.broken,
                arrived=lambda arrival: board.deliveries.arrived(arrival.took_s),
            )
        )
        twilio = _twilio(settings)
        opened.push_async_callback(twilio.aclose)
        await opened.enter_async_context(signed_regularly(stores.journal))
        if guard:
            board.registry.register(GuardMetrics(guard))
            await opened.enter_async_context(recorded(guard, stores.journal, process))
        await opened.enter_async_context(watching(BacklogGauge(stores.values), board.queue))
        yield Mains(
            settings=settings,
            board=board,
            stores=stores,
            twilio=twilio,
            mailbox=Mailbox(stores.values, stores.vault, _mailbox_policy(settings, stores)),
            refusals=Refusals(stores.opt_outs, board.deliveries),
            redactions=Redactions(stores.values),
            history=await opened.enter_async_context(_history(settings, board)),
        )


@asynccontextmanager
async def switching(switchover: Switchover[_Open], board: Board) -> AsyncIterator[None]:
    """Look for another version, and show how long the one that is served is approved."""
    watch_knowledge(board.registry, lambda: switchover.served().pack.first_review)
    looking = asyncio.create_task(switchover.run(), name="look for another version")
    try:
        yield
    finally:
        await end(looking)


def _mailbox_policy(settings: Settings, stores: Stores) -> MailboxPolicy:
    return MailboxPolicy(
        settings.burst_quiet_s,
        settings.burst_most_s,
        eager=settings.burst_eager,
        session_s=stores.terms.session_s,
        sid_s=stores.terms.sid_s,
        lease_s=settings.lease_s,
        most_waiting=settings.limit_waiting,
        minute=settings.limit_minute,
        burst=settings.limit_sender_burst,
        day=settings.limit_sender_day,
        redact_inbound=settings.twilio_redaction == "all",
    )


@asynccontextmanager
async def _history(settings: Settings, board: Board) -> AsyncIterator[Source]:
    """Where the console gets its figures: from Prometheus if there is one, else from this process alone."""
    if settings.prometheus_url:
        async with Prometheus(settings.prometheus_url) as prometheus:
            yield Source(prometheus, "from Prometheus, all processes")
    else:
        async with Recorder(board.registry).recording() as recorder:
            yield Source(
                recorder, "this process only, since it started; set APPLIANCE_PROMETHEUS_URL for more"
            )


def _twilio(settings: Settings) -> TwilioSender:
    if not settings.twilio_account_sid or settings.twilio_auth_token is None:
        raise SettingsError(
            "twilio_account_sid, twilio_auth_token: expected both; they are shown in Twilio's console"
        )
    return TwilioSender(
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        settings.twilio_api_url,
        settings.twilio_timeout_s,
        settings.twilio_proxy_url,
    )
