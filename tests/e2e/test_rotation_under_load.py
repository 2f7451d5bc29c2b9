"""Master keys are rotated and the old one removed, while patients write and are answered."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hospital import Twilio, standing_in
from program import Command, running

from appliance.engine.serve import free_port
from appliance.knowledge.pack import load_pack
from appliance.settings import shipped
from appliance.vault import KEY_RING, KeyRing

pytestmark = [pytest.mark.redis, pytest.mark.models]

PATIENTS = [f"whatsapp:+120255503{number:02}" for number in range(8)]
START_WITHIN_S = 240.0


async def test_no_read_fails_while_keys_are_rotated_and_the_old_one_is_removed(
    box: dict[str, str], appliance: Command
) -> None:
    port = free_port(0)
    url = f"http://127.0.0.1:{port}"
    pack = load_pack(shipped("knowledge") / "reedy-preop")
    answer = pack.statement("fasting.clear_liquids", "en")
    ring_file = Path(box["APPLIANCE_SECRETS_DIR"]) / KEY_RING
    old = KeyRing.load(ring_file).current
    async with AsyncExitStack() as opened:
        twilio, desk = await opened.enter_async_context(standing_in(url))
        environment = box | {
            "APPLIANCE_PUBLIC_URL": url,
            "APPLIANCE_BIND": f"127.0.0.1:{port}",
            "APPLIANCE_TWILIO_API_URL": desk.url,
            "APPLIANCE_WORDING": "approved",
            "APPLIANCE_BURST_QUIET_S": "0.2",
        }
        gateway, worker = [
            await opened.enter_async_context(running(environment, command)) for command in ("serve", "worker")
        ]
        await gateway.says("Running on http", START_WITHIN_S)
        await worker.says("worker.ready", START_WITHIN_S)

        async def keys(*arguments: str) -> str:
            done = await asyncio.to_thread(appliance, "keys", *arguments, env=environment)
            assert done.returncode == 0, done.stderr
            return done.stdout

        asked = await rounds(twilio, PATIENTS, 1)
        load = asyncio.create_task(writing_on(twilio, PATIENTS, asked), name="load")
        said = await keys("rotate", "--id", "second")
        assert "master key second is current" in said
        # Patients who are new after the rotation are sealed by the new key from the start.
        await twilio.write("whatsapp:+12025550399", "Can I drink water before surgery?")
        await twilio.replies("whatsapp:+12025550399", 1)
        assert f"master key {old} is out" in await keys("remove", old)
        assert list(KeyRing.load(ring_file).masters) == ["second"]
        load.cancel()
        asked = await load
        # What was sealed before the rotation is still known: the follow-up is resolved from it.
        for patient in PATIENTS:
            await twilio.write(patient, "y café?")
            replies = await twilio.replies(patient, asked[patient] + 1)
            assert "café" in replies[-1].body.casefold()
        assert all(answer in twilio.bodies(patient)[0] for patient in PATIENTS)
    everything = "".join([*gateway.said, *worker.said])
    for trouble in (
        "turn_failed",
        "broken",
        "worker.dead_letter",
        "unreadable",
        "not_accepted",
        "KeyFileError",
        "Traceback",
    ):
        assert trouble not in everything


async def rounds(twilio: Twilio, patients: list[str], count: int) -> dict[str, int]:
    """Each patient asks so often, and is answered each time."""
    for number in range(1, count + 1):
        for patient in patients:
            await twilio.write(patient, "Can I drink water before surgery? Until what time?")
        for patient in patients:
            await twilio.replies(patient, number)
    return dict.fromkeys(patients, count)


async def writing_on(twilio: Twilio, patients: list[str], asked: dict[str, int]) -> dict[str, int]:
    """Patients write, one after the other and without end; how many messages each wrote when told to stop."""
    try:
        while True:
            for patient in patients:
                asked[patient] += 1
                await asyncio.shield(answered(twilio, patient, asked[patient]))
    except asyncio.CancelledError:
        for patient in patients:
            await twilio.replies(patient, asked[patient])
        return asked


async def answered(twilio: Twilio, patient: str, count: int) -> None:
    await twilio.write(patient, "Until what time can I drink water?")
    await twilio.replies(patient, count)
