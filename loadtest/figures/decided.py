"""What the appliance's own journal says of a run's decisions: how they were worded, and what took their time."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from appliance.audit import AuditPlaces
from appliance.audit.segments import journal_lines
from appliance.audit.span import record_of
from loadtest.figures.percentiles import percentile


def decided(data_dir: Path) -> dict[str, object]:
    """Figures by name.

    wording: decisions whose reply was generated, or verbatim, which fixed messages are too; steps_mean_ms: of one
    decision, the milliseconds of each step on average, 0 where it was not taken;
    decision_p95_ms: of all its steps.
    """
    records = [record_of(line) for line in journal_lines(AuditPlaces.under(data_dir).journal)]
    decisions = [record for record in records if record.get("kind") == "decision"]
    return {"wording": dict(sorted(Counter(d["wording"] for d in decisions).items())), **_steps(decisions)}


def _steps(decisions: list[dict[str, Any]]) -> dict[str, object]:
    spent: dict[str, list[float]] = defaultdict(list)
    for decision in decisions:
        for step, milliseconds in decision["timings_ms"].items():
            spent[step].append(milliseconds)
    means = {step: sum(times) / len(decisions) for step, times in spent.items()}
    wholes = [sum(decision["timings_ms"].values()) for decision in decisions]
    return {
        "steps_mean_ms": {
            step: round(ms, 1) for step, ms in sorted(means.items(), key=lambda item: -item[1])
        },
        "decision_p95_ms": round(percentile(wholes, 0.95), 1),
    }
