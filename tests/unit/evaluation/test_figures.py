"""The figures of the report: the claim that a share allows, the matrix, and the risk-coverage curve."""

import pytest
from played_items import played

from appliance.conversation.outcome import Trace
from appliance.evaluation.chart import risk_chart
from appliance.evaluation.figures import (
    RiskPoint,
    bound,
    confusion,
    expected_action,
    groups,
    risk_coverage,
    step_medians_s,
)
from appliance.evaluation.metrics import Share

# Six answers, the less sure the more of them wrong; two items that are not answered.
GIVEN = [
    played("answer", "answer", confidence=0.9),
    played("answer", "answer", confidence=0.9),
    played("answer", "partial", confidence=0.7),
    played("answer", "answer", confidence=0.6),
    played("answer", "answer", wants=["fasting.solids"], confidence=0.5),
    played("answer", "answer", unsupported=["Coffee."], confidence=0.4),
    played("emergency", "emergency", confidence=1.0),
    played("answer", "off_topic", confidence=0.3),
]


@pytest.mark.parametrize(
    ("share", "claim"),
    [
        # Zero failures needed to claim a rate below, one-sided exact 95 %: 59 items for 5 %, 299 for 1 %.
        (Share(0, 59, best=0), 0.05),
        (Share(0, 299, best=0), 0.01),
        (Share(59, 59, best=1), 0.95),
        (Share(299, 299, best=1), 0.99),
        (Share(0, 10, best=1), 0.0),
        (Share(10, 10, best=0), 1.0),
        (Share(45, 50, best=1), 0.801),
    ],
)
def test_the_claim_is_the_exact_one(share: Share, claim: float) -> None:
    assert bound(share) == pytest.approx(claim, abs=0.001)


def test_the_matrix_has_a_row_for_what_was_expected_and_a_column_for_what_was_decided() -> None:
    found = confusion(
        [
            played("answer", "answer"),
            played("answer", "answer"),
            played("answer", "off_topic"),
            played("off_topic", "clarify"),
            played("answer|ack", "ack"),
        ]
    )
    assert found.predicted == ("answer", "off_topic", "ack", "clarify")
    assert [row[0].expected for row in found.rows] == ["answer", "off_topic", "ack"]
    first = found.rows[0]
    assert [(cell.count, cell.heat) for cell in first] == [(2, 2 / 3), (1, 1 / 3), (0, 0), (0, 0)]
    assert [cell.right for cell in first] == [True, False, False, False]


def test_an_item_with_several_right_actions_counts_as_the_decided_one() -> None:
    assert expected_action(played("crisis|emergency", "crisis")) == "crisis"
    assert expected_action(played("crisis|emergency", "answer")) == "emergency"


def test_the_curve_has_a_point_for_each_confidence() -> None:
    assert risk_coverage(GIVEN) == (
        RiskPoint(0.9, 2 / 8, 0.0),
        RiskPoint(0.7, 3 / 8, 1 / 3),
        RiskPoint(0.6, 4 / 8, 1 / 4),
        RiskPoint(0.5, 5 / 8, 2 / 5),
        RiskPoint(0.4, 6 / 8, 3 / 6),
    )


def test_without_answers_there_is_no_curve() -> None:
    assert risk_coverage([played("off_topic", "off_topic")]) == ()
    assert risk_chart([]) is None


def test_the_chart_stays_inside_its_frame() -> None:
    chart = risk_chart(GIVEN)
    assert chart is not None
    for mark in (*chart.marks, *chart.thresholds, *chart.x_ticks, *chart.y_ticks):
        assert chart.frame.left <= mark.x <= chart.frame.right
        assert chart.frame.top <= mark.y <= chart.frame.bottom
    assert chart.marks[-1].label == "all"
    assert [mark.label for mark in chart.thresholds] == [
        "≥ 0.9",
        "≥ 0.8",
        "≥ 0.7",
        "≥ 0.6",
        "≥ 0.5",
        "≥ 0.4",
        "≥ 0.3",
        "all",
    ]


@pytest.mark.parametrize("items", [[GIVEN[0]], [GIVEN[4]], GIVEN[:2]], ids=["right", "wrong", "two"])
def test_one_point_is_a_chart_too(items: list[object]) -> None:
    chart = risk_chart(items)  # type: ignore[arg-type]  # items of GIVEN
    assert chart is not None
    assert chart.line.startswith("M")


def test_groups_show_the_shares_that_are_asked_for() -> None:
    found = groups(GIVEN, lambda p: p.item.category, ["action_exact", "coverage"])
    (group,) = found
    assert (group.name, group.items) == ("fasting", 8)
    assert group.bars == (Share(6, 8, best=1), Share(5, 7, best=1))


def test_steps_have_the_median_of_the_turns_that_took_them() -> None:
    items = [
        played("answer", "answer", trace=Trace(timings_s={"scope": 0.1, "draft": 0.5})),
        played("answer", "answer", trace=Trace(timings_s={"scope": 0.3})),
        played("answer", "answer", trace=Trace(timings_s={"scope": 0.2})),
    ]
    assert step_medians_s(items) == {"scope": 0.2, "draft": 0.5}
