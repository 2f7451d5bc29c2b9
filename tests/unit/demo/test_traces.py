"""The log of turns: newest kept, old ones dropped, and nothing unmasked in what the page gets."""

import json

from appliance.conversation.outcome import Block, Outcome, Trace
from appliance.conversation.turn import Session, Turn
from appliance.demo.traces import MOST_SENDERS, MOST_TURNS, TraceLog, seen_json
from appliance.safety.verdict import SentenceVerdict

PATIENT = "whatsapp:+12025550101"


def outcome(masked: str = "may I drink? <PHONE>") -> Outcome:
    return Outcome(
        action="answer",
        language="en",
        blocks=(Block("statement", ("fasting.clear_liquids",), "Water is allowed."),),
        session=Session(),
        confidence=0.91,
        statements=("fasting.clear_liquids",),
        trace=Trace(
            masked=masked,
            masked_kinds=("PHONE",),
            parts=(("may I drink?", "fasting.clear_liquids", 0.91),),
            scores=(("fasting.clear_liquids", 0.8),),
            draft="{}",
            engine="a model",
            verdicts=(SentenceVerdict("No.", ("fasting.solids",), supported=False, reasons=("says no",)),),
            timings_s={"scope": 0.02},
        ),
    )


def test_turns_are_kept_by_sender_in_order_and_numbered() -> None:
    log = TraceLog()
    log.seen(PATIENT, Turn("1"), outcome(), "a")
    log.seen("whatsapp:US.ABC", Turn("2"), outcome(), "b")
    log.seen(PATIENT, Turn("3"), outcome(), "c")
    assert [(seen.number, seen.record_hash) for seen in log.of(PATIENT)] == [(1, "a"), (3, "c")]
    assert log.of("whatsapp:+12025550109") == ()


def test_only_the_newest_turns_and_senders_are_kept() -> None:
    log = TraceLog()
    for number in range(MOST_TURNS + 1):
        log.seen(PATIENT, Turn(str(number)), outcome(), "")
    assert len(log.of(PATIENT)) == MOST_TURNS
    assert log.of(PATIENT)[0].turn.text == "1"
    for number in range(MOST_SENDERS):
        log.seen(f"whatsapp:US.{number}", Turn(""), outcome(), "")
    assert log.of(PATIENT) == ()


def test_the_page_gets_the_masked_text_and_never_the_turn_itself() -> None:
    log = TraceLog()
    log.seen(PATIENT, Turn("may I drink? 600 111 222", profile_name="Emma"), outcome(), "cafe")
    (seen,) = log.of(PATIENT)
    told = seen_json(seen)
    assert told["masked"] == "may I drink? <PHONE>"
    assert told["record_hash"] == "cafe"
    assert told["verdicts"] == [
        {"text": "No.", "cited": ["fasting.solids"], "supported": False, "reasons": ["says no"]}
    ]
    assert "600 111 222" not in json.dumps(told)


def test_a_change_is_told() -> None:
    changes: list[str] = []
    TraceLog(changed=lambda: changes.append("turn")).seen(PATIENT, Turn(""), outcome(), "")
    assert changes == ["turn"]
