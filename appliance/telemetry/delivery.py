"""Metrics of the inbox and of delivery. Labels come from short fixed lists."""

from prometheus_client import CollectorRegistry, Counter


class DeliveryMeters:
    """Counts what became of replies, of messages that nobody could answer, and of redactions."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._attempts = Counter(
            "antesala_send_attempts",
            "Attempts to send a reply, by what came of them",
            ["fate"],
            registry=registry,
        )
        self._refused = Counter(
            "antesala_send_refusals",
            "Replies that Twilio will never deliver, by its error code; other: see the log",
            ["code"],
            registry=registry,
        )
        self._dead = Counter(
            "antesala_dead_letters",
            "Turns that could not be answered: the patient got the fallback",
            registry=registry,
        )
        self._redactions = Counter(
            "antesala_redactions", "Messages emptied at Twilio, or put off", ["fate"], registry=registry
        )
        self._direct = Counter(
            "antesala_direct_answers",
            "Answers of the gateway without the store, by what became of them",
            ["fate"],
            registry=registry,
        )

    def attempted(self, fate: str) -> None:
        """An attempt to send came to this."""
        self._attempts.labels(fate).inc()

    def refused(self, code: int) -> None:
        """Twilio will not deliver a reply; 0 for a code that is not among those known."""
        self._refused.labels(str(code or "other")).inc()

    def buried(self) -> None:
        """A turn became a dead letter."""
        self._dead.inc()

    def redacted(self, fate: str) -> None:
        """A redaction came to this."""
        self._redactions.labels(fate).inc()

    def direct(self, fate: str) -> None:
        """An answer without the store came to this."""
        self._direct.labels(fate).inc()
