"""What Twilio refuses when a message is created, and the code and words that it refuses with.

Source of the codes: https://www.twilio.com/docs/api/errors. Pure.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

MOST_UNITS = 1600
"""The longest body, in UTF-16 units: an emoji counts two."""

_ADDRESS = re.compile(r"(whatsapp:)?(\+[1-9]\d{1,14}|[A-Z]{2}\.[A-Za-z0-9.]+)")


@dataclass(frozen=True)
class Refusal:
    """An error of the REST API: the HTTP status, Twilio's code, and its text."""

    http_status: int
    code: int
    message: str


UNAUTHENTICATED = Refusal(401, 20003, "Authenticate")
NOT_FOUND = Refusal(404, 20404, "The requested resource was not found")
NOT_REDACTABLE = Refusal(400, 20001, "Only an empty Body is taken: a message can be redacted, not rewritten")


def refusal_of(form: Mapping[str, str], senders: Collection[str]) -> Refusal | None:
    """Why a message is not taken, or None.

    Args:
        form: the fields of the request.
        senders: the addresses that the account may send from; empty: any.
    """
    to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    has_content = body or form.get("MediaUrl") or form.get("ContentSid")
    checks = (
        (to, 21604, "A 'To' phone number is required."),
        (_ADDRESS.fullmatch(to), 21211, f"The 'To' number {to} is not a valid phone number."),
        (sender or form.get("MessagingServiceSid"), 21603, "A 'From' phone number is required."),
        (has_content, 21619, "A text message body or media urls must be specified."),
        (_units(body) <= MOST_UNITS, 21617, "The concatenated message body exceeds the 1600 character limit"),
        (
            not sender or not senders or sender in senders,
            63007,
            "Twilio could not find a Channel with the specified From address",
        ),
        (
            not sender or to.startswith("whatsapp:") == sender.startswith("whatsapp:"),
            63003,
            "Twilio could not find a Channel with the specified To address",
        ),
    )
    return next((Refusal(400, code, text) for fits, code, text in checks if not fits), None)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
