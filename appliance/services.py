"""The composition root: opens every adapter, puts them together, and closes them in reverse order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry
from quart import Quart

from appliance.answering import Answering, Observer
from appliance.audit.notary import signed_regularly
from appliance.channel import TwilioSender
from appliance.console.page import Source
from appliance.console.prometheus import Prometheus
from appliance.console.recorder import Recorder
from appliance.conversation import House
from appliance.egress import Guard
from appliance.egress.record import recorded
from appliance.egress.standing import GuardMetrics
from appliance.engine.seat import EngineSeat
from appliance.errors import SettingsError
from appliance.housekeeping import Housekeeping, Terms
from appliance.inbox import Mailbox, MailboxPolicy, Outbox, Redactions, Redactor, Worker, WorkerPolicy
from appliance.inbox.backlog import BacklogGauge, watching
from appliance.inbox.pump import Pump
from appliance.inbox.urgent import Urgent
from appliance.knowledge.index import IndexUnavailable
from appliance.knowledge.pack import Pack, load_pack
from appliance.posting import Posting, Refusals, Tracking
from appliance.premises import Premises, open_premises
from appliance.reception import Dependencies, DirectAnswer, DirectPolicy, Reception
from appliance.settings import Settings
from appliance.stores import Stores, open_stores
from appliance.switchover import Switchover
from appliance.tasks import end
from appliance.telemetry.board import Board
from appliance.telemetry.standing import watch_engine, watch_knowledge
from appliance.web.app import WebDeps, create_app
from appliance.web.webhook import STATUS_PATH

_log = structlog.get_logger(__name__)

_REDACTIONS_AT_ONCE = 4
_DELIVERED_WITHIN_S = 600.0
"""A reply of whose delivery nobody has told is emptied at Twilio after so long."""


@dataclass(frozen=True)
class Services:
    """Everything that runs, put together."""

    settings: Settings
    switchover: Switchover
    seat: EngineSeat
    worker: Worker
    housekeeping: Housekeeping
    web_deps: WebDeps
    registry: CollectorRegistry

    @property
    def house(self) -> House:
        """The house in which turns are answered now."""
        return self.switchover.house()

    @property
    def pack(self) -> Pack:
        """The pack that is served now."""
        return self.house.pack

    def web_app(self) -> Quart:
        """The gateway's application."""
        return create_app(self.web_deps)

    def engine_joined(self, url: str) -> None:
        """An engine is ready at this base URL."""
        self.seat.take(url)


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[tuple[House, EngineSeat]]:
    """The conversation alone: pack, embedding model, index and engine, without channel or store.

    Raises:
        PackError, ModelError: the pack or the embedding model cannot be used.
    """
    async with open_premises(settings) as premises:
        yield await premises.house_in(settings.pack), premises.seat


