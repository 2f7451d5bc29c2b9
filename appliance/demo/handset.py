"""The patient's phone: posts what the patient writes to the gateway as a signed Twilio webhook, over HTTP."""

import json
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import aiohttp
import structlog
from twilio.request_validator import RequestValidator

from appliance.demo.addresses import Route
from appliance.errors import Temporary

WEBHOOK_PATH = "/webhooks/twilio/whatsapp"
SIGNATURE_HEADER = "X-Twilio-Signature"
MOST_SENDERS = 200
MOST_MESSAGES = 100
"""Of one sender; the oldest go first."""

Kind = Literal["text", "button", "location", "media", "voice"]
_log = structlog.get_logger(__name__)


class GatewayUnreachable(Temporary):
    """The gateway did not answer the webhook."""


@dataclass(frozen=True)
class Place:
    """A shared location: degrees, and a label or ""."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True)
class Writing:
    """What the patient sends.

    Attributes:
        sender: the patient's address, `whatsapp:…`.
        body: the text, or the caption of a file.
        media: the content type of an attached file, or "".
        button: the label of a pressed button, or "".
        location: a shared place.
    """

    sender: str
    body: str
    profile_name: str = ""
    media: str = ""
    button: str = ""
    location: Place | None = None

    @property
    def kind(self) -> Kind:
        """What WhatsApp would call it."""
        if self.button:
            return "button"
        if self.location:
            return "location"
        if self.media:
            return "voice" if self.media.startswith("audio/") else "media"
        return "text"


@dataclass(frozen=True)
class Posted:
    """A webhook that was posted, when (UTC), and the HTTP status that the gateway answered with."""

    sid: str
    writing: Writing
    at: datetime
    webhook_status: int


class Handset:
    """Signs with Twilio's own code: the gateway's check meets something that this project did not write."""

    def __init__(
        self,
        client: aiohttp.ClientSession,
        route: Route,
        *,
        account_sid: str,
        auth_token: str,
        recipient: str,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._client = client
        self._route = route
        self._account_sid = account_sid
        self._validator = RequestValidator(auth_token)
        self._recipient = recipient
        self._changed = changed
        self._posted: OrderedDict[str, deque[Posted]] = OrderedDict()

    async def send(self, writing: Writing) -> Posted:
        """Post the webhook.

        Raises:
            GatewayUnreachable: there was no answer; whether it was taken is not known.
        """
        sid = f"{'MM' if writing.media else 'SM'}{secrets.token_hex(16)}"
        form = webhook_form(writing, sid=sid, account_sid=self._account_sid, recipient=self._recipient)
        url = self._route.signed_for(WEBHOOK_PATH)
        signature = self._validator.compute_signature(url, form)
        at = datetime.now(UTC)
        try:
            async with self._client.post(
                self._route.reached_at(url), data=form, headers={SIGNATURE_HEADER: signature}
            ) as answer:
                posted = Posted(sid, writing, at, answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise GatewayUnreachable(
                f"the gateway did not answer the webhook: {type(error).__name__}"
            ) from error
        if not answer.ok:
            _log.warning("phone.webhook_refused", status=answer.status)
        self._keep(posted)
        return posted

    def posted(self, sender: str) -> tuple[Posted, ...]:
        """What a sender's phone posted, the oldest first."""
        return tuple(self._posted.get(sender, ()))

    def _keep(self, posted: Posted) -> None:
        sender = posted.writing.sender
        self._posted.setdefault(sender, deque(maxlen=MOST_MESSAGES)).append(posted)
        self._posted.move_to_end(sender)
        while len(self._posted) > MOST_SENDERS:
            self._posted.popitem(last=False)
        self._changed()


def webhook_form(writing: Writing, *, sid: str, account_sid: str, recipient: str) -> Mapping[str, str]:
    """The fields of Twilio's webhook for a WhatsApp message (its documentation of 2026-11)."""
    form = {
        "ApiVersion": "2010-04-01",
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": account_sid,
        "SmsStatus": "received",
        "From": writing.sender,
        "To": recipient,
        "Body": writing.button or writing.body,
        "NumMedia": "1" if writing.media else "0",
        "NumSegments": "1",
        "ProfileName": writing.profile_name,
        "WaId": writing.sender.removeprefix("whatsapp:").removeprefix("+"),
        "ChannelMetadata": json.dumps({"type": "whatsapp", "data": {}}),
        "MessageType": _MESSAGE_TYPES.get(writing.kind) or writing.media.partition("/")[0],
    }
    if writing.media:
        resource = f"2010-04-01/Accounts/{account_sid}/Messages/{sid}/Media/ME{secrets.token_hex(16)}"
        form |= {"MediaUrl0": f"https://api.twilio.com/{resource}", "MediaContentType0": writing.media}
    if writing.button:
        form |= {"ButtonText": writing.button, "ButtonPayload": writing.button}
    if writing.location:
        form |= {
            "Latitude": str(writing.location.latitude),
            "Longitude": str(writing.location.longitude),
            "Label": writing.location.label,
        }
    return form


# A file's type is the first word of its content type: image, audio, video …
_MESSAGE_TYPES: Mapping[Kind, str] = {"text": "text", "button": "button", "location": "location"}
