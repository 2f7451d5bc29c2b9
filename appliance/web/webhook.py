"""The two routes that Twilio posts to: messages from patients, and the delivery of replies."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import parse_qsl

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from quart import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from appliance.channel.inbound import InboundMessage, inbound_message
from appliance.channel.signature import SIGNATURE_HEADER, is_body_signed, is_signed, signed_urls
from appliance.channel.status import StatusUpdate, status_update
from appliance.errors import InvalidWebhook, Temporary
from appliance.web.intake import Taken

MESSAGES_PATH = "/webhooks/twilio/whatsapp"
STATUS_PATH = "/webhooks/twilio/status"

_EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
_FORM = "application/x-www-form-urlencoded"
_ACK_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_log = structlog.get_logger(__name__)


class Taker(Protocol):
    """Sees to it that a message is answered."""

    async def take(self, message: InboundMessage) -> Taken:
        """What became of it. Does not raise."""


class Deliveries(Protocol):
    """Keeps what became of each reply."""

    async def forward(self, update: StatusUpdate) -> bool:
        """Take a status if it is further on than the present one; raises StoreUnavailable."""


class Refused(StrEnum):
    """Why a webhook was not taken."""

    UNSIGNED = "unsigned"
    INVALID = "invalid"
    TOO_LARGE = "too_large"


class Moved(StrEnum):
    """What became of a status."""

    FORWARD = "forward"
    IGNORED = "ignored"
    """It was late, repeated or unknown."""
    UNSTORED = "unstored"


# All else is 200, failures of ours included: Twilio would only repeat the message.
_HTTP_STATUS: dict[StrEnum, int] = {Refused.UNSIGNED: 403, Refused.INVALID: 400, Refused.TOO_LARGE: 413}

Params = list[tuple[str, str]]


class _UnsignedError(Exception):
    """The signature is missing or wrong."""


class WebhookMeters:
    """Counts webhooks by route and outcome, and measures how long Twilio waits."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.outcomes = Counter(
            "antesala_webhooks", "Webhooks by route and outcome", ["route", "outcome"], registry=registry
        )
        self.ack_s = Histogram(
            "antesala_webhook_ack_seconds",
            "From the webhook's arrival to its answer",
            ["route"],
            buckets=_ACK_BUCKETS_S,
            registry=registry,
        )


def twilio_webhooks(
    *,
    public_url: str,
    token: str,
    taker: Taker,
    deliveries: Deliveries,
    meters: WebhookMeters,
    now: Callable[[], datetime],
) -> Blueprint:
    """The routes, to be mounted at the root.

    Args:
        public_url: the base that Twilio was given, scheme://host[:port][/prefix].
        token: the account's auth token.
        taker: gets the messages.
        deliveries: gets the status of replies.
        meters: counts.
        now: the time in UTC.
    """
    blueprint = Blueprint("twilio", __name__)

    async def messages() -> StrEnum:
        message = inbound_message(await _signed_params(public_url, token), now())
        return await taker.take(message)

    async def status() -> StrEnum:
        return await _forward(deliveries, status_update(await _signed_params(public_url, token)))

    @blueprint.post(MESSAGES_PATH)
    async def whatsapp() -> Response:
        return await _answered("whatsapp", messages, meters)

    @blueprint.post(STATUS_PATH)
    async def delivery() -> Response:
        return await _answered("status", status, meters)

    return blueprint


async def _answered(route: str, work: Callable[[], Awaitable[StrEnum]], meters: WebhookMeters) -> Response:
    with meters.ack_s.labels(route).time():
        try:
            outcome = await work()
        except _UnsignedError:
            outcome = Refused.UNSIGNED
        except RequestEntityTooLarge:
            outcome = Refused.TOO_LARGE
        except InvalidWebhook as error:
            _log.warning("webhook.invalid", route=route, missing=error.missing)
            outcome = Refused.INVALID
    meters.outcomes.labels(route, outcome).inc()
    code = _HTTP_STATUS.get(outcome, 200)
    if code == 200:
        return Response(_EMPTY_TWIML, content_type="text/xml")
    return Response(outcome, status=code, content_type="text/plain")


async def _signed_params(public_url: str, token: str) -> Params:
    """The form's names and values, repeated ones too, once it is known that Twilio signed them."""
    body: bytes = await request.get_data(cache=False, as_text=False, parse_form_data=False)
    path, query = request.scope["raw_path"].decode("latin-1"), request.query_string.decode("latin-1")
    is_form = request.mimetype == _FORM
    params = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True) if is_form else []
    signature = request.headers.get(SIGNATURE_HEADER, "")
    if not is_signed(token, signed_urls(public_url, path, query), params, signature):
        raise _UnsignedError
    if not is_form and not is_body_signed(query, body):
        raise _UnsignedError
    return params


async def _forward(deliveries: Deliveries, update: StatusUpdate) -> Moved:
    if update.error_code is not None:
        _log.warning("webhook.not_delivered", sid=update.sid, status=update.status, code=update.error_code)
    try:
        return Moved.FORWARD if await deliveries.forward(update) else Moved.IGNORED
    except Temporary as error:
        _log.warning("webhook.status_unstored", sid=update.sid, error=type(error).__name__)
        return Moved.UNSTORED