@asynccontextmanager
async def open_services(
    settings: Settings, *, observer: Observer | None = None, guard: Guard | None = None, process: str = ""
) -> AsyncIterator[Services]:
    """Everything that a gateway or a worker needs; Redis is reached at the first command.

    Args:
        settings: of the installation.
        observer: sees every decision.
        guard: the egress guard that stands in this process; its counters go to the journal and the metrics.
        process: gateway, worker or demo, as the journal names it.

    Raises:
        SettingsError, KeyFileError, PackError, ModelError: what is missing, and what to do.
    """
    async with AsyncExitStack() as opened:
        board = Board.new()
        stores = await opened.enter_async_context(
            open_stores(
                settings,
                seal_broken=board.seals.broken,
                arrived=lambda arrival: board.deliveries.arrived(arrival.took_s),
            )
        )
        values, vault = stores.values, stores.vault
        premises = await opened.enter_async_context(open_premises(settings))
        seat, switchover = premises.seat, await _switchover(premises)
        looking = asyncio.create_task(switchover.run(), name="look for another version")
        opened.push_async_callback(end, looking)
        watch_engine(board.registry, lambda: seat.breaker)
        watch_knowledge(board.registry, lambda: switchover.house().pack.first_review)
        twilio = _twilio(settings)
        opened.push_async_callback(twilio.aclose)
        await opened.enter_async_context(signed_regularly(stores.journal))
        if guard:
            board.registry.register(GuardMetrics(guard))
            await opened.enter_async_context(recorded(guard, stores.journal, process))
        mailbox = Mailbox(values, vault, _mailbox_policy(settings, stores.terms))
        outbox, redactions = _outbox(settings, stores), Redactions(values)
        refusals = Refusals(stores.opt_outs, board.deliveries)
        answering = Answering(
            switchover.house,
            stores.rights,
            stores.opt_outs,
            Urgent(values),
            mailbox,
            journal=stores.journal,
            meters=board.answers,
            observer=observer,
            model_digest=lambda: seat.url and settings.chat_model,
        )
        posting = Posting(
            twilio,
            refusals,
            board.deliveries,
            status_callback=settings.public_url.rstrip("/") + STATUS_PATH,
            sender=settings.twilio_sender,
            patience_s=settings.twilio_patience_s,
        )
        redactor = Redactor(redactions, twilio, board.deliveries.redacted)
        redacts = settings.twilio_redaction != "off"
        chores = [Pump("redactions", redactions, redactor.redact, _REDACTIONS_AT_ONCE)] if redacts else []
        policy = WorkerPolicy(turns=settings.worker_concurrency, sends=settings.worker_concurrency)
        await opened.enter_async_context(watching(BacklogGauge(values), board.queue))
        history = await opened.enter_async_context(_history(settings, board.registry))
        yield Services(
            settings=settings,
            switchover=switchover,
            seat=seat,
            worker=Worker(
                mailbox, outbox, answering, posting, policy, chores=chores, meters=board.deliveries
            ),
            housekeeping=stores.housekeeping,
            web_deps=WebDeps(
                settings=settings,
                inbox=Reception(mailbox, vault, switchover.house),
                last_resort=DirectAnswer(
                    twilio,
                    switchover.house,
                    settings.twilio_sender,
                    board.deliveries,
                    DirectPolicy(most=settings.limit_sender_burst),
                ),
                deliveries=Tracking(stores.deliveries, refusals, redactions if redacts else None),
                readiness=Dependencies({"redis_url": values, "vault_url": stores.keys}),
                registry=board.registry,
                history=history,
            ),
            registry=board.registry,
        )


def _mailbox_policy(settings: Settings, terms: Terms) -> MailboxPolicy:
    return MailboxPolicy(
        settings.burst_quiet_s,
        settings.burst_most_s,
        eager=settings.burst_eager,
        session_s=terms.session_s,
        sid_s=terms.sid_s,
        lease_s=settings.lease_s,
        most_waiting=settings.limit_waiting,
        minute=settings.limit_minute,
        burst=settings.limit_sender_burst,
        day=settings.limit_sender_day,
        redact_inbound=settings.twilio_redaction == "all",
    )


def _outbox(settings: Settings, stores: Stores) -> Outbox:
    redact_after_s = None if settings.twilio_redaction == "off" else _DELIVERED_WITHIN_S
    return Outbox(
        stores.values,
        stores.vault,
        stores.deliveries,
        lease_s=settings.lease_s,
        redact_after_s=redact_after_s,
    )


@asynccontextmanager
async def _history(settings: Settings, registry: CollectorRegistry) -> AsyncIterator[Source]:
    """Where the console gets its figures: from Prometheus if there is one, else from this process alone."""
    if settings.prometheus_url:
        async with Prometheus(settings.prometheus_url) as prometheus:
            yield Source(prometheus, "from Prometheus, all processes")
    else:
        async with Recorder(registry).recording() as recorder:
            yield Source(
                recorder, "this process only, since it started; set APPLIANCE_PROMETHEUS_URL for more"
            )


async def _switchover(premises: Premises) -> Switchover:
    """With the house of the active version; of the configured pack's files where none was ever activated."""
    directory = premises.settings.pack
    name = (await asyncio.to_thread(load_pack, directory)).manifest.name
    try:
        version = (await premises.register.active(name)).version
    except IndexUnavailable as error:
        # It is asked again while the process runs.
        _log.warning("knowledge.active_unknown", error=str(error))
        version = ""
    house = await (premises.house_of(version, name) if version else premises.house_in(directory))
    await house.warm_up()
    return Switchover(house, premises.register, lambda version: premises.house_of(version, name))


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
