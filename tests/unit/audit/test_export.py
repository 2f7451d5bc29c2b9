"""Exports: a span of the journal that can be checked by itself, and whatever is done to it is named."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from appliance.audit import AuditPlaces, Broken, CheckpointBook, Durability, Journal, new_signing_key
from appliance.audit.export import Exported, Stated, export_span, verify_export
from appliance.audit.signing import load_public_key, load_signing_key
from appliance.audit.span import Span, moment
from appliance.errors import ExportRefused, SettingsError

BEGIN = datetime(2026, 11, 3, 12, tzinfo=UTC)
COUNT = 20


def minute(number: int) -> datetime:
    return BEGIN + timedelta(minutes=number)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> AuditPlaces:
    """Twenty records, one a minute, put away twice; signed at every seventh and at the end."""
    folder = tmp_path_factory.mktemp("journal")
    places = AuditPlaces.under(folder)
    new_signing_key(folder / "checkpoint.key", places.public_key)
    times: Iterator[int] = iter(range(1, 100))
    now = BEGIN

    def clock() -> str:
        return now.isoformat(timespec="milliseconds")

    book = CheckpointBook(places.checkpoints, load_signing_key(folder / "checkpoint.key"), clock)
    with Journal(places.journal, book, 7, Durability.CLOSE, clock) as journal:
        for number in range(COUNT):
            now = minute(next(times))
            if number in {6, 12}:
                journal.rotate()
            else:
                journal.append({"action": "answer", "n": number})
    return places


@pytest.fixture(scope="module")
def key(places: AuditPlaces) -> object:
    return load_public_key(places.public_key)


def exported(places: AuditPlaces, out: Path, since: int, until: int) -> Exported:
    return export_span(places, load_public_key(places.public_key), Span(minute(since), minute(until)), out)


def verdict(out: Path) -> Exported | Broken:
    return verify_export(out, load_public_key(out / "checkpoint.pub"))


@pytest.mark.parametrize(
    ("since", "until", "first", "records"),
    [
        (1, 30, 1, 20),
        (5, 9, 5, 4),
        (0, 3, 1, 2),
        (19, 40, 19, 2),
        (-9, 0, 0, 0),
        (30, 40, 0, 0),
        (6, 7, 6, 1),
    ],
)
def test_the_records_of_the_span_are_in_it(
    places: AuditPlaces, tmp_path: Path, since: int, until: int, first: int, records: int
) -> None:
    made = exported(places, tmp_path / "out", since, until)
    assert (made.stated.first, made.stated.records) == (first, records)
    assert verdict(tmp_path / "out") == made


def test_a_span_that_ends_after_the_journal_is_whole_until_the_last_checkpoint(
    places: AuditPlaces, tmp_path: Path
) -> None:
    assert exported(places, tmp_path / "a", 5, 99).whole_until == minute(20)
    assert exported(places, tmp_path / "b", 5, 9).whole_until == minute(9)


def test_records_up_to_the_next_checkpoint_come_along(places: AuditPlaces, tmp_path: Path) -> None:
    exported(places, tmp_path / "out", 3, 5)
    numbers = [
        json.loads(line)["n"] for line in (tmp_path / "out" / "journal.jsonl").read_bytes().splitlines()
    ]
    assert numbers == [2, 3, 4, 5, 6]


@given(at=st.integers(0), flip=st.integers(1, 255))
def test_a_changed_byte_is_found(
    places: AuditPlaces, tmp_path_factory: pytest.TempPathFactory, at: int, flip: int
) -> None:
    out = tmp_path_factory.mktemp("export") / "out"
    exported(places, out, 5, 9)
    content = bytearray((out / "journal.jsonl").read_bytes())
    content[at % len(content)] ^= flip
    (out / "journal.jsonl").write_bytes(content)
    assert isinstance(verdict(out), Broken)


@pytest.mark.parametrize("removed", range(11))
def test_a_removed_line_is_found(places: AuditPlaces, tmp_path: Path, removed: int) -> None:
    exported(places, tmp_path / "out", 4, 13)
    file = tmp_path / "out" / "journal.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:removed] + lines[removed + 1 :]))
    assert isinstance(verdict(tmp_path / "out"), Broken)


def test_a_narrower_span_cannot_pass_for_the_wider_one(places: AuditPlaces, tmp_path: Path) -> None:
    """Somebody hands over less than was asked for, and adjusts what the export says of itself."""
    exported(places, tmp_path / "out", 4, 13)
    file = tmp_path / "out" / "journal.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[3:]))
    manifest = tmp_path / "out" / "export.json"
    stated = Stated.model_validate_json(manifest.read_bytes())
    manifest.write_text(stated.model_copy(update={"first": 6, "records": 7}).model_dump_json())
    found = verdict(tmp_path / "out")
    assert isinstance(found, Broken)
    assert (found.record, found.kind) == (5, "removed")


def test_a_stranger_cannot_sign_it(places: AuditPlaces, tmp_path: Path) -> None:
    exported(places, tmp_path / "out", 4, 13)
    found = verify_export(tmp_path / "out", Ed25519PrivateKey.generate().public_key())
    assert isinstance(found, Broken)
    assert "not signed by the journal's key" in found.detail


def test_a_folder_that_is_there_is_left_alone(places: AuditPlaces, tmp_path: Path) -> None:
    with pytest.raises(ExportRefused, match="not there yet"):
        exported(places, tmp_path, 4, 13)


def test_a_span_must_end_after_it_begins() -> None:
    with pytest.raises(SettingsError, match="begins before it ends"):
        Span(minute(3), minute(3))


def test_a_day_begins_in_utc_and_a_time_may_say_otherwise() -> None:
    assert moment("2026-11-03", "--from") == datetime(2026, 11, 3, tzinfo=UTC)
    assert moment("2026-11-03T12:00+01:00", "--from") == datetime(2026, 11, 3, 11, tzinfo=UTC)
    with pytest.raises(SettingsError, match="--from: expected 2026-11-03"):
        moment("yesterday", "--from")
