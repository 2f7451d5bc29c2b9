"""The composition root: opens every adapter, puts them together, and closes them in reverse order."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from quart import Quart

from appliance.answering import Answering, Observer
from appliance.conversation import House
from appliance.egress import Guard
from appliance.engine.seat import EngineSeat
from appliance.gateway import web_deps
from appliance.housekeeping import Housekeeping
from appliance.inbox import Outbox, Redactor, Worker, WorkerPolicy
from appliance.inbox.pump import Pump
from appliance.inbox.urgent import Urgent
from appliance.knowledge.pack import Pack, load_manifest
from appliance.mains import Mains, open_mains, switching
from appliance.posting import Posting
from appliance.premises import Premises, open_premises
from appliance.settings import Settings
from appliance.switchover import Switchover
from appliance.telemetry.standing import watch_engine
from appliance.web.app import WebDeps, create_app
from appliance.web.webhook import STATUS_PATH

_REDACTIONS_AT_ONCE = 4
_DELIVERED_WITHIN_S = 600.0
"""A reply of whose delivery nobody has told is emptied at Twilio after so long."""


@dataclass(frozen=True)
class Services:
    """Everything that runs, put together."""

    settings: Settings
    switchover: Switchover[House]
    seat: EngineSeat
    worker: Worker
    housekeeping: Housekeeping
    web_deps: WebDeps
    registry: CollectorRegistry

    @property
    def house(self) -> House:
        """The house in which turns are answered now."""
        return self.switchover.served()

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
    """Both sides of a message, in one process or for a worker; Redis is reached at the first command.

    Args:
        settings: of the installation.
        observer: sees every decision.
        guard: the egress guard that stands in this process; its counters go to the journal and the metrics.
        process: worker or demo, as the journal names it.

    Raises:
        SettingsError, KeyFileError, PackError, ModelError: what is missing, and what to do.
    """
    async with AsyncExitStack() as opened:
        mains = await opened.enter_async_context(open_mains(settings, guard, process))
        premises = await opened.enter_async_context(open_premises(settings))
        switchover = await _switchover(premises)
        await opened.enter_async_context(switching(switchover, mains.board))
        watch_engine(mains.board.registry, lambda: premises.seat.breaker)
        yield Services(
            settings=settings,
            switchover=switchover,
            seat=premises.seat,
            worker=_worker(mains, premises.seat, switchover.served, observer),
            housekeeping=mains.stores.housekeeping,
            web_deps=web_deps(mains, lambda: switchover.served().pack),
            registry=mains.board.registry,
        )


async def _switchover(premises: Premises) -> Switchover[House]:
    files, name = premises.settings.pack, load_manifest(premises.settings.pack).name

    async def warm(house: Awaitable[House]) -> House:
        ready = await house
        await ready.warm_up()
        return ready

    return await Switchover.begun(
        premises.register,
        name,
        lambda: warm(premises.house_in(files)),
        lambda version: warm(premises.house_of(version, name)),
    )


def _worker(mains: Mains, seat: EngineSeat, house: Callable[[], House], observer: Observer | None) -> Worker:
    settings, stores, board = mains.settings, mains.stores, mains.board
    answering = Answering(
        house,
        stores.rights,
        stores.opt_outs,
        Urgent(stores.values),
        mains.mailbox,
        journal=stores.journal,
        meters=board.answers,
        observer=observer,
        model_digest=lambda: seat.url and settings.chat_model,
    )
    posting = Posting(
        mains.twilio,
        mains.refusals,
        board.deliveries,
        status_callback=settings.public_url.rstrip("/") + STATUS_PATH,
        sender=settings.twilio_sender,
        patience_s=settings.twilio_patience_s,
    )
    outbox = Outbox(
        stores.values,
        stores.vault,
        stores.deliveries,
        lease_s=settings.lease_s,
        redact_after_s=_DELIVERED_WITHIN_S if mains.redacts else None,
    )
    redactor = Redactor(mains.redactions, mains.twilio, board.deliveries.redacted)
    chores = (
        [Pump("redactions", mains.redactions, redactor.redact, _REDACTIONS_AT_ONCE)] if mains.redacts else []
    )
    policy = WorkerPolicy(turns=settings.worker_concurrency, sends=settings.worker_concurrency)
    return Worker(mains.mailbox, outbox, answering, posting, policy, chores=chores, meters=board.deliveries)
