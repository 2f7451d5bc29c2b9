"""Gauges of how things stand, read when somebody asks for the metrics: engine and knowledge."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from prometheus_client import CollectorRegistry, Gauge

BREAKER_STATES = ("none", "closed", "half-open", "open")
"""Of the engine's circuit breaker; `none` without an engine."""


def watch_engine(registry: CollectorRegistry, state: Callable[[], str]) -> None:
    """`antesala_engine_breaker{state}` is 1 for the state that the breaker is in."""
    gauge = Gauge(
        "antesala_engine_breaker",
        "1 for the state that the engine's breaker is in",
        ["state"],
        registry=registry,
    )
    for name in BREAKER_STATES:
        gauge.labels(name).set_function(_is(name, state))


def _is(name: str, state: Callable[[], str]) -> Callable[[], float]:
    return lambda: float(state() == name)


def watch_knowledge(
    registry: CollectorRegistry,
    review_by: Callable[[], date],
    today: Callable[[], date] = lambda: datetime.now(UTC).date(),
) -> None:
    """`antesala_knowledge_expiry_days`: until the first approved statement is past its review, and unserved."""
    Gauge(
        "antesala_knowledge_expiry_days",
        "Days until the first statement is past its review",
        registry=registry,
    ).set_function(lambda: float((review_by() - today()).days))
