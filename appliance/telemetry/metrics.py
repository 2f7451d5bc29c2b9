"""Metrics of decisions and of the vault. Labels come from short fixed lists."""

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram

from appliance.telemetry.refusals import refusal_of

if TYPE_CHECKING:
    # The gateway measures too, and has no use for what a conversation imports: model runtime and vector index.
    from appliance.conversation import Outcome

REPLY_BUCKETS_S = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.1, 3.0, 4.0, 4.8, 7.5, 10.0, 30.0, 60.0)
"""With the pilot's median and p95 as bounds, so that alerts on them are exact."""
_STEP_BUCKETS_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def reply_histogram(registry: CollectorRegistry) -> Histogram:
    """From the first webhook of a turn until the reply was `decided`, `sent` or `delivered`."""
    return Histogram(
        "antesala_reply_seconds",
        "From the first webhook of a turn until its reply was decided, taken by Twilio, or delivered",
        ["until"],
        buckets=REPLY_BUCKETS_S,
        registry=registry,
    )


class AnswerMeters:
    """Counts decisions and drafts, and measures steps."""

    def __init__(self, registry: CollectorRegistry, replies_s: Histogram) -> None:
        self._replies_s = replies_s
        self._decisions = Counter(
            "antesala_decisions",
            "Decisions by action and reply language",
            ["action", "language"],
            registry=registry,
        )
        self._drafts = Counter(
            "antesala_drafts",
            "Drafts asked of the engine: sent, refused (why), or none (why)",
            ["fate", "reason"],
            registry=registry,
        )
        self._engine_s = Histogram(
            "antesala_engine_seconds",
            "Time spent on a draft, whatever became of it",
            buckets=_STEP_BUCKETS_S,
            registry=registry,
        )
        self._steps_s = Histogram(
            "antesala_step_seconds",
            "Time spent in each step",
            ["step"],
            buckets=_STEP_BUCKETS_S,
            registry=registry,
        )
        self._alerts = Counter(
            "antesala_staff_alerts", "Emergencies and crises", ["action"], registry=registry
        )
        # A counter that appears with its first event has not grown, to Prometheus: no alert would see it.
        for action in ("emergency", "crisis"):
            self._alerts.labels(action)
        self._journal_s = Histogram(
            "antesala_journal_append_seconds",
            "How long a decision waits until the journal has it on the disk",
            buckets=_STEP_BUCKETS_S,
            registry=registry,
        )
        self._journal_failures = Counter(
            "antesala_journal_failures",
            "Decisions that the journal did not take",
            ["reason"],
            registry=registry,
        )
        for reason in ("broken", "unavailable"):
            self._journal_failures.labels(reason)

    def decided(self, outcome: "Outcome", age_s: float) -> None:
        """A turn was decided, `age_s` after its first message came."""
        trace = outcome.trace
        self._decisions.labels(outcome.action, outcome.language).inc()
        self._replies_s.labels("decided").observe(age_s)
        for step, seconds in trace.timings_s.items():
            self._steps_s.labels(step).observe(seconds)
        if trace.engine:
            self._engine_s.observe(trace.timings_s.get("draft", 0.0))
            fate = "none" if trace.engine_failure else "sent" if trace.wording == "generated" else "refused"
            reason = trace.engine_failure or ("" if fate == "sent" else refusal_of(trace.verdicts))
            self._drafts.labels(fate, reason).inc()
        if "alert_staff" in outcome.effects:
            self._alerts.labels(outcome.action).inc()

    def recorded(self, seconds: float) -> None:
        """The journal has taken a decision."""
        self._journal_s.observe(seconds)

    def not_recorded(self, reason: str) -> None:
        """The journal did not take a decision: it is `broken`, or was `unavailable`."""
        self._journal_failures.labels(reason).inc()


class VaultMeters:
    """Counts what the vault would not open."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._broken = Counter(
            "antesala_seals_broken",
            "Sealed values that were altered, cut or moved, and so never returned",
            ["kind"],
            registry=registry,
        )
        for kind in ("inbox", "outbox", "session"):
            self._broken.labels(kind)

    def broken(self, kind: str) -> None:
        """A value of this kind did not open."""
        self._broken.labels(kind).inc()
