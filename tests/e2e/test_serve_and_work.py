"""The production processes: one gateway and two workers, started, asked, and ended as systemd does it."""

import asyncio
import signal
import subprocess
from contextlib import AsyncExitStack

import aiohttp
import pytest
from hospital import standing_in
from program import COMMAND, Command, running

from appliance.engine.serve import free_port
from appliance.knowledge.pack import load_pack
from appliance.settings import shipped

pytestmark = [pytest.mark.redis, pytest.mark.models]

WATER = "Can I drink water before surgery? Until what time?"
PATIENTS = [f"whatsapp:+120255502{number:02}" for number in range(12)]
START_WITHIN_S = 240.0
"""Three processes load the embedding model at once, on a machine that may be busy."""
# What systemd would allow: the grace of the settings, and a margin for closing.
END_WITHIN_S = 30.0


async def test_two_workers_answer_each_patient_once_and_all_end_when_told(box: dict[str, str]) -> None:
    port = free_port(0)
    url = f"http://127.0.0.1:{port}"
    answer = load_pack(shipped("knowledge") / "reedy-preop").statement("fasting.clear_liquids", "en")
    async with AsyncExitStack() as opened:
        twilio, desk = await opened.enter_async_context(standing_in(url))
        environment = box | {
            "APPLIANCE_PUBLIC_URL": url,
            "APPLIANCE_BIND": f"127.0.0.1:{port}",
            "APPLIANCE_TWILIO_API_URL": desk.url,
        }
        gateway, one, two = [
            await opened.enter_async_context(running(environment, command))
            for command in ("serve", "worker", "worker")
        ]
        await gateway.says("Running on http", START_WITHIN_S)
        await one.says("worker.ready", START_WITHIN_S)
        await two.says("worker.ready", START_WITHIN_S)

        await asyncio.gather(*(twilio.write(patient, WATER) for patient in PATIENTS))
        for patient in PATIENTS:
            (reply,) = await twilio.replies(patient, 1)
            assert answer in reply.body

        # A worker that is told to stop while there is work hands on what it does not finish.
        for patient in PATIENTS:
            await twilio.write(patient, "y café?")
        assert await one.end(within_s=END_WITHIN_S) == 0
        for patient in PATIENTS:
            assert len(await twilio.replies(patient, 2)) == 2

        async with aiohttp.ClientSession() as client, client.get(f"{url}/readyz") as ready:
            assert (ready.status, await ready.json()) == (200, {"ok": True, "problems": []})
        assert await gateway.end(signal.SIGTERM, END_WITHIN_S) == 0
        assert await two.end(signal.SIGINT, END_WITHIN_S) == 0
        for patient in PATIENTS:
            assert len(twilio.bodies(patient)) == 2
    said = "".join(line for process in (gateway, one, two) for line in process.said)
    assert "Traceback" not in said
    assert all(patient.removeprefix("whatsapp:") not in said for patient in PATIENTS)
    verified = await asyncio.to_thread(_audit_verify, environment)
    assert verified.returncode == 0, verified.stdout
    # Besides the decisions, each of the three processes says at its begin and its end whom it reached.
    assert f"{2 * len(PATIENTS) + 2 * 3} records" in verified.stdout


def _audit_verify(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "audit", "verify"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", ["serve", "check"])
def test_an_unknown_setting_is_refused_with_its_name(
    appliance: Command, box: dict[str, str], command: str
) -> None:
    done = appliance(command, env=box | {"APPLIANCE_PUBLIK_URL": "https://bot.example"})
    assert done.returncode == 1
    assert "publik_url (APPLIANCE_PUBLIK_URL): unknown setting" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "missing_key", "named"),
    [
        ("serve", "APPLIANCE_SECRETS_DIR", "APPLIANCE_SECRETS_DIR"),
        ("worker", "APPLIANCE_TWILIO_ACCOUNT_SID", "twilio_account_sid"),
        ("serve", "APPLIANCE_PUBLIC_URL", "APPLIANCE_PUBLIC_URL"),
    ],
)
def test_a_process_without_what_it_needs_ends_and_says_what_is_missing(
    appliance: Command, box: dict[str, str], command: str, missing_key: str, named: str
) -> None:
    environment = box | {"APPLIANCE_PUBLIC_URL": "https://bot.example"}
    del environment[missing_key]
    done = appliance(command, env=environment)
    assert done.returncode == 1
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_check_is_content_with_a_whole_installation(appliance: Command, box: dict[str, str]) -> None:
    done = appliance("check", env=box | {"APPLIANCE_PUBLIC_URL": "https://bot.example"})
    assert (done.returncode, done.stdout.strip()) == (0, "✓ nothing is missing")


def test_check_names_what_is_missing_and_ends_with_1(appliance: Command, box: dict[str, str]) -> None:
    del box["APPLIANCE_TWILIO_ACCOUNT_SID"]
    done = appliance("check", env=box | {"APPLIANCE_REDIS_URL": "redis://127.0.0.1:1/0"})
    assert done.returncode == 1
    for problem in ("APPLIANCE_TWILIO_ACCOUNT_SID", "APPLIANCE_PUBLIC_URL", "Redis failed"):
        assert problem in done.stdout


def test_check_for_real_patients_refuses_the_demonstration(appliance: Command, box: dict[str, str]) -> None:
    done = appliance("check", "--go-live", env=box | {"APPLIANCE_PUBLIC_URL": "http://bot.example"})
    assert done.returncode == 1
    for problem in ("demonstration", "expected https", "twilio_sender"):
        assert problem in done.stdout
