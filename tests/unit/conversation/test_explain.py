"""The plain words for why a message was decided as it was."""

from appliance.conversation import Outcome, Session
from appliance.conversation.explain import explained
from appliance.conversation.outcome import ACTIONS, Block, Trace
from appliance.safety.verdict import SentenceVerdict


def outcome(action: str = "answer", trace: Trace | None = None) -> Outcome:
    block = Block("statement", ("fasting.solids",), "No food.")
    return Outcome(action, "en", (block,), Session(), trace=trace or Trace())


def test_every_action_has_a_reason_in_words() -> None:
    for action in ACTIONS:
        reason = next(explained(outcome(action)))
        assert reason.endswith(".")
        assert "_" not in reason


def test_the_reasons_come_in_the_order_of_the_story() -> None:
    trace = Trace(
        masked_kinds=("phone",),
        rule="chest (en): chest & pain",
        parts=(("may I eat?", "fasting.solids", 0.914),),
        scores=(("fasting.solids", 1.0), ("checkin.place", 0.5)),
        engine="a-model",
        verdicts=(
            SentenceVerdict("No food.", ("fasting.solids",), supported=True),
            SentenceVerdict(
                "Some food.", ("fasting.solids",), supported=False, reasons=("no such permission",)
            ),
        ),
    )
    assert list(explained(outcome(trace=trace))) == [
        "It is answered: the knowledge holds what was asked.",
        "Masked before anything else saw it: phone.",
        "An emergency rule matched: chest (en): chest & pain.",
        "“may I eat?” reads as fasting.solids, 91% sure.",
        "The nearest approved statements are fasting.solids 1.00, checkin.place 0.50.",
        "The model's sentence “No food.” is supported by fasting.solids.",
        "The model's sentence “Some food.” is not sent: no such permission.",
        "statement fasting.solids is sent.",
    ]


def test_an_engine_that_gave_nothing_is_told() -> None:
    trace = Trace(engine="no draft from the engine: deadline")
    assert "The model gave nothing: no draft from the engine: deadline." in explained(outcome(trace=trace))
