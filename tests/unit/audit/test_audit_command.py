"""`appliance audit verify`: what it says, and its exit code."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from appliance.audit import AuditPlaces, CheckpointBook, Journal, load_signing_key, new_signing_key
from appliance.cli.audit import audit_app
from appliance.errors import JournalUnavailable, KeyFileError


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory with a journal of three records."""
    places = AuditPlaces.under(tmp_path)
    new_signing_key(tmp_path / "checkpoint.key", places.public_key)
    book = CheckpointBook(places.checkpoints, load_signing_key(tmp_path / "checkpoint.key"))
    with Journal(places.journal, book) as journal:
        for action in ("answer", "decline_medical", "emergency"):
            journal.append({"action": action})
    return tmp_path


def run(*arguments: str, **variables: str) -> tuple[int, str]:
    return invoke("verify", *arguments, **variables)


def invoke(*arguments: str, **variables: str) -> tuple[int, str]:
    result = CliRunner().invoke(audit_app, arguments, env=variables)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_an_untouched_journal_gives_0(data_dir: Path) -> None:
    code, said = run(APPLIANCE_DATA_DIR=str(data_dir))
    assert code == 0
    assert "3 records are as they were written" in said
    assert "0 records came after the last" in said


def test_the_first_wrong_record_is_named_and_gives_1(data_dir: Path) -> None:
    journal = AuditPlaces.under(data_dir).journal
    journal.write_bytes(journal.read_bytes().replace(b"decline_medical", b"answer_anything"))
    code, said = run("--journal", str(journal))
    assert (code, said) == (1, "record 2 was altered: its content does not have its hash\n")


def test_an_auditor_can_bring_the_key(data_dir: Path, tmp_path: Path) -> None:
    new_signing_key(tmp_path / "other.key", tmp_path / "other.pub")
    code, said = run("--public-key", str(tmp_path / "other.pub"), APPLIANCE_DATA_DIR=str(data_dir))
    assert code == 1
    assert "not signed by the journal's key" in said


def test_what_is_missing_is_said(data_dir: Path, tmp_path: Path) -> None:
    places = AuditPlaces.under(data_dir)
    places.journal.unlink()
    with pytest.raises(JournalUnavailable, match="cannot be read"):
        run(APPLIANCE_DATA_DIR=str(data_dir))
    places.public_key.unlink()
    with pytest.raises(KeyFileError, match="expected the journal's public key"):
        run(APPLIANCE_DATA_DIR=str(data_dir))


def test_an_export_is_written_and_checked_by_itself(data_dir: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "export")
    span = ("--from", "2020-01-01", "--to", "2100-01-01")
    code, said = invoke("export", *span, "--out", out, APPLIANCE_DATA_DIR=str(data_dir))
    assert code == 0
    assert f"3 records of the span are in {out}" in said
    code, said = invoke("verify", "--export", out)
    assert code == 0
    assert "3 records from 2020-01-01" in said
    journal = tmp_path / "export" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"emergency", b"greeting!"))
    assert invoke("verify", "--export", out) == (
        1,
        "record 3 was altered: its content does not have its hash\n",
    )


def test_the_journal_is_put_away_by_command_and_still_verifies(data_dir: Path, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (tmp_path / "checkpoint.key").rename(secrets / "checkpoint.key")
    variables = {"APPLIANCE_DATA_DIR": str(data_dir), "APPLIANCE_SECRETS_DIR": str(secrets)}
    code, said = invoke("rotate", **variables)
    assert (code, said.strip().rpartition("/")[2]) == (0, "journal-000000000001-000000000003.jsonl")
    code, said = run(APPLIANCE_DATA_DIR=str(data_dir))
    assert code == 0
    assert "4 records are as they were written" in said


def test_checkpoints_may_lie_apart(data_dir: Path, tmp_path: Path) -> None:
    places, apart = AuditPlaces.under(data_dir), tmp_path / "apart.jsonl"
    places.checkpoints.rename(apart)
    code, _ = run(APPLIANCE_DATA_DIR=str(data_dir), APPLIANCE_CHECKPOINTS_FILE=str(apart))
    assert code == 0
