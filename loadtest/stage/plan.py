"""What is to be put on the stage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loadtest.engine.card import Card

HOSPITAL = "whatsapp:+12025550100"
"""A number that is reserved for fiction, as those of all patients here are."""
ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "a token of the load test"  # noqa: S105 - it signs webhooks on loopback, and nothing else


@dataclass(frozen=True)
class Plan:
    """How many of each, and with what.

    Attributes:
        folder: for data, stores, logs and the record of what arrived; a short path, since sockets lie in it.
        engine: `none`, `simulated`, or the URL of one that runs already.
        card: what the simulated engine behaves like.
        settings: further `APPLIANCE_…` variables for gateways and workers.
        callback_pace_s: between the statuses that the stand-in reports.
    """

    folder: Path
    gateways: int = 1
    workers: int = 1
    engine: str = "none"
    card: Card = field(default_factory=Card)
    settings: Mapping[str, str] = field(default_factory=dict)
    callback_pace_s: float = 0.35
