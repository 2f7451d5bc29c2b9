"""One journal, several processes, one of them killed in the middle."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.audit import CheckpointBook, Journal, Verified, load_signing_key, new_signing_key, verify

_WRITER = """
import sys
from pathlib import Path
from appliance.audit import CheckpointBook, Durability, Journal, load_signing_key

directory, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
book = CheckpointBook(directory / "checkpoints.jsonl", load_signing_key(directory / "journal.key"))
with Journal(directory / "journal.jsonl", book, 10, Durability.CLOSE) as journal:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(count):
        journal.append({"action": "answer", "writer": name, "n": number})
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    new_signing_key(tmp_path / "journal.key", tmp_path / "journal.pub")
    return tmp_path


def writer(directory: Path, name: str, count: int) -> subprocess.Popen[str]:
    """A process that is ready to write and waits for a line."""
    command = [sys.executable, "-c", _WRITER, str(directory), name, str(count)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def verified(directory: Path) -> Verified:
    key = load_signing_key(directory / "journal.key").public_key()
    found = verify(directory / "journal.jsonl", directory / "checkpoints.jsonl", key)
    assert isinstance(found, Verified), found
    return found


def test_records_of_several_processes_make_one_chain(directory: Path) -> None:
    writers = [writer(directory, name, 200) for name in "abc"]
    for process in writers:
        begin(process)
    for process in writers:
        process.communicate()
        assert process.returncode == 0
    assert verified(directory).records == 600
    lines = (directory / "journal.jsonl").read_bytes().splitlines()
    written = [json.loads(line)["record"] for line in lines]
    for name in "abc":
        assert [record["n"] for record in written if record["writer"] == name] == list(range(200))


def test_a_process_that_is_killed_while_it_writes_leaves_a_chain_that_goes_on(directory: Path) -> None:
    victim = writer(directory, "victim", 1_000_000)
    begin(victim)
    with Journal(
        directory / "journal.jsonl",
        CheckpointBook(directory / "checkpoints.jsonl", load_signing_key(directory / "journal.key")),
    ) as journal:
        for number in range(20):
            journal.append({"action": "answer", "writer": "survivor", "n": number})
        victim.kill()
        victim.communicate()
        journal.append({"action": "answer", "writer": "survivor", "n": 20})
    assert verified(directory).unsigned == 0
