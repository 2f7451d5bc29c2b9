"""What the page shows, and the limits that it is held against: the pilot's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from appliance.console.figures import Level, Quantile, Query, Rate, Share

PILOT_MEDIAN_S, PILOT_P95_S = 2.1, 4.8
PILOT_COVERAGE, PILOT_ESCALATION = 0.78, 0.11
"""The pilot: 78 % of messages answered, 11 % escalated, median 2.1 s and p95 4.8 s from webhook to delivery."""

ANSWERED = ("answer", "partial")
ESCALATED = ("decline_medical", "decline_not_in_kb", "human", "emergency", "crisis")

Unit = Literal["/min", "s", "ms", "%", "", "days"]
FACTORS: dict[Unit, float] = {"/min": 60.0, "s": 1.0, "ms": 1000.0, "%": 100.0, "": 1.0, "days": 1.0}
"""What a query's value is multiplied with to be shown in a unit."""

_SENT = {"until": ("sent",)}


@dataclass(frozen=True)
class Limit:
    """A line across a plot: what a value should stay below, or above."""

    value: float
    label: str
    side: Literal["below", "above"] = "below"

    def kept_by(self, value: float) -> bool:
        """Whether a value, in the query's unit, is on the right side."""
        return value <= self.value if self.side == "below" else value >= self.value


@dataclass(frozen=True)
class Curve:
    """One query of a panel, and what its lines are called; "" takes the name from the query's label."""

    query: Query
    name: str = ""


@dataclass(frozen=True)
class Panel:
    """A plot: curves over time in one unit."""

    title: str
    meaning: str
    unit: Unit
    curves: Sequence[Curve]
    limits: Sequence[Limit] = ()


@dataclass(frozen=True)
class Tile:
    """A figure that is read at a glance: a query's newest value."""

    title: str
    unit: Unit
    query: Query
    limit: Limit | None = None


TILES = (
    Tile("Messages", "/min", Rate("antesala_webhooks_total", {"route": ("whatsapp",)})),
    Tile(
        "Reply, median",
        "s",
        Quantile(0.5, "antesala_reply_seconds", _SENT),
        Limit(PILOT_MEDIAN_S, "pilot 2.1 s"),
    ),
    Tile(
        "Reply, p95", "s", Quantile(0.95, "antesala_reply_seconds", _SENT), Limit(PILOT_P95_S, "pilot 4.8 s")
    ),
    Tile(
        "Answered",
        "%",
        Share("antesala_decisions_total", {"action": ANSWERED}),
        Limit(PILOT_COVERAGE, "pilot 78 %", "above"),
    ),
    Tile(
        "Escalated",
        "%",
        Share("antesala_decisions_total", {"action": ESCALATED}),
        Limit(PILOT_ESCALATION, "pilot 11 %"),
    ),
    Tile("Oldest waiting", "s", Level("antesala_inbox_oldest_seconds", {"lane": ("in",)}), Limit(30, "30 s")),
    Tile("Urgent, not delivered", "s", Level("antesala_urgent_waiting_seconds"), Limit(120, "2 min")),
    Tile("Dead letters", "", Level("antesala_dead_letters_waiting"), Limit(0, "none")),
    Tile(
        "Knowledge valid for", "days", Level("antesala_knowledge_expiry_days"), Limit(30, "30 days", "above")
    ),
)

PANELS = (
    Panel(
        "Load",
        "Webhooks with messages, by what became of them.",
        "/min",
        (Curve(Rate("antesala_webhooks_total", {"route": ("whatsapp",)}, by="outcome")),),
    ),
    Panel(
        "Reply latency",
        "From the first webhook of a turn until Twilio took the reply, and until it was delivered.",
        "s",
        (
            Curve(Quantile(0.5, "antesala_reply_seconds", _SENT), "median"),
            Curve(Quantile(0.95, "antesala_reply_seconds", _SENT), "p95"),
            Curve(Quantile(0.95, "antesala_reply_seconds", {"until": ("delivered",)}), "p95, delivered"),
        ),
        (Limit(PILOT_MEDIAN_S, "pilot's median"), Limit(PILOT_P95_S, "pilot's p95")),
    ),
    Panel(
        "Answer to webhooks",
        "How long Twilio waits for its 200; it gives up after 15 s.",
        "ms",
        (
            Curve(Quantile(0.5, "antesala_webhook_ack_seconds"), "median"),
            Curve(Quantile(0.99, "antesala_webhook_ack_seconds"), "p99"),
        ),
    ),
    Panel(
        "Decisions",
        "What was decided, by action.",
        "/min",
        (Curve(Rate("antesala_decisions_total", by="action")),),
    ),
    Panel(
        "Answered and escalated",
        "Shares of all decisions, against the pilot's 78 % and 11 %.",
        "%",
        (
            Curve(Share("antesala_decisions_total", {"action": ANSWERED}), "answered"),
            Curve(Share("antesala_decisions_total", {"action": ESCALATED}), "escalated"),
        ),
        (
            Limit(PILOT_COVERAGE, "pilot's coverage", "above"),
            Limit(PILOT_ESCALATION, "pilot's escalation"),
        ),
    ),
    Panel(
        "Drafts",
        "What became of what the engine was asked for; a refused draft is replaced by approved wording.",
        "/min",
        (Curve(Rate("antesala_drafts_total", by="fate")),),
    ),
    Panel(
        "Engine",
        "Time of one draft.",
        "s",
        (
            Curve(Quantile(0.5, "antesala_engine_seconds"), "median"),
            Curve(Quantile(0.95, "antesala_engine_seconds"), "p95"),
        ),
    ),
    Panel(
        "Queue",
        "Conversations that wait for an answer, or for their reply to be sent.",
        "",
        (
            Curve(Level("antesala_inbox_conversations", {"lane": ("in",)}), "to answer"),
            Curve(Level("antesala_inbox_conversations", {"lane": ("out",)}), "to send"),
        ),
    ),
    Panel(
        "Twilio's errors",
        "Refusals by Twilio's error code, see twilio.com/docs/api/errors.",
        "/min",
        (Curve(Rate("antesala_send_refusals_total", by="code")),),
    ),
)
