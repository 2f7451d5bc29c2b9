"""Metrics of the inbox and of delivery. Labels come from short fixed lists."""

from prometheus_client import CollectorRegistry, Counter, Histogram

# Twilio's errors that operators know by their number; any other is counted as one, so that there are not too many.
KNOWN_CODES = (
    20003, 20429, 21408, 21610, 21614, 21617, 30003, 30007, 30008,
    63001, 63003, 63005, 63007, 63012, 63013, 63016, 63018, 63024, 63032, 63049,
)  # fmt: skip
_OTHER = "other"


class DeliveryMeters:
    """Counts what became of replies, of messages that nobody could answer, and of redactions."""

    def __init__(self, registry: CollectorRegistry, replies_s: Histogram) -> None:
        self._replies_s = replies_s
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
        # A counter that appears with its first event has not grown, to Prometheus: no alert would see it.
        for code in (*KNOWN_CODES, _OTHER):
            self._refused.labels(str(code))
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
        """Twilio will not deliver a reply."""
        self._refused.labels(str(code) if code in KNOWN_CODES else _OTHER).inc()

    def sent(self, age_s: float) -> None:
        """Twilio has taken a reply, `age_s` after the first webhook of its turn."""
        self._replies_s.labels("sent").observe(age_s)

    def arrived(self, age_s: float) -> None:
        """A reply has reached the patient's phone."""
        self._replies_s.labels("delivered").observe(age_s)

    def buried(self) -> None:
        """A turn became a dead letter."""
        self._dead.inc()

    def redacted(self, fate: str) -> None:
        """A redaction came to this."""
        self._redactions.labels(fate).inc()

    def direct(self, fate: str) -> None:
        """An answer without the store came to this."""
        self._direct.labels(fate).inc()
