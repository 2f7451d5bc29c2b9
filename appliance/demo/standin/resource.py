"""Messages and errors as the JSON of Twilio's REST API (its OpenAPI document, version 2010-04-01). Pure."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlencode

from appliance.demo.standin.ledger import Received
from appliance.demo.standin.refusals import Refusal

_SEGMENT_UNITS = 160


def message_json(message: Received) -> dict[str, object]:
    """The resource `api.v2010.account.message`."""
    uri = f"/2010-04-01/Accounts/{message.account_sid}/Messages/{message.sid}"
    sent_at = next((at for status, at in message.history if status == "sent"), None)
    return {
        "account_sid": message.account_sid,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": _rfc_2822(message.at),
        "date_sent": _rfc_2822(sent_at) if sent_at else None,
        "date_updated": _rfc_2822(message.updated_at),
        "direction": message.direction,
        "error_code": None,
        "error_message": None,
        "from": message.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(max(1, math.ceil(len(message.body) / _SEGMENT_UNITS))),
        "price": None,
        "price_unit": None,
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def page_json(
    path: str, filters: Mapping[str, str], found: Sequence[Received], *, page: int, page_size: int
) -> dict[str, object]:
    """One page of a list, with the paths of its neighbours, in which the list's filters stay."""
    start = page * page_size
    shown = found[start : start + page_size]

    def uri(number: int) -> str:
        return f"{path}?{urlencode({**filters, 'PageSize': page_size, 'Page': number})}"

    return {
        "messages": [message_json(message) for message in shown],
        "start": start,
        "end": start + max(0, len(shown) - 1),
        "page": page,
        "page_size": page_size,
        "first_page_uri": uri(0),
        "previous_page_uri": uri(page - 1) if page else None,
        "next_page_uri": uri(page + 1) if start + page_size < len(found) else None,
        "uri": uri(page),
    }


def refusal_json(refusal: Refusal) -> dict[str, object]:
    """An error's body."""
    return {
        "code": refusal.code,
        "message": refusal.message,
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.http_status,
    }


def _rfc_2822(at: datetime) -> str:
    return format_datetime(at.replace(microsecond=0))
