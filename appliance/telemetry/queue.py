"""Gauges of the inbox and the outbox, and of whether the store answers at all."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Gauge


@dataclass(frozen=True)
class LaneBacklog:
    """What waits in a lane: `in` for an answer, `out` for being sent; `oldest_s` is 0 when nothing does."""

    name: str
    conversations: int
    oldest_s: float


@dataclass(frozen=True)
class Backlog:
    """Everything that waits, over all conversations.

    Attributes:
        dead_letters: messages and replies that could not be handled, and that nobody has looked at.
        urgent_s: how long the oldest reply to an emergency or crisis has not been delivered; 0 when none waits.
    """

    lanes: tuple[LaneBacklog, ...]
    dead_letters: int
    urgent_s: float


class QueueMeters:
    """Shows the newest backlog; while the store does not answer, that, and the last one that was seen."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._depth = Gauge(
            "antesala_inbox_conversations",
            "Conversations that wait for an answer (in) or for their reply to be sent (out)",
            ["lane"],
            registry=registry,
        )
        self._oldest_s = Gauge(
            "antesala_inbox_oldest_seconds",
            "How long the oldest message (in) or reply (out) has waited",
            ["lane"],
            registry=registry,
        )
        self._dead = Gauge(
            "antesala_dead_letters_waiting",
            "Messages and replies that could not be handled, and that nobody has looked at",
            registry=registry,
        )
        self._urgent_s = Gauge(
            "antesala_urgent_waiting_seconds",
            "How long the oldest emergency or crisis reply has waited to be delivered",
            registry=registry,
        )
        self._store = Gauge("antesala_store_up", "Whether the store answers", registry=registry)

    def seen(self, backlog: Backlog) -> None:
        """The store answered."""
        self._store.set(1)
        for lane in backlog.lanes:
            self._depth.labels(lane.name).set(lane.conversations)
            self._oldest_s.labels(lane.name).set(lane.oldest_s)
        self._dead.set(backlog.dead_letters)
        self._urgent_s.set(backlog.urgent_s)

    def unseen(self) -> None:
        """The store did not answer."""
        self._store.set(0)
