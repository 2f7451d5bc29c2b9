"""Metrics of decisions and of the vault. Labels come from short fixed lists."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from appliance.conversation import Outcome

_STEP_BUCKETS_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_REPLY_BUCKETS_S = (0.5, 1.0, 1.5, 2.1, 3.0, 4.0, 4.8, 7.5, 10.0, 30.0, 60.0)


class AnswerMeters:
    """Counts decisions and drafts, and measures steps and replies."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._decisions = Counter(
            "antesala_decisions",
            "Decisions by action and reply language",
            ["action", "language"],
            registry=registry,
        )
        self._drafts = Counter(
            "antesala_drafts",
            "Drafts asked of the engine, by what became of them",
            ["fate"],
            registry=registry,
        )
        self._steps_s = Histogram(
            "antesala_step_seconds",
            "Time spent in each step",
            ["step"],
            buckets=_STEP_BUCKETS_S,
            registry=registry,
        )
        self._replies_s = Histogram(
            "antesala_reply_seconds",
            "From the first webhook of a turn to the decision on it",
            buckets=_REPLY_BUCKETS_S,
            registry=registry,
        )
        self._alerts = Counter(
            "antesala_staff_alerts", "Emergencies and crises", ["action"], registry=registry
        )

    def decided(self, outcome: Outcome, age_s: float) -> None:
        """A turn was decided, `age_s` after its first message came."""
        self._decisions.labels(outcome.action, outcome.language).inc()
        self._replies_s.observe(age_s)
        for step, seconds in outcome.trace.timings_s.items():
            self._steps_s.labels(step).observe(seconds)
        if outcome.trace.verdicts:
            self._drafts.labels("sent" if outcome.trace.wording == "generated" else "refused").inc()
        elif outcome.trace.engine:
            self._drafts.labels("none").inc()
        if "alert_staff" in outcome.effects:
            self._alerts.labels(outcome.action).inc()


class VaultMeters:
    """Counts what the vault would not open."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._broken = Counter(
            "antesala_seals_broken",
            "Sealed values that were altered, cut or moved, and so never returned",
            ["kind"],
            registry=registry,
        )

    def broken(self, kind: str) -> None:
        """A value of this kind did not open."""
        self._broken.labels(kind).inc()
