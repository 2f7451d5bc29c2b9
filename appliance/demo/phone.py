"""The routes of the demo page: the page, what the phone sends, and what came of it."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from quart import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from appliance.demo.bulletin import Bulletin
from appliance.demo.conversation_view import conversation_json
from appliance.demo.engine_sign import SignPost
from appliance.demo.handset import GatewayUnreachable, Handset, Place, Writing
from appliance.demo.patients import Patient
from appliance.demo.standin import Ledger, received_json
from appliance.demo.traces import TraceLog, seen_json

KEEP_ALIVE_S = 15.0
_MOST_CHARACTERS = 5000
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class PhoneRoom:
    """What the routes need."""

    handset: Handset
    ledger: Ledger
    traces: TraceLog
    sign_post: SignPost
    bulletin: Bulletin
    patients: Sequence[Patient]
    institution: str
    journal: Path


def address_of(raw: str) -> str:
    """A WhatsApp address from what people and query strings have: no prefix, or a space for the plus."""
    bare = raw.strip("\t\r\n").removeprefix("whatsapp:")
    if bare.startswith(" ") or bare.lstrip().isdigit():
        bare = f"+{bare.strip()}"
    return f"whatsapp:{bare.strip()}"


class _Location(BaseModel):
    model_config = ConfigDict(extra="forbid")

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    label: str = Field("", max_length=200)


class _Sent(BaseModel):
    """The body of POST /demo/send."""

    model_config = ConfigDict(extra="forbid")

    sender: Annotated[str, BeforeValidator(lambda raw: address_of(str(raw)))] = Field(
        alias="from", pattern=r"^whatsapp:(\+[1-9]\d{6,14}|[A-Z]{2}\.[A-Za-z0-9.]+)$"
    )
    body: str = Field("", max_length=_MOST_CHARACTERS)
    profile_name: str = Field("", max_length=100)
    media: str = Field("", pattern=r"^([a-z]+/[a-z0-9.+-]+)?$")
    button: str = Field("", max_length=100)
    location: _Location | None = None

    def writing(self) -> Writing:
        place = Place(**self.location.model_dump()) if self.location else None
        return Writing(self.sender, self.body, self.profile_name, self.media, self.button, place)


def phone_blueprint(room: PhoneRoom) -> Blueprint:
    """The demo page at /demo, and what it and its users call."""
    phone = Blueprint(
        "phone", __name__, static_folder="static", static_url_path="/demo/static", template_folder="templates"
    )
    routes = _Routes(room)
    phone.after_request(_harden)
    phone.get("/")(_home)
    phone.get("/demo")(routes.page)
    phone.post("/demo/send")(routes.send)
    phone.get("/demo/messages")(routes.messages)
    phone.get("/demo/traces")(routes.traces)
    phone.get("/demo/events")(routes.events)
    return phone


class _Routes:
    def __init__(self, room: PhoneRoom) -> None:
        self._room = room

    async def page(self) -> str:
        return await render_template(
            "phone.html",
            patients=self._room.patients,
            setup={
                "patients": {patient.language: patient.model_dump() for patient in self._room.patients},
                "verify": f"appliance audit verify --journal {self._room.journal}",
            },
            institution=self._room.institution,
        )

    async def send(self) -> tuple[Response, int]:
        # A form on somebody else's page could otherwise write for the patient.
        if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
            return jsonify(problem="only this machine's own page may send"), 403
        try:
            sent = _Sent.model_validate(await _given())
            posted = await self._room.handset.send(sent.writing())
        except ValidationError as error:
            return jsonify(problem=_explain(error)), 400
        except GatewayUnreachable as error:
            return jsonify(problem=str(error)), 502
        return jsonify(sid=posted.sid, webhook_status=posted.webhook_status), 200

    async def messages(self) -> Response:
        """What the stand-in received, the first to arrive first; `to` limits it to one address."""
        address = request.args.get("to")
        found = self._room.ledger.received(address_of(address) if address else None)
        return jsonify([received_json(message) for message in found])

    async def traces(self) -> Response:
        """What happened on the turns of the address in `from`."""
        sender = address_of(request.args.get("from", ""))
        return jsonify([seen_json(seen) for seen in self._room.traces.of(sender)])

    async def events(self) -> Response:
        """The conversation of the address in `from`, as server-sent events."""
        sender = address_of(request.args.get("from", ""))
        stream = Response(_events(self._room, sender), mimetype="text/event-stream")
        stream.timeout = None
        return stream


async def _home() -> AnyResponse:
    return redirect("/demo")


async def _harden(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    return response


async def _given() -> Any:
    if request.is_json:
        return await request.get_json(silent=True) or {}
    return {name: value for name, value in (await request.form).items() if value}


async def _events(room: PhoneRoom, sender: str) -> AsyncIterator[bytes]:
    """The conversation as server-sent events: at once, and again whenever it has changed."""
    shown = ""
    while not room.bulletin.closed:
        seen = room.bulletin.version
        value = json.dumps(
            conversation_json(
                room.handset.posted(sender),
                room.ledger.received(sender),
                room.traces.of(sender),
                room.sign_post.sign,
            ),
            ensure_ascii=False,
        )
        # A comment keeps the connection open, and finds out whether the page is still there.
        yield (f"data: {value}\n\n" if value != shown else ": still here\n\n").encode()
        shown = value
        await room.bulletin.newer_than(seen, KEEP_ALIVE_S)


def _explain(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors())
