"""What Twilio's status callbacks say about a reply, and which of two statuses is further on.

Callbacks come late, twice, and in any order, and carry no time: the order of the statuses is all there is.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from appliance.channel.inbound import first_values
from appliance.errors import InvalidWebhook

_REQUIRED = ("MessageSid", "MessageStatus")
# The statuses of an outgoing message (Twilio's REST API, resource Message). Failure is possible until
# delivery, and is final.
_RANKS = {
    "accepted": 1, "scheduled": 1, "queued": 2, "sending": 3, "sent": 4,
    "failed": 5, "undelivered": 5, "canceled": 5,
    "partially_delivered": 6, "delivered": 7, "read": 8,
}  # fmt: skip
_CODE = re.compile(r"[0-9]{1,9}")
_FINAL = frozenset({"failed", "undelivered", "canceled", "read"})


@dataclass(frozen=True)
class StatusUpdate:
    """One callback.

    Attributes:
        sid: Twilio's id of the reply.
        status: as Twilio writes it; may be one that is not known here.
        error_code: why it failed, 63016 for instance; None when it did not, or no code was given.
    """

    sid: str
    status: str
    error_code: int | None = None


def status_update(params: Iterable[tuple[str, str]]) -> StatusUpdate:
    """The update in a callback's form. Twilio's error text is left out: it may quote an address.

    Raises:
        InvalidWebhook: MessageSid or MessageStatus is absent or blank.
    """
    fields = first_values(params)
    if missing := tuple(name for name in _REQUIRED if not fields.get(name, "").strip()):
        raise InvalidWebhook(missing)
    return StatusUpdate(
        sid=fields["MessageSid"],
        status=fields["MessageStatus"].lower(),
        error_code=int(code) if _CODE.fullmatch(code := fields.get("ErrorCode", "")) else None,
    )


def rank(status: str) -> int:
    """How far on a status is, from 1 (accepted) to 8 (read); 0 for one that is not known."""
    return _RANKS.get(status, 0)


def is_final(status: str) -> bool:
    """Whether nothing can come after it."""
    return status in _FINAL


def is_forward(old: str | None, new: str) -> bool:
    """Whether `new` replaces `old` (None: nothing is known yet)."""
    if old is None:
        return rank(new) > 0
    return not is_final(old) and rank(new) > rank(old)
