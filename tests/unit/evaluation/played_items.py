"""Played items made by hand, for the metrics and the report."""

from collections.abc import Sequence
from typing import Any

from appliance.conversation.outcome import Block, Outcome, Trace
from appliance.conversation.turn import Session
from appliance.evaluation.questions import Expected, Item, Said
from appliance.evaluation.run import Played


def played(
    expected: str,
    action: str,
    *,
    wants: Sequence[str] = (),
    said: Sequence[str] = (),
    id: str = "one",  # noqa: A002 - the contract's name
    lang: str = "en",
    reply_lang: str = "en",
    language: str = "en",
    last_language: str = "es",
    category: str = "fasting",
    confidence: float = 0.9,
    unsupported: Sequence[str] = (),
    latencies_s: Sequence[float] = (0.1,),
    **more: Any,
) -> Played:
    """An item that expects an action and statements, and what was decided on it instead."""
    return Played(
        item=Item(
            id=id,
            lang=lang,
            category=category,
            turns=more.get("turns", (Said(text="may I drink water?"),)),
            profile_name=more.get("profile_name"),
            expected=Expected(
                action=expected, reply_lang=reply_lang, statements=tuple(wants), note=more.get("note", "")
            ),
        ),
        outcome=Outcome(
            action=action,
            language=language,
            blocks=more.get("blocks", (Block("message", (action,), "A reply."),)),
            session=more.get("session", Session()),
            confidence=confidence,
            statements=tuple(said),
            trace=more.get("trace", Trace()),
        ),
        last_language=last_language,
        statements=tuple(said),
        unsupported=tuple(unsupported),
        latencies_s=tuple(latencies_s),
    )
