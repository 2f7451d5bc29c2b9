"""Lines over time become paths with round axes, gaps where there is no value, and few enough to tell apart."""

import pytest

from appliance.console.figures import Line, Window
from appliance.console.panels import Limit
from appliance.console.plot import MOST_LINES, plot, written

WINDOW = Window(end_s=3600.0, length_s=120.0, step_s=30.0, over_s=60.0)


def test_a_missing_value_is_a_gap_and_a_lonely_one_a_dot() -> None:
    drawn = plot([Line("a", (1.0, None, 1.0, None, None))], WINDOW, "s")
    assert drawn.lines[0].path.count("M") == 2
    assert drawn.lines[0].path.count("h0") == 2
    assert drawn.lines[0].now == "–"


def test_the_axis_ends_at_a_round_number_above_values_and_limits() -> None:
    drawn = plot([Line("", (0.3, 0.4, 0.5, 0.4, 0.3))], WINDOW, "s", [Limit(4.8, "pilot")])
    assert [tick.label for tick in drawn.y_ticks] == ["0", "2", "4", "6"]
    assert drawn.frame.top < drawn.limits[0].y < drawn.frame.bottom


def test_values_are_shown_in_their_unit() -> None:
    drawn = plot([Line("", (None, None, None, None, 0.5))], WINDOW, "/min")
    assert drawn.lines[0].now == "30.0/min"


def test_without_values_there_are_no_lines_and_no_limits() -> None:
    drawn = plot([Line("", (None,) * 5)], WINDOW, "s", [Limit(4.8, "pilot")])
    assert (drawn.lines, drawn.limits) == ((), ())


def test_more_lines_than_can_be_told_apart_are_added_up() -> None:
    lines = [Line(str(n), (float(n),) * 5) for n in range(1, 10)]
    drawn = plot(lines, WINDOW, "")
    assert [line.label for line in drawn.lines] == ["5", "6", "7", "8", "9", "other"]
    assert len(drawn.lines) == MOST_LINES
    assert drawn.lines[-1].now == "10"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(None, "s", "–"), (float("nan"), "s", "–"), (0.123, "s", "0.12 s"), (78.25, "%", "78.2 %"),
     (4.26, "ms", "4.3 ms"), (123.4, "ms", "123 ms"), (364.0, "days", "364 days"), (3.0, "", "3")],
)  # fmt: skip
def test_a_figure_has_no_more_digits_than_can_be_relied_on(value: float | None, unit: str, text: str) -> None:
    assert written(value, unit) == text  # type: ignore[arg-type]


def test_of_many_lines_those_that_are_zero_throughout_are_left_out() -> None:
    lines = [Line(str(n), (0.0,) * 5) for n in range(8)] + [Line("one", (0.0, 0.0, 1.0, 0.0, 0.0))]
    assert [line.label for line in plot(lines, WINDOW, "").lines] == ["one"]
