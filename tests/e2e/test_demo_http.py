"""The demo from outside, over HTTP alone: what is sent is answered once, and nothing is left at the end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import pytest
from demo_process import Demo, running_demo
from twilio.request_validator import RequestValidator

pytestmark = [pytest.mark.redis, pytest.mark.models]

TOKEN, PUBLIC_URL = "a token of the tests", "https://bot.example/antesala"
PATIENT = "whatsapp:+12025550150"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    variables = {"APPLIANCE_TWILIO_AUTH_TOKEN": TOKEN, "APPLIANCE_PUBLIC_URL": PUBLIC_URL}
    with running_demo(tmp_path_factory.mktemp("demo"), **variables) as demo:
        yield demo


def post(url: str, body: dict[str, str], **headers: str) -> tuple[int, bytes]:
    with urlopen(Request(url, urlencode(body).encode(), headers), timeout=30) as answer:
        return answer.status, answer.read()


def messages(demo: Demo, to: str) -> list[dict[str, Any]]:
    with urlopen(f"{demo.url}/demo/messages?to={quote(to)}", timeout=30) as answer:
        return json.load(answer)


def settled(demo: Demo, to: str) -> list[dict[str, Any]]:
    """The messages once there is one and each was read: then nothing more is under way for this turn."""
    deadline = time.monotonic() + 60
    while not (found := messages(demo, to)) or any(message["status"] != "read" for message in found):
        assert time.monotonic() < deadline, f"no reply within a minute, got {found}"
        time.sleep(0.1)
    return found


def test_a_message_of_the_phone_is_answered_exactly_once(demo: Demo) -> None:
    question = "Can I drink water before surgery? Until what time?"
    status, told = post(f"{demo.url}/demo/send", {"from": PATIENT, "body": question, "profile_name": "Emma"})
    assert (status, json.loads(told)["webhook_status"]) == (200, 200)
    (reply,) = settled(demo, PATIENT)
    assert "2 hours" in reply["body"]
    assert "surgeon" in reply["body"]
    with urlopen(f"{demo.url}/demo/traces?from={quote(PATIENT)}", timeout=30) as answer:
        (trace,) = json.load(answer)
    assert (trace["action"], trace["language"]) == ("answer", "en")
    assert "fasting.clear_liquids" in trace["statements"]
    assert len(trace["record_hash"]) == 64


def test_another_signer_may_post_for_the_configured_base_and_token(demo: Demo) -> None:
    sender = "whatsapp:+12025550151"
    form = {
        "MessageSid": "SM" + "1" * 32,
        "From": sender,
        "To": "whatsapp:+12025550199",
        "Body": "em fa mal el pit",
    }
    url = f"{PUBLIC_URL}/webhooks/twilio/whatsapp"
    signature = RequestValidator(TOKEN).compute_signature(url, form)
    status, _ = post(f"{demo.url}/webhooks/twilio/whatsapp", form, **{"X-Twilio-Signature": signature})
    assert status == 200
    (reply,) = settled(demo, sender)
    assert "112" in reply["body"]


def test_the_audit_chain_of_the_demo_verifies(demo: Demo) -> None:
    journal = demo.data_dir / "demo" / "audit" / "journal.jsonl"
    command = [sys.executable, "-m", "appliance", "audit", "verify", "--journal", str(journal)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_taken_port_is_refused_with_words_that_help(demo: Demo, tmp_path: Path) -> None:
    port = demo.url.rpartition(":")[2]
    refused = pytest.raises(AssertionError, match=rf"port {port} of 127.0.0.1 cannot be used(.|\n)*--port 0")
    with refused, running_demo(tmp_path / "other", "--port", port):
        raise RuntimeError("it must not start")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_it_however_it_ends(tmp_path: Path, how: signal.Signals) -> None:
    with running_demo(tmp_path / "data") as demo:
        children = descendants(demo.process.pid)
        # Redis and the warden at least.
        assert len(children) >= 2
        demo.process.send_signal(how)
        code = demo.process.wait(30)
    assert code == (-how if how is signal.SIGKILL else 0)
    deadline = time.monotonic() + 10
    while left := [child for child in children if alive(child)]:
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.05)


def descendants(pid: int) -> list[int]:
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [grandchild for child in children for grandchild in descendants(child)]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
