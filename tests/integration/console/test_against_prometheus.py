"""The recorder's figures are those of a real Prometheus that scrapes the same process."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from needs import missing
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from appliance.console.figures import Level, Line, Quantile, Query, Rate, Share, Window
from appliance.console.prometheus import Prometheus
from appliance.console.recorder import Recorder
from appliance.errors import HistoryUnavailable
from appliance.telemetry.exposition import shown

pytestmark = pytest.mark.prometheus

SCRAPES = 5
LONGEST_S = 60.0
WHERE = {"until": ("sent",)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics_bind() -> str:
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
def server(tmp_path: Path, registry: CollectorRegistry, metrics_bind: str) -> Iterator[str]:
    binary = shutil.which("prometheus")
    if binary is None:
        missing("prometheus not found: apt-get install prometheus")
    config = tmp_path / "prometheus.yml"
    config.write_text(
        "global: {scrape_interval: 1s}\n"
        f"scrape_configs: [{{job_name: worker, static_configs: [{{targets: ['{metrics_bind}']}}]}}]\n",
        encoding="utf-8",
    )
    address = f"127.0.0.1:{free_port()}"
    command = [binary, f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'tsdb'}",
               f"--web.listen-address={address}", "--log.level=error"]  # fmt: skip
    with shown(registry, metrics_bind):
        process = subprocess.Popen(command)
        yield f"http://{address}"
        process.terminate()
        process.wait()


async def scraped(url: str, at_least: float) -> float:
    """How often the process was scraped, as soon as that is often enough; and the time of the newest, in s."""
    params = {"query": "count_over_time(up[10m])"}
    async with aiohttp.ClientSession() as client, asyncio.timeout(LONGEST_S):
        while True:
            try:
                async with client.get(f"{url}/api/v1/query", params=params) as response:
                    found = (await response.json())["data"]["result"]
            except aiohttp.ClientConnectionError:
                found = []
            if found and float(found[0]["value"][1]) >= at_least:
                return float(found[0]["value"][1])
            await asyncio.sleep(0.2)


async def test_the_recorder_and_prometheus_agree(server: str, registry: CollectorRegistry) -> None:
    decisions = Counter("antesala_decisions", "x", ["action"], registry=registry)
    depth = Gauge("antesala_inbox_conversations", "x", ["lane"], registry=registry)
    replies = Histogram("antesala_reply_seconds", "x", ["until"], buckets=(1, 2, 4), registry=registry)
    for action in ("answer", "ack"):
        decisions.labels(action)
    depth.labels("in").set(3)
    replies.labels("sent")
    recorder = Recorder(registry)
    before = await scraped(server, SCRAPES)
    recorder.sample()
    decisions.labels("answer").inc(30)
    decisions.labels("ack").inc(10)
    for value in (0.5, 1.5, 1.6, 1.7):
        replies.labels("sent").observe(value)
    await scraped(server, before + SCRAPES)
    recorder.sample()
    now_s = recorder.newest_s
    window = Window(end_s=now_s, length_s=0.0, step_s=15.0, over_s=60.0)

    async with Prometheus(server) as prometheus:

        async def both(query: Query) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
            return await recorder.lines(query, window), await prometheus.lines(query, window)

        own, theirs = await both(Level("antesala_inbox_conversations", {"lane": ("in",)}))
        assert own == theirs
        # Prometheus extrapolates a rate to the ends of its range: its size differs, its parts do not.
        own, theirs = await both(Rate("antesala_decisions_total", by="action"))
        assert [line.label for line in own] == sorted(line.label for line in theirs) == ["ack", "answer"]
        rates = {line.label: line.last for line in theirs}
        assert rates["answer"] == pytest.approx(3 * (rates["ack"] or 0.0))
        own, theirs = await both(Share("antesala_decisions_total", {"action": ("answer",)}))
        assert own[0].last == pytest.approx(theirs[0].last)
        own, theirs = await both(Quantile(0.5, "antesala_reply_seconds", WHERE))
        assert own[0].last == pytest.approx(theirs[0].last)


async def test_a_server_that_is_not_there_is_said() -> None:
    async with Prometheus(f"http://127.0.0.1:{free_port()}") as prometheus:
        with pytest.raises(HistoryUnavailable, match="APPLIANCE_PROMETHEUS_URL"):
            await prometheus.lines(Level("antesala_dead_letters"), Window.ending(1000.0, 1))
