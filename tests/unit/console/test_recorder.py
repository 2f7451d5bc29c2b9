"""The recorder answers the page's queries from samples of a registry."""

import itertools

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from appliance.console.figures import Level, Quantile, Rate, Share, Window
from appliance.console.recorder import Recorder, quantile_of

WINDOW = Window(end_s=1060.0, length_s=60.0, step_s=30.0, over_s=60.0)


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def recording() -> tuple[CollectorRegistry, Clock, Recorder]:
    registry, clock = CollectorRegistry(), Clock()
    return registry, clock, Recorder(registry, clock)


async def test_a_rate_is_a_line_for_each_value_of_the_label() -> None:
    registry, clock, recorder = recording()
    counter = Counter("antesala_decisions", "x", ["action"], registry=registry)
    counter.labels("answer").inc(5)
    recorder.sample()
    counter.labels("answer").inc(30)
    counter.labels("ack").inc(6)
    clock.now_s = 1060.0
    lines = await recorder.lines(Rate("antesala_decisions_total", by="action"), WINDOW)
    assert [(line.label, line.last) for line in lines] == [("ack", 0.1), ("answer", 0.5)]


async def test_before_there_are_two_samples_there_is_no_rate() -> None:
    registry, clock, recorder = recording()
    Counter("antesala_x", "x", registry=registry)
    clock.now_s = 1060.0
    (line,) = await recorder.lines(Rate("antesala_x_total"), WINDOW)
    assert line.values == (None, None, None)


async def test_a_process_that_stopped_sampling_has_no_rate() -> None:
    registry, clock, recorder = recording()
    counter = Counter("antesala_x", "x", registry=registry)
    recorder.sample()
    counter.inc()
    clock.now_s = 1010.0
    recorder.sample()
    clock.now_s = 2000.0
    (line,) = await recorder.lines(
        Rate("antesala_x_total"), Window(end_s=1900.0, length_s=0.0, step_s=30.0, over_s=60.0)
    )
    assert line.values == (None,)


async def test_a_share_is_of_the_growth_and_not_of_the_totals() -> None:
    registry, clock, recorder = recording()
    counter = Counter("antesala_decisions", "x", ["action"], registry=registry)
    counter.labels("human").inc(100)
    recorder.sample()
    counter.labels("answer").inc(3)
    counter.labels("human").inc(1)
    clock.now_s = 1060.0
    (line,) = await recorder.lines(Share("antesala_decisions_total", {"action": ("answer",)}), WINDOW)
    assert line.last == 0.75


async def test_a_level_is_the_highest_of_those_that_count() -> None:
    registry, clock, recorder = recording()
    gauge = Gauge("antesala_inbox_conversations", "x", ["lane"], registry=registry)
    gauge.labels("in").set(4)
    gauge.labels("out").set(9)
    clock.now_s = 1060.0
    (line,) = await recorder.lines(Level("antesala_inbox_conversations", {"lane": ("in",)}), WINDOW)
    assert line.values == (None, None, 4.0)


async def test_a_quantile_is_linear_within_its_bucket() -> None:
    registry, clock, recorder = recording()
    histogram = Histogram("antesala_reply_seconds", "x", ["until"], buckets=(1, 2, 4), registry=registry)
    histogram.labels("sent").observe(3)
    recorder.sample()
    for value in (0.5, 1.5, 1.6, 1.7):
        histogram.labels("sent").observe(value)
    histogram.labels("decided").observe(3)
    clock.now_s = 1060.0
    (line,) = await recorder.lines(Quantile(0.5, "antesala_reply_seconds", {"until": ("sent",)}), WINDOW)
    assert line.last is not None
    assert abs(line.last - (1 + 1 / 3)) < 1e-9


def test_a_quantile_beyond_the_last_bound_is_that_bound() -> None:
    assert quantile_of(0.99, {1.0: 0.0, float("inf"): 5.0}) == 1.0


def test_nothing_has_no_quantile() -> None:
    assert quantile_of(0.5, {1.0: 0.0, float("inf"): 0.0}) is None


def test_the_times_of_a_window_end_at_its_end() -> None:
    times_s = Window.ending(10_000.0, 1).times_s
    assert times_s[-1] == 10_000.0
    assert len(times_s) == 121
    assert {round(after - before, 6) for before, after in itertools.pairwise(times_s)} == {30.0}


async def test_looking_at_the_page_does_not_push_out_what_is_remembered() -> None:
    registry, clock, recorder = recording()
    counter = Counter("antesala_x", "x", registry=registry)
    recorder.sample()
    counter.inc(60)
    clock.now_s = 1060.0
    for _ in range(2000):
        (line,) = await recorder.lines(Rate("antesala_x_total"), WINDOW)
    assert line.last == 1.0
