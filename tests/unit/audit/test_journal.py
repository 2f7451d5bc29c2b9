"""The journal on a real file: appended, repaired after a crash, refused when it was damaged."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.audit import Broken, CheckpointBook, Durability, Journal, Verified, verify
from appliance.errors import JournalBroken, JournalUnavailable

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOON = "2026-11-03T12:00:00.000+00:00"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit" / "journal.jsonl"


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints.jsonl"


@pytest.fixture
def opened(path: Path, signed: Path) -> Callable[..., Journal]:
    def opening(every: int = 100, durability: Durability = Durability.CLOSE) -> Journal:
        return Journal(path, CheckpointBook(signed, KEY, lambda: NOON), every, durability, lambda: NOON)

    return opening


Opened = Callable[..., Journal]


def verdict(path: Path, signed: Path) -> Verified | Broken:
    return verify(path, signed, KEY.public_key())


def records(path: Path) -> list[dict[str, object]]:
    return [json.loads(line)["record"] for line in path.read_bytes().splitlines()]


def test_what_is_appended_is_there_with_its_time_and_verifies(
    opened: Opened, path: Path, signed: Path
) -> None:
    with opened(durability=Durability.EACH) as journal:
        journal.append({"action": "answer", "statements": ["fasting.clear_liquids"]})
        head = journal.append({"action": "emergency", "time": "2026-11-03T12:00:01.000+00:00"})
    assert records(path) == [
        {"action": "answer", "statements": ["fasting.clear_liquids"], "time": NOON},
        {"action": "emergency", "time": "2026-11-03T12:00:01.000+00:00"},
    ]
    assert verdict(path, signed) == Verified(2, head, 2, 0)


def test_the_chain_goes_on_after_a_restart(opened: Opened, path: Path, signed: Path) -> None:
    for _ in range(3):
        with opened() as journal:
            journal.append({"action": "answer"})
    found = verdict(path, signed)
    assert isinstance(found, Verified)
    assert (found.records, found.unsigned) == (3, 0)


def test_two_writers_of_one_file_make_one_chain(opened: Opened, path: Path, signed: Path) -> None:
    with opened() as here, opened() as there:
        for number in range(10):
            (here if number % 3 else there).append({"action": "answer", "n": number})
    found = verdict(path, signed)
    assert isinstance(found, Verified)
    assert [record["n"] for record in records(path)] == list(range(10))


def test_a_checkpoint_is_signed_every_so_often(opened: Opened, path: Path, signed: Path) -> None:
    journal = opened(every=3)
    for _ in range(7):
        journal.append({"action": "answer"})
    counts = [json.loads(line)["count"] for line in signed.read_text().splitlines()]
    assert counts == [0, 3, 6]
    found = verdict(path, signed)
    assert isinstance(found, Verified)
    assert found.unsigned == 1
    journal.close()


@pytest.mark.parametrize("keep", [1, 40, 120, -1])
def test_an_unfinished_line_is_cut_off_and_the_repair_is_recorded(
    opened: Opened, path: Path, signed: Path, keep: int
) -> None:
    with opened() as journal:
        journal.append({"action": "answer"})
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:keep])
    found = verdict(path, signed)
    assert isinstance(found, Broken)
    assert (found.record, found.kind) == (2, "cut")
    with opened() as journal:
        journal.append({"action": "answer"})
    assert [record["action"] for record in records(path)] == ["answer", "recovered", "answer"]
    assert records(path)[1]["cut_bytes"] == len(whole[:keep])
    assert isinstance(verdict(path, signed), Verified)


def test_an_unfinished_first_line_is_repaired_too(opened: Opened, path: Path, signed: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b'{"hash":"0')
    opened().close()
    assert [record["action"] for record in records(path)] == ["recovered"]
    assert isinstance(verdict(path, signed), Verified)


def test_a_line_longer_than_a_block_is_found_again(opened: Opened, path: Path, signed: Path) -> None:
    for _ in range(3):
        with opened() as journal:
            journal.append({"verdicts": ["supported"] * 5000})
    found = verdict(path, signed)
    assert isinstance(found, Verified)
    assert found.records == 3


def test_a_damaged_newest_record_is_not_built_upon(opened: Opened, path: Path) -> None:
    with opened() as journal:
        journal.append({"action": "answer"})
    path.write_bytes(path.read_bytes().replace(b"answer", b"refuse"))
    with pytest.raises(JournalBroken, match="the newest record is damaged"):
        opened()


def test_a_journal_shorter_than_was_signed_is_not_built_upon(opened: Opened, path: Path) -> None:
    with opened() as journal:
        journal.append({"action": "answer"})
        journal.append({"action": "answer"})
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(JournalBroken, match="there were 2 records, 1 are left"):
        opened()


def test_a_cut_while_the_journal_is_open_is_noticed_at_the_next_record(opened: Opened, path: Path) -> None:
    journal = opened()
    for _ in range(2):
        journal.append({"action": "answer"})
    os.truncate(path, len(path.read_bytes().splitlines(keepends=True)[0]))
    with pytest.raises(JournalBroken):
        journal.append({"action": "answer"})
    with pytest.raises(JournalBroken):
        journal.close()


def test_a_full_disk_leaves_the_journal_as_it_was_and_it_goes_on_later(
    opened: Opened, path: Path, signed: Path
) -> None:
    """A limit on the size of files stands for the full disk: the kernel refuses, as it would there."""
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    journal = opened()
    journal.append({"action": "answer"})
    before = path.read_bytes()
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, hard))
    try:
        with pytest.raises(JournalUnavailable, match="record 2 was not written"):
            journal.append({"action": "answer"})
        assert path.read_bytes() == before
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    journal.append({"action": "answer"})
    journal.close()
    found = verdict(path, signed)
    assert isinstance(found, Verified)
    assert found.records == 2


def test_a_journal_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalUnavailable, match="cannot be opened"):
        Journal(tmp_path / "file" / "journal.jsonl", CheckpointBook(tmp_path / "checkpoints.jsonl", KEY))


def test_a_torn_checkpoint_is_replaced_by_the_next(opened: Opened, path: Path, signed: Path) -> None:
    with opened() as journal:
        journal.append({"action": "answer"})
    signed.write_bytes(signed.read_bytes() + b'{"count":')
    assert isinstance(verdict(path, signed), Verified)
    with opened() as journal:
        journal.append({"action": "answer"})
    found = verdict(path, signed)
    assert isinstance(found, Verified)
    assert (found.records, found.unsigned) == (2, 0)


@pytest.mark.parametrize(("old", "new"), [('"count":1', '"count":0'), ('"signature":"', '"signature":"0')])
def test_a_changed_checkpoint_is_not_believed(
    opened: Opened, path: Path, signed: Path, old: str, new: str
) -> None:
    with opened() as journal:
        journal.append({"action": "answer"})
    signed.write_text(signed.read_text().replace(old, new))
    found = verdict(path, signed)
    assert isinstance(found, Broken)
    assert "is not signed by the journal's key" in found.detail


def test_a_checkpoint_of_another_key_is_not_believed(opened: Opened, path: Path, signed: Path) -> None:
    with opened() as journal:
        journal.append({"action": "answer"})
    stranger = Ed25519PrivateKey.generate()
    found = verify(path, signed, stranger.public_key())
    assert isinstance(found, Broken)
    assert "is not signed by the journal's key" in found.detail


def test_removed_checkpoints_are_noticed(opened: Opened, path: Path, signed: Path) -> None:
    with opened() as journal:
        journal.append({"action": "answer"})
    signed.unlink()
    found = verdict(path, signed)
    assert isinstance(found, Broken)
    assert "no signed checkpoint" in found.detail
