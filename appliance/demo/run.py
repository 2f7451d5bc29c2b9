"""Runs the whole demo on this machine: opens everything in order, waits, and closes it in reverse."""

import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from rich.console import Console

from appliance.audit import AuditPlaces
from appliance.demo.addresses import Route
from appliance.demo.bulletin import Bulletin
from appliance.demo.engine_sign import SignPost
from appliance.demo.handset import Handset
from appliance.demo.joining import join_engine_at, join_own_engine
from appliance.demo.listening import Place, listen, serving
from appliance.demo.patients import HOSPITAL, load_patients
from appliance.demo.phone import PhoneRoom, phone_blueprint
from appliance.demo.places import demo_settings
from appliance.demo.preparing import is_here, prepare
from appliance.demo.redis_server import redis_server
from appliance.demo.standin import Account, Callbacks, Ledger, create_standin
from appliance.demo.traces import TraceLog
from appliance.demo.warden import Warden
from appliance.egress import Guard
from appliance.inbox import Worker
from appliance.services import Services, open_services
from appliance.settings import Settings

_STARTING = "Starting; a pack that was changed since it was built is learned first, which takes minutes"
_WEBHOOK_TIMEOUT_S = 15.0
_WORKER_GRACE_S = 5.0


@dataclass(frozen=True)
class DemoOptions:
    """What the command was given: the port, 0 for any; `auto`, `none`, or the URL of an engine; the guard."""

    port: int = 8080
    engine: str = "auto"
    guard: Guard | None = None


async def run_demo(options: DemoOptions, machine: Settings, console: Console) -> bool:
    """Run until SIGINT or SIGTERM; False when one came before everything was ready.

    Raises:
        PortTaken, RedisMissing, NotPrepared: it cannot start; the text says what to do.
    """
    ready = asyncio.Event()
    demo = asyncio.create_task(_demo(options, machine, console, ready), name="demo")
    signals = (signal.SIGINT, signal.SIGTERM)
    loop = asyncio.get_running_loop()
    # A second signal cuts the clean-up short; the warden then ends what is left.
    for number in signals:
        loop.add_signal_handler(number, demo.cancel)
    try:
        with suppress(asyncio.CancelledError):
            await demo
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
    console.print("Stopped.")
    return ready.is_set()


async def _demo(options: DemoOptions, machine: Settings, console: Console, ready: asyncio.Event) -> None:
    async with AsyncExitStack() as opened:
        gateway, desk = listen(options.port), listen(0)
        opened.callback(gateway.socket.close)
        opened.callback(desk.socket.close)
        warden = await opened.enter_async_context(Warden())
        if not await asyncio.to_thread(is_here, machine, machine.embedding_model):
            await prepare(machine.embedding_model, warden)
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="antesala-")))
        warden.remove(folder)
        status = opened.enter_context(console.status(_STARTING))
        redis = await opened.enter_async_context(redis_server(folder, warden))
        settings = demo_settings(machine, redis, gateway.url, desk.url)
        bulletin = Bulletin()
        traces = TraceLog(changed=bulletin.post)
        services = await opened.enter_async_context(
            open_services(settings, observer=traces, guard=options.guard, process="demo")
        )
        room = await opened.enter_async_context(_room(services, traces, bulletin, gateway, desk))
        work = await opened.enter_async_context(_working(services.worker))
        app = services.web_app()
        app.register_blueprint(phone_blueprint(room))
        await opened.enter_async_context(serving(app, gateway))
        # Pages that listen for news would otherwise hold up the server's end.
        opened.callback(bulletin.close)
        joining = _joining(options.engine, machine, room.sign_post, services, warden)
        await opened.enter_async_context(_under_way(joining))
        status.stop()
        ready.set()
        console.print(f"Antesala is ready: {gateway.url}/demo", soft_wrap=True, highlight=False)
        console.print(_hint(options.engine), style="dim", soft_wrap=True)
        # It works until it is told to stop; a worker that fails ends the demo.
        await asyncio.shield(work)


@asynccontextmanager
async def _room(
    services: Services, traces: TraceLog, bulletin: Bulletin, gateway: Place, desk: Place
) -> AsyncIterator[PhoneRoom]:
    """The stand-in, served at its desk, and the phone."""
    settings = services.settings
    token = settings.twilio_auth_token.get_secret_value() if settings.twilio_auth_token else ""
    account = Account(settings.twilio_account_sid, token)
    route = Route(settings.public_url, gateway.url)
    ledger = Ledger(changed=bulletin.post)
    timeout = aiohttp.ClientTimeout(total=_WEBHOOK_TIMEOUT_S)
    async with (
        Callbacks(ledger, token, reached_at=route.reached_at) as callbacks,
        serving(create_standin(account, ledger, callbacks), desk),
        # A kept connection may be closed by the gateway just as a webhook is posted on it, which loses the webhook.
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True), timeout=timeout, trust_env=False
        ) as client,
    ):
        handset = Handset(
            client,
            route,
            account_sid=account.sid,
            auth_token=token,
            recipient=settings.twilio_sender or HOSPITAL,
            changed=bulletin.post,
        )
        yield PhoneRoom(
            handset=handset,
            ledger=ledger,
            traces=traces,
            sign_post=SignPost(changed=bulletin.post),
            bulletin=bulletin,
            patients=load_patients(services.pack.languages),
            institution=services.pack.manifest.institution,
            journal=AuditPlaces.under(settings.data_dir).journal,
        )


@asynccontextmanager
async def _working(worker: Worker) -> AsyncIterator[asyncio.Task[None]]:
    """The worker's task, with time at the end to finish what it has in hand."""
    task = asyncio.create_task(worker.run(), name="worker")
    try:
        yield task
    finally:
        worker.stop(_WORKER_GRACE_S)
        await task


@asynccontextmanager
async def _under_way(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Something in the background, cancelled at the end."""
    task = asyncio.create_task(work, name="engine")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _joining(
    engine: str, machine: Settings, sign_post: SignPost, services: Services, warden: Warden
) -> None:
    match engine:
        case "none":
            sign_post.show("none", "approved wording is used")
        case "auto":
            await join_own_engine(machine, sign_post, services.engine_joined, warden)
        case url:
            await join_engine_at(url, sign_post, services.engine_joined)


def _hint(engine: str) -> str:
    later = "" if engine == "none" else " The engine joins when it is ready; the page shows how far it is."
    return f"Twilio is played by a stand-in on this machine; nothing leaves it.{later} Ctrl-C ends all."
