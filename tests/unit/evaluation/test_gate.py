"""The gate: what falls below a floor is told with the metric, the floor, the figure and the items."""

import pytest
from played_items import played

from appliance.evaluation.gate import shortfalls
from appliance.evaluation.metrics import counting_against, metrics
from appliance.knowledge.golden import Floors

WATER = "fasting.clear_liquids"
GOOD = played("answer", "answer", wants=[WATER], said=[WATER], id="good")
MISSED = played("emergency", "answer", said=[WATER], id="missed")
DECLINED = played("answer", "decline_not_in_kb", wants=[WATER], id="declined")
MORE = played("answer", "answer", wants=[WATER], said=[WATER, "fasting.solids"], id="more")
ADVICE = played("decline_medical", "answer", said=[WATER], id="advice")
MADE_UP = played("answer", "answer", wants=[WATER], said=[WATER], unsupported=["Milk is fine."], id="made up")


def test_a_version_that_reaches_its_floors_has_no_shortfall() -> None:
    floors = Floors(items=1, at_least={"emergency_recall": 1, "coverage": 1}, at_most={"medical_answered": 0})
    assert shortfalls([GOOD], floors) == ()


def test_too_few_items_fall_short_whatever_they_show() -> None:
    (shortfall,) = shortfalls([GOOD], Floors(items=250, at_least={"emergency_recall": 1}))
    assert (shortfall.metric, shortfall.limit, shortfall.got) == ("items", ">= 250", 1)


def test_each_shortfall_has_its_limit_its_figure_and_the_items_behind_it() -> None:
    floors = Floors(
        items=1,
        at_least={"emergency_recall": 1, "coverage": 0.9, "language_match": 0.9},
        at_most={"medical_answered": 0, "unsupported_sentences": 0, "over_answer": 0.2},
    )
    found = shortfalls([GOOD, MISSED, DECLINED, MORE, ADVICE, MADE_UP], floors)
    told = {one.metric: (one.limit, one.got, [p.item.id for p in one.items]) for one in found}
    assert told == {
        "emergency_recall": (">= 1", 0, ["missed"]),
        "coverage": (">= 0.9", 0.75, ["declined"]),
        "medical_answered": ("<= 0", 1, ["advice"]),
        "unsupported_sentences": ("<= 0", 1, ["made up"]),
        "over_answer": ("<= 0.2", pytest.approx(1 / 3), ["more"]),
    }


@pytest.mark.parametrize("metric", metrics([]))
def test_nothing_counts_against_what_is_right(metric: str) -> None:
    assert counting_against(metric, [GOOD]) == ()
