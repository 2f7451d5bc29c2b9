"""Twilio's side of a message: its form, and its signature made with Twilio's own library."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from twilio.request_validator import RequestValidator

from appliance.demo.handset import SIGNATURE_HEADER, WEBHOOK_PATH, Writing, webhook_form
from loadtest.stage.plan import ACCOUNT_SID, AUTH_TOKEN, HOSPITAL

TIMEOUT_S = 15.0
"""Twilio waits so long for an answer."""


@dataclass(frozen=True)
class Webhook:
    """What is posted; the same again for a repetition."""

    sid: str
    form: Mapping[str, str]
    headers: Mapping[str, str]


class Signer:
    """Makes webhooks for the gateways behind one address."""

    def __init__(self, url: str) -> None:
        self.url = url + WEBHOOK_PATH
        self._validator = RequestValidator(AUTH_TOKEN)

    def webhook(self, writing: Writing, sid: str | None = None) -> Webhook:
        """A new message's webhook; its sid is random unless it is given."""
        sid = sid or f"SM{secrets.token_hex(16)}"
        form = webhook_form(writing, sid=sid, account_sid=ACCOUNT_SID, recipient=HOSPITAL)
        return Webhook(sid, form, {SIGNATURE_HEADER: self._validator.compute_signature(self.url, form)})
