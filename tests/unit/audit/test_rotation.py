"""Rotation: files are put away, the chain runs on over them, and whatever is done to them is named."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.audit import Broken, CheckpointBook, Durability, Journal, Verified, verify
from appliance.audit.segments import archived, journal_lines, successor

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def opened(path: Path, rotate_bytes: int | None = None) -> Journal:
    book = CheckpointBook(path.with_name("checkpoints.jsonl"), KEY)
    return Journal(path, book, 3, Durability.CLOSE, rotate_bytes=rotate_bytes)


def verdict(path: Path) -> Verified | Broken:
    return verify(path, path.with_name("checkpoints.jsonl"), KEY.public_key())


@pytest.fixture
def rotated(path: Path) -> Path:
    """Four records, a rotation (the fifth), three records, another one (the ninth), one more."""
    with opened(path) as journal:
        for count in (4, 3, 1):
            for _ in range(count):
                journal.append({"action": "answer"})
            if count > 1:
                journal.rotate()
    return path


def test_a_file_is_named_by_its_first_and_last_record(rotated: Path) -> None:
    assert [path.name for path in archived(rotated)] == [
        "journal-000000000001-000000000004.jsonl",
        "journal-000000000005-000000000008.jsonl",
    ]


def test_the_chain_runs_on_over_the_files(rotated: Path) -> None:
    found = verdict(rotated)
    assert isinstance(found, Verified)
    assert (found.records, found.unsigned) == (10, 0)


def test_the_new_file_begins_with_a_record_of_the_rotation(rotated: Path) -> None:
    first = json.loads(rotated.read_bytes().splitlines()[0])["record"]
    assert (first["kind"], first["file"]) == ("rotated", "journal-000000000005-000000000008.jsonl")


def test_a_file_that_has_grown_is_put_away_by_itself(path: Path) -> None:
    with opened(path, rotate_bytes=2000) as journal:
        for _ in range(40):
            journal.append({"action": "answer"})
    assert len(archived(path)) > 2
    found = verdict(path)
    assert isinstance(found, Verified)
    assert found.records == 40 + len(archived(path))


def test_another_process_goes_on_in_the_new_file(path: Path) -> None:
    with opened(path) as here, opened(path) as there:
        here.append({"action": "answer"})
        there.rotate()
        here.append({"action": "answer"})
        here.rotate()
        there.append({"action": "answer"})
    found = verdict(path)
    assert isinstance(found, Verified)
    assert found.records == 5


@pytest.mark.parametrize("removed", [0, 1])
def test_a_file_that_is_gone_is_named_by_its_first_record(rotated: Path, removed: int) -> None:
    archived(rotated)[removed].unlink()
    found = verdict(rotated)
    assert isinstance(found, Broken)
    assert (found.record, found.kind) == ((1, 5)[removed], "removed")


def test_an_altered_record_of_a_file_that_was_put_away_is_named(rotated: Path) -> None:
    old = archived(rotated)[1]
    lines = old.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"answer", b"refuse")
    old.write_bytes(b"".join(lines))
    found = verdict(rotated)
    assert isinstance(found, Broken)
    assert (found.record, found.kind) == (7, "altered")


def test_files_that_change_places_are_named(rotated: Path) -> None:
    first, second = archived(rotated)
    held = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(held)
    found = verdict(rotated)
    assert isinstance(found, Broken)
    assert (found.record, found.kind) == (1, "moved")


def test_a_crash_between_the_two_renames_is_finished_by_the_next_writer(rotated: Path) -> None:
    rotated.rename(successor(rotated))
    assert isinstance(verdict(rotated), Verified)
    with opened(rotated) as journal:
        journal.append({"action": "answer"})
    assert not successor(rotated).exists()
    found = verdict(rotated)
    assert isinstance(found, Verified)
    assert found.records == 11


def test_a_file_that_is_put_away_while_it_is_read_is_read_once(path: Path) -> None:
    with opened(path) as journal:
        journal.append({"action": "answer"})
        lines = journal_lines(path)
        first = next(lines)
        journal.rotate()
        assert [first, *lines] == archived(path)[0].read_bytes().splitlines(keepends=True)
