"""The risk-coverage curve, and the threshold that is picked on it."""

import numpy as np
import pytest

from appliance.knowledge.curve import picked, risk_coverage
from appliance.knowledge.learned import Point
from appliance.knowledge.schema import Intent
from appliance.knowledge.training import Example, Validation

INTENTS = {
    "food": Intent(action="answer", about="food", statements=("s.food",)),
    "pills": Intent(action="decline_medical", about="pills"),
}
# Food that is surely food, food that may be pills, and pills that look like food.
VALIDATION = Validation(
    examples=tuple(Example(text, "en", ()) for text in ("bread", "drops", "eutyroks")),
    intents=tuple(INTENTS),
    truth=np.array([0, 0, 1]),
    probabilities=np.array([[0.95, 0.05], [0.7, 0.3], [0.75, 0.25]], dtype=np.float32),
)


@pytest.mark.parametrize(("doubt", "coverage", "risk"), [(1.0, 1.0, 1.0), (0.2, 0.5, 0.0)])
def test_what_may_be_medical_is_neither_covered_nor_a_risk(
    doubt: float, coverage: float, risk: float
) -> None:
    curve = {point.threshold: point for point in risk_coverage(VALIDATION, INTENTS, doubt)}
    assert (curve[0.5].coverage, curve[0.5].risk) == (coverage, risk)


def test_a_higher_threshold_answers_less() -> None:
    curve = {point.threshold: point for point in risk_coverage(VALIDATION, INTENTS)}
    assert (curve[0.9].coverage, curve[0.9].risk) == (0.5, 0.0)


def test_the_lowest_threshold_of_bearable_risk_is_picked() -> None:
    curve = (Point(0.3, 0.9, 0.2), Point(0.5, 0.8, 0.04), Point(0.7, 0.7, 0.01))
    assert (picked(curve, 0.05), picked(curve, 0.0)) == (0.5, 0.7)
