"""The stand-in's HTTP side: the part of Twilio's REST API for messages that its SDK's client uses."""

import asyncio
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from quart import Quart, Response, jsonify, request

from appliance.demo.standin.callbacks import Callbacks
from appliance.demo.standin.faults import Fault, Faults, InvalidFaults
from appliance.demo.standin.ledger import Ledger, Received
from appliance.demo.standin.refusals import NOT_FOUND, NOT_REDACTABLE, UNAUTHENTICATED, Refusal, refusal_of
from appliance.demo.standin.resource import message_json, page_json, refusal_json

_LARGEST_PAGE = 1000
_MOST_BODY_BYTES = 64 * 1024


@dataclass(frozen=True)
class Account:
    """The only account that the stand-in knows.

    Attributes:
        sid: `AC…`; also the user name.
        auth_token: the password, and what callbacks are signed with.
        senders: the addresses that it may send from; empty: any.
        list_lag_s: a message is listed only so long after it was taken, as Twilio does not promise more.
    """

    sid: str
    auth_token: str
    senders: Collection[str] = ()
    list_lag_s: float = 0.0


def create_standin(
    account: Account, ledger: Ledger, callbacks: Callbacks, faults: Faults | None = None
) -> Quart:
    """The application. It answers as Twilio does, and says in a header that it is not Twilio.

    Args:
        account: whose messages are taken.
        ledger: where they are kept.
        callbacks: follows each of them; open while the application runs.
        faults: what goes wrong; also set over HTTP, at /stand-in/faults.
    """
    app = Quart(__name__, static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BODY_BYTES
    desk = _Desk(account, ledger, callbacks, faults or Faults())
    app.before_request(desk.authenticate)
    app.after_request(_name)
    app.register_error_handler(404, _unknown)
    messages = f"/2010-04-01/Accounts/{account.sid}/Messages"
    app.post(f"{messages}.json")(desk.create)
    app.get(f"{messages}.json")(desk.listing)
    app.get(f"{messages}/<sid>.json")(desk.fetch)
    app.post(f"{messages}/<sid>.json")(desk.redact)
    app.delete(f"{messages}/<sid>.json")(desk.delete)
    app.get("/stand-in/received")(desk.received)
    app.post("/stand-in/faults")(desk.set_faults)
    app.get("/stand-in/faults")(desk.show_faults)
    return app


class _Desk:
    """The routes."""

    def __init__(self, account: Account, ledger: Ledger, callbacks: Callbacks, faults: Faults) -> None:
        self._account = account
        self._faults = faults
        self._ledger = ledger
        self._callbacks = callbacks

    async def authenticate(self) -> Response | None:
        given = request.authorization
        user, password = (given.username or "", given.password or "") if given else ("", "")
        wanted = f"{self._account.sid}:{self._account.auth_token}"
        fits = hmac.compare_digest(f"{user}:{password}".encode(), wanted.encode())
        return None if fits else _refused(UNAUTHENTICATED)

    async def create(self) -> Response:
        form = await request.form
        refusal = refusal_of(form, self._account.senders)
        if refusal is not None:
            return _refused(refusal)
        fault = self._faults.next("create", form["To"])
        if fault is not None and not fault.taken:
            return await _gone_wrong(fault)
        message = self._ledger.add(
            account_sid=self._account.sid,
            to=form["To"],
            sender=form.get("From", ""),
            body=form.get("Body", ""),
            status_callback=form.get("StatusCallback", ""),
        )
        self._callbacks.follow(message)
        return _resource(message, 201) if fault is None else await _gone_wrong(fault, message)

    async def listing(self) -> Response:
        if fault := self._faults.next("list", request.args.get("To", "")):
            return await _gone_wrong(fault)
        listed_until = datetime.now(UTC) - timedelta(seconds=self._account.list_lag_s)
        sender = request.args.get("From")
        found = [
            message
            for message in self._ledger.received(request.args.get("To"))
            if sender in {None, message.sender} and _in_days(message.at) and message.at <= listed_until
        ]
        # Twilio lists the newest first.
        found.reverse()
        size = min(max(request.args.get("PageSize", 50, type=int), 1), _LARGEST_PAGE)
        page = max(request.args.get("Page", 0, type=int), 0)
        filters = {name: value for name, value in request.args.items() if not name.startswith("Page")}
        return jsonify(page_json(request.path, filters, found, page=page, page_size=size))

    async def fetch(self, sid: str) -> Response:
        message = self._ledger.get(sid)
        return _refused(NOT_FOUND) if message is None else _resource(message, 200)

    async def redact(self, sid: str) -> Response:
        form = await request.form
        if fault := self._faults.next("redact", sid):
            return await _gone_wrong(fault)
        if self._ledger.get(sid) is not None and form.get("Body") != "":
            return _refused(NOT_REDACTABLE)
        message = self._ledger.redact(sid)
        return _refused(NOT_FOUND) if message is None else _resource(message, 200)

    async def delete(self, sid: str) -> Response:
        return Response(status=204) if self._ledger.remove(sid) else _refused(NOT_FOUND)

    async def received(self) -> Response:
        """For harnesses: what arrived, and when to the microsecond, which Twilio's own list does not tell."""
        return jsonify(
            messages=[received_json(message) for message in self._ledger.received(request.args.get("to"))],
            callbacks={"failed": self._callbacks.failed, "not_followed": self._callbacks.refused},
        )

    async def set_faults(self) -> Response:
        """For harnesses: from now on these faults, and none of those before (an empty list: none)."""
        try:
            self._faults.plan(await request.get_data(cache=False, as_text=True, parse_form_data=False))
        except InvalidFaults as error:
            return Response(str(error), status=400, content_type="text/plain")
        return await self.show_faults()

    async def show_faults(self) -> Response:
        """For harnesses: the faults that are set, and how often each has happened."""
        return jsonify(faults=self._faults.told())


def received_json(message: Received) -> dict[str, object]:
    """A message in the stand-in's own words: sid, to, from, body, status, at, and when each status came."""
    return {
        "sid": message.sid,
        "to": message.to,
        "from": message.sender,
        "body": message.body,
        "status": message.status,
        "at": message.at.isoformat(),
        "history": [[status, at.isoformat()] for status, at in message.history],
    }


async def _gone_wrong(fault: Fault, message: Received | None = None) -> Response:
    """The answer of a fault; a message that was taken all the same is answered only when it is merely slow."""
    await asyncio.sleep(fault.delay_s)
    if fault.http_status == 201 and message is not None:
        return _resource(message, 201)
    response = _refused(Refusal(fault.http_status, fault.code, "a fault that the stand-in was told to have"))
    if fault.retry_after:
        response.headers["Retry-After"] = fault.retry_after
    return response


async def _name(response: Response) -> Response:
    response.headers["X-Stand-In"] = "Antesala demonstration: not Twilio"
    return response


async def _unknown(_: Exception) -> Response:
    return _refused(NOT_FOUND)


def _in_days(at: datetime) -> bool:
    """Whether a message fits the filters `DateSent`, `DateSent<` (up to) and `DateSent>` (from), UTC days."""
    day = at.astimezone(UTC).date()
    on, until, since = (_day(request.args.get(name)) for name in ("DateSent", "DateSent<", "DateSent>"))
    return (on is None or day == on) and (until is None or day <= until) and (since is None or day >= since)


def _day(value: str | None) -> date | None:
    try:
        return datetime.fromisoformat(value).date() if value else None
    except ValueError:
        return None


def _resource(message: Received, http_status: int) -> Response:
    response = jsonify(message_json(message))
    response.status_code = http_status
    return response


def _refused(refusal: Refusal) -> Response:
    response = jsonify(refusal_json(refusal))
    response.status_code = refusal.http_status
    return response
