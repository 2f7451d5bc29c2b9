"""The plain words for why a message was decided as it was."""

from dataclasses import replace
from typing import get_args

import pytest

from appliance.conversation import Outcome, Session
from appliance.conversation.explain import explained
from appliance.conversation.outcome import ACTIONS, Block, Effect, Trace
from appliance.safety.verdict import SentenceVerdict


def outcome(action: str = "answer", trace: Trace | None = None) -> Outcome:
    block = Block("statement", ("fasting.solids",), "No food.")
    return Outcome(action, "en", (block,), Session(), trace=trace or Trace())


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_a_reason_in_words(action: str) -> None:
    reason = next(explained(outcome(action)))
    assert reason.endswith(".")
    assert "_" not in reason


@pytest.mark.parametrize("effect", get_args(Effect))
def test_what_happens_besides_the_reply_is_told(effect: Effect) -> None:
    *_, last = explained(replace(outcome("privacy_erase"), effects=frozenset({effect})))
    assert last.startswith("Besides the reply: ")
    assert "_" not in last


def test_the_reasons_come_in_the_order_of_the_story() -> None:
    trace = Trace(
        masked_kinds=("phone",),
        rule="chest (en): chest & pain",
        parts=(("may I eat?", "fasting.solids", 0.914), ("until when", "context.followup", 0.5)),
        scores=(("fasting.solids", 1.0), ("checkin.place", 0.5)),
        engine="a-model",
        verdicts=(
            SentenceVerdict("No food.", ("fasting.solids",), supported=True),
            SentenceVerdict(
                "Some food.",
                ("fasting.solids",),
                supported=False,
                reasons=("no such permission", "adds “Some”"),
            ),
        ),
    )
    assert list(explained(outcome(trace=trace))) == [
        "It is answered: the approved knowledge holds what was asked.",
        "Masked before anything else saw it: phone.",
        "The wording alone decides, before any model is asked. The rule that matched: chest (en): chest & pain.",
        "“may I eat?” is about fasting.solids (91% sure).",
        "“until when” asks on about what was said before (50% sure).",
        (
            "Nearest among the approved statements: fasting.solids (1.00), checkin.place (0.50). "
            "Only those asked for are sent."
        ),
        "A draft came from a-model.",
        "Its sentence “No food.” is supported by fasting.solids.",
        "Its sentence “Some food.” is refused: no such permission; adds “Some”.",
        "A draft is sent whole or not at all, so the approved wording is sent.",
        "Sent in English:",
        "  1. the approved statement fasting.solids, word for word",
    ]


def test_a_draft_that_is_sent_is_told() -> None:
    trace = Trace(
        engine="a-model",
        verdicts=(SentenceVerdict("No food.", ("fasting.solids",), supported=True),),
        wording="generated",
    )
    draft = (Block("message", ("disclosure",), "AI."), Block("draft", ("fasting.solids",), "No food."))
    assert list(explained(replace(outcome(trace=trace), blocks=draft)))[-4:] == [
        "Every sentence is supported, so the draft is sent.",
        "Sent in English:",
        "  1. the fixed text disclosure: that a machine is writing, at the first contact",
        "  2. the draft that rests on fasting.solids",
    ]


def test_an_engine_that_gave_nothing_is_told() -> None:
    trace = Trace(engine="no draft from the engine: deadline")
    told = "No draft came: no draft from the engine: deadline. The approved wording is sent."
    assert told in explained(outcome(trace=trace))


def test_silence_is_told() -> None:
    lines = list(explained(replace(outcome("opt_out"), blocks=())))
    assert lines[-1] == "Nothing is sent: the patient was already told how to come back."
