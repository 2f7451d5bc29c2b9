"""The figures of a run, over all of it and over its windows."""

from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.crowd.shape import Shape
from loadtest.figures.percentiles import percentile
from loadtest.figures.samples import Sample, Samples

PILOT_P95_S = 4.8
_OK = 200


@dataclass(frozen=True)
class Window:
    """A stretch of a run, by when messages were sent.

    Attributes:
        from_s: since the run began.
        rate: replies a second, by when they arrived.
        p50_s, p95_s: of the turns that were sent in it.
    """

    from_s: float
    seconds: float
    rate: float
    p50_s: float
    p95_s: float


def summary(samples: Samples, shape: Shape) -> dict[str, object]:
    """The figures of a run by name.

    rate: replies a second; p50_s, p95_s, p99_s: from a turn's last webhook to its reply; ack_p99_ms: until a
    webhook was answered; failures: webhooks without 200; unmatched: messages without a reply; unexpected:
    replies beyond those that were due; by_kind: of each kind of conversation.
    """
    turns = [sample for sample in samples.messages if sample.last and sample.latency_s is not None]
    latencies = _latencies(turns)
    acks = [sample.ack_ms for sample in samples.messages if sample.ack_ms is not None]
    kinds = sorted({sample.kind for sample in samples.messages})
    return {
        "messages": len(samples.messages),
        "replies": len(turns),
        "rate": round(len(turns) / _span_s(samples.messages), 2),
        "p50_s": round(percentile(latencies, 0.5), 3),
        "p95_s": round(percentile(latencies, 0.95), 3),
        "p99_s": round(percentile(latencies, 0.99), 3),
        "ack_p50_ms": round(percentile(acks, 0.5), 1),
        "ack_p99_ms": round(percentile(acks, 0.99), 1),
        "failures": sum(sample.status != _OK for sample in samples.messages),
        "unmatched": sum(sample.latency_s is None for sample in samples.messages),
        "unexpected": samples.unexpected,
        "by_kind": {kind: _kind([turn for turn in turns if turn.kind == kind]) for kind in kinds},
    } | _of_shape(samples, shape)


def windows(samples: Samples, seconds: float) -> list[Window]:
    """The run cut into windows of so many seconds; those in which nothing was sent are left out."""
    if not samples.messages:
        return []
    first_s = samples.messages[0].sent_s
    found = []
    for number in range(int(_span_s(samples.messages) / seconds) + 1):
        window = _window(samples.messages, first_s, number * seconds, seconds)
        if window:
            found.append(window)
    return found


def capacity(samples: Samples, shape: Shape) -> float:
    """The highest rate of replies of a stair whose 95th percentile is within the pilot's limit; 0 if none is."""
    if not samples.messages:
        return 0.0
    first_s = samples.messages[0].sent_s
    stairs = (_window(samples.messages, first_s, s.from_s, s.until_s - s.from_s) for s in shape.stairs)
    return max((stair.rate for stair in stairs if stair and stair.p95_s <= PILOT_P95_S), default=0.0)


def recovery_s(samples: Samples, shape: Shape, window_s: float = 2.0) -> float:
    """From the end of the highest stair until the 95th percentile stays within the pilot's limit."""
    ended_s = max(shape.stairs, key=lambda stair: stair.rate).until_s
    late = [
        window.from_s + window.seconds
        for window in windows(samples, window_s)
        if window.from_s >= ended_s and window.p95_s > PILOT_P95_S
    ]
    return max(late, default=ended_s) - ended_s


def _of_shape(samples: Samples, shape: Shape) -> dict[str, object]:
    if shape.name == "surge":
        return {"recovery_s": round(recovery_s(samples, shape), 1)}
    if shape.ends_above_p95_s is not None:
        return {"capacity": round(capacity(samples, shape), 1)}
    return {}


def _window(messages: Sequence[Sample], first_s: float, from_s: float, seconds: float) -> Window | None:
    until_s = from_s + seconds
    sent = [
        m for m in messages if m.last and m.latency_s is not None and from_s <= m.sent_s - first_s < until_s
    ]
    if not sent:
        return None
    arrived = sum(
        m.last and m.latency_s is not None and from_s <= m.sent_s + m.latency_s - first_s < until_s
        for m in messages
    )
    latencies = _latencies(sent)
    return Window(from_s, seconds, arrived / seconds, percentile(latencies, 0.5), percentile(latencies, 0.95))


def _kind(turns: Sequence[Sample]) -> dict[str, object]:
    latencies = _latencies(turns)
    return {
        "replies": len(turns),
        "p50_s": round(percentile(latencies, 0.5), 3),
        "p95_s": round(percentile(latencies, 0.95), 3),
    }


def _latencies(turns: Sequence[Sample]) -> list[float]:
    return [turn.latency_s for turn in turns if turn.latency_s is not None]


def _span_s(messages: Sequence[Sample]) -> float:
    if not messages:
        return 1.0
    ends = [message.sent_s + (message.latency_s or 0.0) for message in messages]
    return max(1.0, max(ends) - messages[0].sent_s)
