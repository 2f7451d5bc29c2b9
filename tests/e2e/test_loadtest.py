"""The chaos harness and the load test, small: the same programs and accounts as in their full runs."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hospital import missing
from program import LONGEST_COMMAND_S, bare_environment

pytestmark = [pytest.mark.redis, pytest.mark.models]

ROOT = Path(__file__).parents[2]


def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=bare_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * LONGEST_COMMAND_S,
    )


def test_whatever_process_dies_every_message_is_answered_once_and_in_order(tmp_path: Path) -> None:
    done = ran(
        "loadtest/chaos.py", "--messages", "150", "--kills", "6", "--seed", "5", "--keep", str(tmp_path)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout)
    assert figures["sent"] == 150
    assert sum(figures["kills"].values()) == 6
    assert (figures["lost"], figures["duplicated"], figures["reordered"], figures["unconfirmed"]) == (0,) * 4


def test_a_load_run_reports_its_figures_and_ends_by_itself(tmp_path: Path) -> None:
    if importlib.util.find_spec("locust") is None:
        missing("Locust is not here: pip install -e '.[load]'")
    done = ran("-m", "loadtest", "--shape", "smoke", "--engine", "simulated", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout)
    assert figures["messages"] > 5
    assert (figures["failures"], figures["unmatched"], figures["unexpected"]) == (0, 0, 0)
    assert 0 < figures["p50_s"] <= figures["p95_s"] <= figures["p99_s"]
    assert {"gateway0", "worker0", "standin", "engine", "locust"} <= set(figures["processes"])
    assert {path.suffix for path in tmp_path.iterdir()} >= {".html", ".csv", ".svg"}
