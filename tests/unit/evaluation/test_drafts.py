"""What became of the drafts: counted by what was sent, refused and why, and what did not come."""

from played_items import played

from appliance.conversation.outcome import Trace
from appliance.evaluation.drafts import Drafts, drafts_of
from appliance.evaluation.metrics import document
from appliance.evaluation.run import Played
from appliance.safety.verdict import SentenceVerdict

GOOD = SentenceVerdict("No food.", ("fasting.solids",), supported=True)


def with_trace(**trace: object) -> Played:
    return played("answer", "answer", trace=Trace(**trace))  # type: ignore[arg-type]


def bad(*reasons: str) -> SentenceVerdict:
    return SentenceVerdict("Milk.", ("fasting.solids",), supported=False, reasons=reasons)


def test_every_draft_is_counted_once() -> None:
    items = [
        with_trace(),
        with_trace(engine="m", verdicts=(GOOD,), wording="generated"),
        with_trace(engine="m", verdicts=(GOOD, bad("adds “Milk”", "leaves out “food”"))),
        with_trace(engine="m", verdicts=(bad("adds “Tea”"),)),
        with_trace(engine="m, which left out fasting.solids", verdicts=(GOOD,)),
        with_trace(engine="no draft from the engine: deadline: no answer", engine_failure="deadline"),
    ]
    assert drafts_of(items) == Drafts(5, 1, {"adds …": 2, "leaves out a statement": 1}, {"deadline": 1})
    assert document(items)["drafts"] == {
        "asked": 5,
        "sent": 1,
        "refused": {"adds …": 2, "leaves out a statement": 1},
        "none": {"deadline": 1},
    }
