"""A small gateway of the tests' own, and the demo's parts around it, all on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from aiohttp import encode_basic_auth
from quart import Quart, Response, request

from appliance.channel import is_signed, signed_urls
from appliance.conversation.outcome import Block, Outcome, Trace
from appliance.conversation.turn import Session, Turn
from appliance.demo.addresses import Route
from appliance.demo.bulletin import Bulletin
from appliance.demo.engine_sign import SignPost
from appliance.demo.handset import Handset
from appliance.demo.listening import listen, serving
from appliance.demo.patients import HOSPITAL, load_patients
from appliance.demo.phone import PhoneRoom, phone_blueprint
from appliance.demo.standin import Account, CallbackPolicy, Callbacks, Ledger, create_standin
from appliance.demo.traces import TraceLog

ACCOUNT = Account("AC" + "0" * 32, "a token of the tests", frozenset({HOSPITAL}))
CREDENTIALS = {"Authorization": encode_basic_auth(ACCOUNT.sid, ACCOUNT.auth_token)}
HEADER = "X-Twilio-Signature"
Answer = Callable[[str], Outcome | None]


def echo(body: str) -> Outcome:
    """Says again what was asked."""
    text = f"You asked: {body}"
    trace = Trace(masked=body, timings_s={"scope": 0.012, "retrieve": 0.003})
    return Outcome("answer", "en", (Block("statement", ("echo",), text),), Session(), 0.9, trace=trace)


@dataclass
class Stage:
    """The parts that a test looks at."""

    url: str
    standin_url: str
    room: PhoneRoom
    callbacks: Callbacks
    client: aiohttp.ClientSession
    statuses: list[tuple[str, str]] = field(default_factory=list)
    refused: int = 0


@asynccontextmanager
async def staged(answer: Answer = echo, *, public_url: str = "", pace_s: float = 0.0) -> AsyncIterator[Stage]:
    """The phone page, a gateway that answers at once, and the stand-in, each served over HTTP."""
    gateway, desk = listen(0), listen(0)
    route = Route(public_url or gateway.url, gateway.url)
    bulletin = Bulletin()
    ledger = Ledger(changed=bulletin.post)
    traces = TraceLog(changed=bulletin.post)
    callbacks = Callbacks(ledger, ACCOUNT.auth_token, CallbackPolicy(pace_s=pace_s), route.reached_at)
    async with (
        aiohttp.ClientSession(headers=CREDENTIALS) as sender,
        aiohttp.ClientSession() as client,
        callbacks,
        serving(create_standin(ACCOUNT, ledger, callbacks), desk),
    ):
        handset = Handset(
            client,
            route,
            account_sid=ACCOUNT.sid,
            auth_token=ACCOUNT.auth_token,
            recipient=HOSPITAL,
            changed=bulletin.post,
        )
        room = PhoneRoom(
            handset=handset,
            ledger=ledger,
            traces=traces,
            sign_post=SignPost(changed=bulletin.post),
            bulletin=bulletin,
            patients=load_patients(("es", "ca", "en", "fr", "de", "it", "pt", "ro", "ar", "uk", "zh")),
            institution="Reedy Demonstration Hospital",
            journal=Path("journal.jsonl"),
        )
        stage = Stage(gateway.url, desk.url, room, callbacks, client)
        app = _gateway(stage, route, sender, answer)
        app.register_blueprint(phone_blueprint(room))
        async with serving(app, gateway):
            yield stage
            bulletin.close()


def _gateway(stage: Stage, route: Route, sender: aiohttp.ClientSession, answer: Answer) -> Quart:
    app = Quart("gateway", static_folder=None)
    under_way: set[asyncio.Task[None]] = set()

    async def signed() -> dict[str, str] | None:
        form = (await request.form).to_dict()
        urls = signed_urls(route.public_url, request.path, "")
        return form if is_signed(ACCOUNT.auth_token, urls, form.items(), request.headers[HEADER]) else None

    @app.post("/webhooks/twilio/whatsapp")
    async def whatsapp() -> Response:
        form = await signed()
        if form is None:
            stage.refused += 1
            return Response(status=403)
        task = asyncio.create_task(reply(form))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        return Response("<Response/>", content_type="text/xml")

    @app.post("/webhooks/twilio/status")
    async def status() -> Response:
        form = await signed()
        if form is None:
            stage.refused += 1
            return Response(status=403)
        stage.statuses.append((form["MessageSid"], form["MessageStatus"]))
        return Response(status=204)

    async def reply(form: dict[str, str]) -> None:
        outcome = answer(form["Body"])
        if outcome is None:
            return
        turn = Turn(form["Body"], profile_name=form["ProfileName"], at=datetime.now(UTC))
        stage.room.traces.seen(form["From"], turn, outcome, "f" * 64)
        fields = {
            "To": form["From"],
            "From": form["To"],
            "Body": outcome.reply,
            "StatusCallback": route.signed_for("/webhooks/twilio/status"),
        }
        url = f"{stage.standin_url}/2010-04-01/Accounts/{ACCOUNT.sid}/Messages.json"
        async with sender.post(url, data=fields) as created:
            created.raise_for_status()

    return app
