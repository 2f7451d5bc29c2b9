"""The page shows the newest figures against the pilot's, says what it cannot show, and loads nothing else."""

import re
from dataclasses import dataclass, field

from quart import Quart

from appliance.console.figures import Line, Quantile, Query, Share, Window
from appliance.console.page import CONSOLE_PATH, Source, console_blueprint
from appliance.console.panels import PANELS, PILOT_P95_S, TILES
from appliance.errors import HistoryUnavailable


@dataclass
class FakeHistory:
    """Answers each query with one value; `failure` is raised."""

    value: float | None = 0.5
    failure: HistoryUnavailable | None = None
    windows: list[Window] = field(default_factory=list)

    async def lines(self, query: Query, window: Window) -> tuple[Line, ...]:
        if self.failure:
            raise self.failure
        self.windows.append(window)
        label = "<answer>" if getattr(query, "by", "") else ""
        return (Line(label, (self.value,) * len(window.times_s)),)


async def page_of(history: FakeHistory, query: str = "") -> tuple[int, str]:
    app = Quart(__name__)
    app.register_blueprint(console_blueprint(Source(history, "from a test"), clock=lambda: 1_000_000.0))
    response = await app.test_client().get(f"{CONSOLE_PATH}{query}")
    return response.status_code, await response.get_data(as_text=True)


async def test_every_tile_and_panel_is_on_the_page() -> None:
    status, page = await page_of(FakeHistory())
    assert status == 200
    for title in [tile.title for tile in TILES] + [panel.title for panel in PANELS]:
        assert title.replace("'", "&#39;") in page


async def test_a_figure_beyond_the_pilots_is_marked_in_words_too() -> None:
    _, page = await page_of(FakeHistory(value=PILOT_P95_S + 1))
    assert 'class="broken"' in page
    assert "beyond" in page


async def test_nothing_measured_is_said_and_is_no_breach() -> None:
    _, page = await page_of(FakeHistory(value=None))
    assert 'class="broken"' not in page
    assert "nothing in this time" in page


async def test_the_span_can_be_chosen_and_nonsense_is_an_hour() -> None:
    history = FakeHistory()
    _, page = await page_of(history, "?hours=24")
    assert "The last 24 hours" in page
    assert max(window.length_s for window in history.windows) == 24 * 3600
    _, page = await page_of(history, "?hours=<script>")
    assert "The last hour" in page


async def test_labels_are_escaped_and_nothing_is_loaded_from_elsewhere() -> None:
    _, page = await page_of(FakeHistory())
    assert "<answer>" not in page
    assert not re.search(r"(?:src|href)=\"(?!\?hours|data:)", page)
    assert "<script" not in page


async def test_metrics_that_cannot_be_asked_are_said_with_the_setting() -> None:
    failure = HistoryUnavailable("http://127.0.0.1:9", "ClientConnectorError")
    status, page = await page_of(FakeHistory(failure=failure))
    assert status == 503
    assert "APPLIANCE_PROMETHEUS_URL" in page


def test_latency_is_held_against_the_pilots_figures() -> None:
    limits = {tile.title: tile.limit for tile in TILES if isinstance(tile.query, Quantile | Share)}
    assert all(limits.values())
