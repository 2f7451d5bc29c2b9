"""Everything that one process measures, on one board: what /metrics shows."""

from dataclasses import dataclass
from typing import Self

from prometheus_client import CollectorRegistry

from appliance.telemetry.delivery import DeliveryMeters
from appliance.telemetry.metrics import AnswerMeters, VaultMeters, reply_histogram
from appliance.telemetry.queue import QueueMeters


@dataclass(frozen=True)
class Board:
    """The meters of a process and their registry."""

    registry: CollectorRegistry
    answers: AnswerMeters
    deliveries: DeliveryMeters
    queue: QueueMeters
    seals: VaultMeters

    @classmethod
    def new(cls) -> Self:
        """A board on which nothing has happened yet."""
        registry = CollectorRegistry()
        replies_s = reply_histogram(registry)
        return cls(
            registry,
            AnswerMeters(registry, replies_s),
            DeliveryMeters(registry, replies_s),
            QueueMeters(registry),
            VaultMeters(registry),
        )
