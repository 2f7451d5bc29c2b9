"""A conversation as the demo page shows it: both sides' bubbles, each with the turn it belongs to. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from appliance.demo.engine_sign import EngineSign
from appliance.demo.handset import Posted
from appliance.demo.standin import Received
from appliance.demo.traces import Seen, seen_json


def conversation_json(
    posted: Sequence[Posted], received: Iterable[Received], seen: Sequence[Seen], engine: EngineSign
) -> dict[str, object]:
    """All that the page needs in one value: a page that lost its connection simply takes the next one."""
    return {
        "engine": {"state": engine.state, "detail": engine.detail},
        "written": [
            {
                "sid": one.sid,
                "kind": one.writing.kind,
                "body": one.writing.button or one.writing.body,
                "at": one.at.isoformat(),
                "webhook_status": one.webhook_status,
                "turn": _answered_by(one.at, seen),
            }
            for one in posted
        ],
        "replies": [
            {
                "sid": message.sid,
                "body": message.body,
                "at": message.at.isoformat(),
                "status": message.status,
                "history": [[status, at.isoformat()] for status, at in message.history],
                "turn": _led_to(message, seen),
            }
            for message in received
        ],
        "turns": [seen_json(one) for one in seen],
    }


def _answered_by(written_at: datetime, seen: Sequence[Seen]) -> int | None:
    """The turn that a message of the patient was taken into: the first whose last message came no earlier."""
    return next((one.number for one in seen if one.turn.at >= written_at), None)


def _led_to(message: Received, seen: Sequence[Seen]) -> int | None:
    """The newest turn before the message whose reply contains it; a reply may go out in several parts."""
    body = message.body.strip()
    earlier = [one for one in reversed(seen) if one.at <= message.at]
    return next((one.number for one in earlier if body in one.outcome.reply), None)
