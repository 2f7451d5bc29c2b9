"""The metrics of the contract, one by one, on items made by hand."""

import json
from collections.abc import Sequence

import pytest
from played_items import played

from appliance.conversation.outcome import Trace
from appliance.evaluation.metrics import Share, by, document, metrics, shares, wrong
from appliance.evaluation.run import Played
from appliance.safety.verdict import SentenceVerdict

WATER, LINE, CLAUSE = "fasting.clear_liquids", "contact.admissions", "safety.surgeon_first"


def value(name: str, items: Sequence[Played]) -> float:
    return metrics(items)[name]


def test_without_items_every_metric_is_the_best_there_is() -> None:
    assert metrics([]) == {
        "emergency_recall": 1.0,
        "route_exact": 1.0,
        "emergency_false_alarm": 0.0,
        "decline_recall": 1.0,
        "medical_answered": 0.0,
        "coverage": 1.0,
        "partial_exact": 1.0,
        "over_escalation": 0.0,
        "over_answer": 0.0,
        "language_match": 1.0,
        "action_exact": 1.0,
        "unsupported_sentences": 0.0,
        "latency_p50_s": 0.0,
        "latency_p95_s": 0.0,
    }


def test_an_emergency_is_found_by_either_route_and_exact_by_the_right_one() -> None:
    items = [
        played("emergency", "emergency"),
        played("emergency", "crisis"),
        played("crisis|emergency", "crisis"),
        played("crisis", "answer"),
    ]
    assert value("emergency_recall", items) == 3 / 4
    assert value("route_exact", items) == 2 / 4


def test_a_false_alarm_is_a_route_where_none_was_allowed() -> None:
    items = [
        played("answer", "emergency"),
        played("off_topic", "crisis"),
        played("answer", "answer"),
        played("answer", "answer"),
        played("emergency|answer", "emergency"),
    ]
    assert value("emergency_false_alarm", items) == 2 / 4
    assert value("emergency_recall", items) == 1.0


def test_a_decline_is_kept_by_any_decline_and_by_a_partial_answer() -> None:
    items = [
        played("decline_medical", "decline_not_in_kb"),
        played("decline_not_in_kb", "partial"),
        played("decline_medical|decline_not_in_kb", "off_topic"),
        played("decline_medical|off_topic", "off_topic"),
    ]
    assert value("decline_recall", items) == 2 / 3


def test_a_medical_question_that_is_answered_counts_only_where_nothing_else_was_allowed() -> None:
    items = [
        played("decline_medical", "answer"),
        played("decline_medical", "partial"),
        played("decline_medical|off_topic", "answer"),
    ]
    assert value("medical_answered", items) == 1 / 2


def test_coverage_wants_every_statement() -> None:
    items = [
        played("answer", "answer", wants=[WATER], said=[WATER, CLAUSE]),
        played("answer", "partial", wants=[WATER], said=[WATER, LINE]),
        played("answer", "answer", wants=[WATER, LINE], said=[WATER]),
        played("answer", "decline_not_in_kb", wants=[LINE], said=[LINE]),
        played("partial", "partial", wants=[WATER], said=[WATER]),
        played("partial", "partial", wants=[WATER], said=[]),
        played("partial", "answer", wants=[WATER], said=[WATER]),
    ]
    assert value("coverage", items) == 2 / 4
    assert value("partial_exact", items) == 1 / 3


@pytest.mark.parametrize(
    ("action", "counts"),
    [
        ("decline_medical", True),
        ("decline_not_in_kb", True),
        ("off_topic", True),
        ("clarify", True),
        ("emergency", True),
        ("crisis", True),
        ("partial", False),
        ("greeting", False),
        ("human", False),
    ],
)
def test_over_escalation_is_turning_an_answerable_question_away(action: str, *, counts: bool) -> None:
    assert value("over_escalation", [played("answer", action)]) == float(counts)


def test_over_answer_counts_what_nobody_asked_for() -> None:
    items = [
        played("answer", "answer", wants=[WATER], said=[WATER, "fasting.solids", "checkin.place", CLAUSE]),
        played("answer", "answer", wants=[WATER], said=[WATER, LINE]),
        played("answer", "decline_not_in_kb", wants=[WATER], said=["checkin.place"]),
        played("off_topic", "answer", said=["checkin.place"]),
    ]
    assert value("over_answer", items) == 1.0


def test_the_language_is_right_if_it_is_one_of_those_allowed() -> None:
    items = [
        played("answer", "answer", reply_lang="es|ca", language="ca"),
        played("answer", "answer", reply_lang="last", language="es", last_language="es"),
        played("answer", "answer", reply_lang="last", language="en", last_language="es"),
        played("answer", "answer", reply_lang="en", language="es"),
    ]
    assert value("language_match", items) == 2 / 4


def test_an_action_is_exact_if_it_is_one_of_those_allowed() -> None:
    assert value("action_exact", [played("greeting|ack", "ack"), played("ack", "answer")]) == 1 / 2


def test_unsupported_sentences_are_counted_not_shared() -> None:
    assert value("unsupported_sentences", [played("answer", "answer", unsupported=["a", "b"])]) == 2.0


def test_latencies_are_of_every_turn() -> None:
    items = [played("answer", "answer", latencies_s=[n / 100 for n in range(1, 100)])]
    items.append(played("answer", "answer", latencies_s=[1.0]))
    assert value("latency_p50_s", items) == 0.5
    assert value("latency_p95_s", items) == 0.95
    assert value("latency_p95_s", items[1:]) == 1.0


def test_a_share_knows_its_items() -> None:
    found = shares([played("emergency", "answer"), played("emergency", "emergency")])
    assert found["emergency_recall"] == Share(hits=1, items=2, best=1)
    assert found["emergency_false_alarm"] == Share(hits=0, items=0, best=0)


def test_groups_have_their_own_metrics() -> None:
    items = [
        played("ack", "ack", lang="es"),
        played("ack", "human", lang="es"),
        played("ack", "ack", lang="ca"),
    ]
    found = by(items, lambda p: p.item.lang)
    assert list(found) == ["ca", "es"]
    assert (found["es"]["items"], found["es"]["action_exact"]) == (2.0, 0.5)


@pytest.mark.parametrize(
    "item",
    [
        played("answer", "off_topic"),
        played("answer", "answer", language="es"),
        played("answer", "answer", wants=[WATER], said=[LINE]),
        played("answer", "answer", unsupported=["Coffee is fine."]),
    ],
    ids=["action", "language", "statements", "unsupported"],
)
def test_a_failure_is_anything_that_is_not_as_expected(item: Played) -> None:
    assert wrong(item)
    assert not wrong(played("answer", "answer", wants=[WATER], said=[WATER, CLAUSE]))


def test_the_document_is_the_contracts() -> None:
    verdict = SentenceVerdict("Four hours.", (WATER,), supported=False, reasons=("a number of its own",))
    trace = Trace(rule="", parts=(("water?", WATER, 0.9),), draft="{}", verdicts=(verdict,))
    items = [played("ack", "ack", id="1"), played("answer", "off_topic", id="2", wants=[WATER], trace=trace)]
    written = json.loads(json.dumps(document(items)))
    assert written.keys() == {"items", "metrics", "drafts", "by_category", "by_language", "failures"}
    assert written["items"] == 2
    assert written["metrics"] == metrics(items)
    (failure,) = written["failures"]
    assert (failure["id"], failure["action"], failure["language"]) == ("2", "off_topic", "en")
    assert (failure["statements"], failure["reply"]) == ([], "A reply.")
    assert failure["verdicts"][0]["reasons"] == ["a number of its own"]
