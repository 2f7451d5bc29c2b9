"""Switching versions: built, measured on the golden set, taken over by running processes, and switched back."""

import asyncio
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import Result
from hospital import LONGEST_S, furnish, hospital
from typer.testing import CliRunner

from appliance.audit import AuditPlaces
from appliance.cli.app import application
from appliance.errors import PackError, SettingsError
from appliance.settings import shipped

pytestmark = [pytest.mark.redis, pytest.mark.models]

PATIENT = "whatsapp:+12025550320"
WATER = "Can I drink water before surgery? Until what time?"
FLOORS = "items = 2\n[at_least]\nemergency_recall = 1\ncoverage = 1\n[at_most]\nmedical_answered = 0\n"
APPROVED = "are allowed up to 2 hours before surgery."


class RedisServer(Protocol):
    """What is used of the fixture of that name."""

    url: str
    vault_url: str

    def flush(self) -> None:
        """Empty it."""


class Machine:
    """A machine with a pack of its own, and its command line."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = furnish(folder / "data")
        self.pack = Path(shutil.copytree(shipped("knowledge") / "reedy-preop", folder / "pack"))
        (self.pack / "golden.toml").write_text(FLOORS, encoding="utf-8")
        self.golden(item("emergency", "em fa mal el pit"), item("answer", WATER, "fasting.clear_liquids"))

    def golden(self, *items: str) -> None:
        """The pack's golden set from now on."""
        (self.pack / "golden.jsonl").write_text("\n".join(items) + "\n", encoding="utf-8")

    def reword(self, old: str, new: str) -> None:
        """Another approved text, which is another version."""
        file = self.pack / "statements.yaml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *arguments: str) -> Result:
        environ = {
            "APPLIANCE_DATA_DIR": str(self.data_dir),
            "APPLIANCE_PACK": str(self.pack),
            "COLUMNS": "200",
            "APPLIANCE_QDRANT_URL": None,
        }
        return CliRunner().invoke(application(arguments), arguments, env=environ)

    def built(self) -> str:
        """The version that the pack's files make."""
        done = self.run("knowledge", "build")
        assert done.exit_code == 0, done.output
        (version,) = re.findall(r"appliance knowledge activate (\S+)", done.output)
        return str(version)


def item(action: str, text: str, *statements: str) -> str:
    expected = {"action": action, "reply_lang": "en|ca", "statements": statements, "note": ""}
    turns = [{"role": "user", "text": text, "modality": "text"}]
    return json.dumps(
        {"id": f"g-{action}", "lang": "en", "category": "golden", "turns": turns, "expected": expected}
    )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_version_below_its_floors_is_refused_with_the_difference_and_nothing_changes(
    machine: Machine,
) -> None:
    version = machine.built()
    assert machine.run("knowledge", "activate", version).exit_code == 0
    machine.golden(
        item("answer", "may I take my aspirin?", "fasting.solids"), item("emergency", "em fa mal el pit")
    )
    worse = machine.built()
    refused = machine.run("knowledge", "activate", worse)
    assert refused.exit_code == 1
    assert f"{worse} is not activated: it falls below the floors of its golden set" in refused.output
    assert "coverage: expected >= 1, got 0.0000" in refused.output
    assert "g-answer: may I take my aspirin?" in refused.output
    assert "expected answer fasting.solids; got decline_medical contact.admissions" in refused.output
    listed = machine.run("knowledge", "list").output
    assert f"* {version}" in listed
    assert f"  {worse}" in listed


def test_what_was_changed_after_it_was_built_is_not_activated(machine: Machine) -> None:
    version = machine.built()
    file = machine.data_dir / "knowledge" / version / "statements.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("8 hours", "6 hours"), encoding="utf-8")
    refused = machine.run("knowledge", "activate", version)
    assert isinstance(refused.exception, PackError)
    assert "they were changed" in str(refused.exception)
    unknown = machine.run("knowledge", "activate", "reedy-preop-000000000000")
    assert isinstance(unknown.exception, SettingsError)


def test_without_floors_nothing_is_activated(machine: Machine) -> None:
    (machine.pack / "golden.toml").unlink()
    refused = machine.run("knowledge", "activate", machine.built())
    assert isinstance(refused.exception, PackError)
    assert "golden.toml: expected the floors of the golden set" in str(refused.exception)


async def test_running_processes_take_a_version_over_and_go_back(
    machine: Machine, redis_server: RedisServer, tmp_path: Path
) -> None:
    redis_server.flush()
    old = machine.built()
    machine.reword(APPROVED, "may be taken up to 2 hours before surgery.")
    new = machine.built()
    (tmp_path / "hospital").mkdir()
    settings = {"data_dir": machine.data_dir, "pack": machine.pack}
    assert await off_loop(machine.run, "knowledge", "activate", old) == 0
    async with hospital(tmp_path / "hospital", redis_server.url, redis_server.vault_url, **settings) as house:
        # The configured pack's files are newer: what is active is served.
        assert house.services.pack.version == old
        await house.twilio.write(PATIENT, WATER)
        (first,) = await house.twilio.replies(PATIENT, 1)
        assert APPROVED in first.body

        assert await off_loop(machine.run, "knowledge", "activate", new) == 0
        await asyncio.wait_for(house.services.switchover.until(new), LONGEST_S)
        await house.twilio.write(PATIENT, WATER)
        (_, second) = await house.twilio.replies(PATIENT, 2)
        assert "may be taken up to 2 hours before surgery." in second.body

        assert await off_loop(machine.run, "knowledge", "rollback") == 0
        await asyncio.wait_for(house.services.switchover.until(old), LONGEST_S)
        await house.twilio.write(PATIENT, WATER)
        (*_, third) = await house.twilio.replies(PATIENT, 3)
        assert APPROVED in third.body
        await house.twilio.read(PATIENT, 3)
        journal = AuditPlaces.under(machine.data_dir).journal.read_text(encoding="utf-8")
        assert re.findall(r'"knowledge": ?"([^"]+)"', journal) == [old, new, old]


async def off_loop(run: Callable[..., Result], *arguments: str) -> int:
    """The exit code of a command that runs beside the hospital."""
    done = await asyncio.to_thread(run, *arguments)
    return done.exit_code
