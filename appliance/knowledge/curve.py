"""How sure is sure enough: the risk-coverage curve of the cross-validation, and the threshold picked on it."""

from collections.abc import Mapping, Sequence

import numpy as np

from appliance.knowledge.learned import Point
from appliance.knowledge.schema import Intent
from appliance.knowledge.training import Validation

# Of the examples that must be declined, no more than this share may be answered. The examples are harder than
# patients' messages: they were written to lie near the border, so that none of several hundred messages that were
# written apart is answered at this threshold.
MOST_RISK = 0.035
_STEPS = tuple(round(0.20 + 0.05 * step, 2) for step in range(15))
_DECLINING = frozenset({"decline_medical", "decline_not_in_kb"})


def risk_coverage(
    validation: Validation, intents: Mapping[str, Intent], medical_doubt: float = 1.0
) -> tuple[Point, ...]:
    """The curve over thresholds from 0.20 to 0.90, by models that had not seen the examples.

    Nothing is answered where a medical question is as likely as `medical_doubt`.
    """
    names = validation.intents
    actions = np.array([intents[name].action for name in names])
    answers = np.flatnonzero(actions == "answer")
    mass = validation.probabilities[:, answers].sum(axis=1)
    others = validation.probabilities.copy()
    others[:, answers] = 0
    others = np.stack(
        [others[:, actions == action].sum(axis=1) for action in sorted(set(actions) - {"answer"})], 1
    )
    medical = validation.probabilities[:, actions == "decline_medical"].sum(axis=1)
    leads = (mass >= others.max(axis=1)) & (medical < medical_doubt)
    chosen = answers[validation.probabilities[:, answers].argmax(axis=1)]
    asked = actions[validation.truth]
    right = np.array(
        [
            set(intents[names[truth]].statements) <= set(intents[names[choice]].statements)
            for truth, choice in zip(validation.truth, chosen, strict=True)
        ]
    )
    return tuple(
        Point(
            threshold=step,
            coverage=float((leads & (mass >= step) & right)[asked == "answer"].mean()),
            risk=float((leads & (mass >= step))[np.isin(asked, list(_DECLINING))].mean()),
        )
        for step in _STEPS
    )


def picked(curve: Sequence[Point], most_risk: float = MOST_RISK) -> float:
    """The lowest threshold whose risk is bearable; the highest if none is."""
    return next((point.threshold for point in curve if point.risk <= most_risk), curve[-1].threshold)
