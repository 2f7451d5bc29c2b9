"""Figures, thresholds and the plot of a load run."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from appliance.audit import AuditPlaces, CheckpointBook, Journal, load_signing_key, new_signing_key
from loadtest.arrivals import Arrivals
from loadtest.crowd.shape import Shape, Stair, load_shape
from loadtest.figures.decided import decided
from loadtest.figures.overhead import overhead
from loadtest.figures.percentiles import percentile
from loadtest.figures.plot import picture
from loadtest.figures.samples import Sample, Samples, read_samples, write_samples
from loadtest.figures.summary import capacity, recovery_s, summary, windows
from loadtest.figures.thresholds import breaches, load_thresholds


def sample(sent_s: float, latency_s: float | None, *, last: bool = True, status: int = 200) -> Sample:
    return Sample(sent_s, "mixed", 5.0, status, latency_s, last)


SURGE = Shape("surge", 10, (Stair(0, 10, 1), Stair(10, 20, 9), Stair(20, 60, 1)))


def test_percentiles_are_by_nearest_rank() -> None:
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile(values, 1)) == (50, 95, 100)
    assert percentile([], 0.5) == 0


def test_the_summary_counts_what_failed_and_what_was_not_answered() -> None:
    messages = (sample(0, 1.0), sample(1, None), sample(2, 3.0, status=0), sample(3, 2.0, last=False))
    figures = summary(Samples(messages, unexpected=2), load_shape("tenfold"))
    assert (figures["messages"], figures["replies"]) == (4, 2)
    assert (figures["failures"], figures["unmatched"], figures["unexpected"]) == (1, 1, 2)
    assert (figures["p50_s"], figures["p95_s"], figures["rate"]) == (1.0, 3.0, 0.4)


def test_recovery_lasts_until_no_later_window_is_too_slow() -> None:
    messages = [sample(float(second), 9.0 if 10 <= second < 27 else 0.1) for second in range(60)]
    assert recovery_s(Samples(tuple(messages), 0), SURGE) == 8
    assert recovery_s(Samples(tuple(messages[:10]), 0), SURGE) == 0


def test_capacity_is_the_highest_rate_of_a_stair_within_the_limit() -> None:
    stairs = Shape("capacity", 1, (Stair(0, 10, 2), Stair(10, 20, 4), Stair(20, 30, 8)), 4.8)
    slow = [sample(second / 2, 0.1) for second in range(20)] + [sample(10 + n / 4, 1.0) for n in range(40)]
    slow += [sample(20 + n / 8, 9.0) for n in range(80)]
    assert capacity(Samples(tuple(slow), 0), stairs) == pytest.approx(4.0, abs=0.5)


def test_overhead_is_what_the_engine_did_not_take() -> None:
    messages = (sample(0, 1.55), sample(1, 1.6), sample(2, 0.1), sample(3, 1.57))
    figures = overhead(Samples(messages, 0), [1.5, 1.5, 1.5])
    assert figures == {"engine_p50_s": 1.5, "with_engine_p50_s": 1.57, "overhead_share": 0.0446}
    assert overhead(Samples(messages, 0), []) == {}


def test_samples_come_back_as_they_were_written(tmp_path: Path) -> None:
    samples = Samples((sample(1.5, 0.25), sample(2.5, None, last=False, status=0)), 3)
    write_samples(tmp_path / "samples.csv", samples)
    assert read_samples(tmp_path / "samples.csv") == samples


def test_a_figure_above_its_threshold_or_missing_is_a_breach() -> None:
    thresholds = {"p95_s": 0.4, "failures": 0.0, "recovery_s": 30.0}
    assert breaches({"p95_s": 0.4, "failures": 0, "recovery_s": 3}, thresholds) == []
    assert breaches({"p95_s": 0.5, "failures": 0}, thresholds) == [
        "p95_s: expected at most 0.4, got 0.5",
        "recovery_s: expected at most 30, got None",
    ]


def test_the_thresholds_are_the_promises() -> None:
    assert load_thresholds("tenfold", engine=False)["p95_s"] == 0.4
    assert load_thresholds("tenfold", engine=True)["p95_s"] == 4.8
    pilot = load_thresholds("pilot", engine=True)
    assert (pilot["p50_s"], pilot["p95_s"], pilot["unmatched"]) == (2.1, 4.8, 0)


@pytest.mark.parametrize("name", ["pilot", "tenfold", "surge", "soak", "capacity", "smoke"])
def test_each_shape_fills_its_time_and_has_thresholds(name: str) -> None:
    shape = load_shape(name, seconds=100)
    assert shape.seconds == pytest.approx(100)
    assert shape.stair(shape.seconds + 1) is None
    assert all(shape.patients(stair) >= 1 for stair in shape.stairs)
    assert load_thresholds(name, engine=False)["failures"] == 0


def test_tenfold_is_ten_times_the_pilot() -> None:
    pilot, tenfold = load_shape("pilot", 60, times=10), load_shape("tenfold", 60)
    assert [stair.rate for stair in pilot.stairs] == [stair.rate for stair in tenfold.stairs]


def test_an_unknown_shape_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"pilot, tenfold, .* got 'tsunami'"):
        load_shape("tsunami")


def test_the_plot_is_a_picture_of_every_window() -> None:
    messages = tuple(sample(float(second), 0.1 + second / 10) for second in range(60))
    drawn = windows(Samples(messages, 0), 10)
    root = ET.fromstring(picture(drawn, "a <run>"))
    dots = root.findall(".//{http://www.w3.org/2000/svg}circle")
    assert len(dots) == 2 * len(drawn)
    assert ET.fromstring(picture([], "nothing")).tag.endswith("svg")


def test_the_record_is_read_on_from_where_it_was_and_half_a_line_waits(tmp_path: Path) -> None:
    record = tmp_path / "arrived.jsonl"
    arrivals = Arrivals(record)
    assert arrivals.new() == []
    record.write_text('{"to": "a", "body": "1", "at": 1.5}\n{"to": "b", ', encoding="utf-8")
    assert [arrival.body for arrival in arrivals.new()] == ["1"]
    with record.open("a", encoding="utf-8") as file:
        file.write('"body": "2", "at": 2}\n')
    assert [(arrival.to, arrival.at_s) for arrival in arrivals.new()] == [("b", 2)]
    assert arrivals.new() == []


def test_the_journal_says_how_replies_were_worded_and_where_their_time_went(tmp_path: Path) -> None:
    places, key = AuditPlaces.under(tmp_path), tmp_path / "key"
    new_signing_key(key, places.public_key)
    with Journal(places.journal, CheckpointBook(places.checkpoints, load_signing_key(key))) as journal:
        journal.append({"kind": "start"})
        assert decided(tmp_path) == {"wording": {}, "steps_mean_ms": {}, "decision_p95_ms": 0.0}
        for wording, timings in (
            ("verbatim", {"scope": 10}),
            ("generated", {"scope": 20, "draft": 900}),
            ("verbatim", {"scope": 30}),
        ):
            journal.append({"kind": "decision", "wording": wording, "timings_ms": timings})
    assert decided(tmp_path) == {
        "wording": {"generated": 1, "verbatim": 2},
        "steps_mean_ms": {"draft": 300.0, "scope": 20.0},
        "decision_p95_ms": 920,
    }
