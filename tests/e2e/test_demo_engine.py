"""The demo with a real engine: it joins a demo that answers already, and its drafts are seen and judged."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import pytest
from demo_process import running_demo
from needs import missing

from appliance.engine.environment import fitting_flavour, installed_environment
from appliance.settings import load_settings

pytestmark = [pytest.mark.redis, pytest.mark.models, pytest.mark.vllm]

JOINED_WITHIN_S = 400
PATIENT = "whatsapp:+12025550160"


def first_event(url: str) -> Any:
    """The conversation as the page gets it when it opens."""
    with urlopen(f"{url}/demo/events?from={quote(PATIENT)}", timeout=30) as stream:
        return json.loads(stream.readline().removeprefix(b"data: "))


def wait_for(url: str, what: str, found: Any, within_s: float) -> Any:
    deadline = time.monotonic() + within_s
    while not found(told := first_event(url)):
        assert time.monotonic() < deadline, f"no {what} within {within_s} s; the engine: {told['engine']}"
        assert told["engine"]["state"] != "failed", told["engine"]
        time.sleep(0.5)
    return told


def test_the_engine_joins_and_each_sentence_of_its_draft_is_judged(tmp_path: Path) -> None:
    machine = load_settings({})
    if installed_environment(machine.data_dir / "engine", fitting_flavour()) is None:
        missing("vLLM is not installed: appliance models fetch smollm2-135m-instruct")
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / "engine").symlink_to(machine.data_dir / "engine")
    # The small model is slow where there is no GPU: give it time, since its draft is what is looked at.
    with running_demo(data_dir, "--engine", "auto", APPLIANCE_ENGINE_DEADLINE_S="60") as demo:
        wait_for(demo.url, "engine", lambda told: told["engine"]["state"] == "ready", JOINED_WITHIN_S)
        form = {"from": PATIENT, "body": "Can I drink water before surgery? Until what time?"}
        with urlopen(Request(f"{demo.url}/demo/send", urlencode(form).encode()), timeout=30):
            told = wait_for(demo.url, "reply", lambda told: told["replies"], 120)
    (turn,) = told["turns"]
    assert turn["engine"]
    assert turn["verdicts"] or "garbage" in turn["engine"]
    supported = bool(turn["verdicts"]) and all(verdict["supported"] for verdict in turn["verdicts"])
    assert turn["wording"] == ("generated" if supported else "verbatim")
    assert "2 hours" in told["replies"][0]["body"]
