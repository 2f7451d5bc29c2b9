"""What a reviewer of a pack is told to look at."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pack_files import files, statement, write_pack

from appliance.knowledge.lint import warnings_of
from appliance.knowledge.pack import load_pack


def warnings(tmp_path: Path, **changes: Any) -> list[str]:
    contents = files()
    contents["statements.yaml"]["fasting.solids"] = statement("fasting.solids", **changes)
    return list(warnings_of(load_pack(write_pack(tmp_path / "small", contents))))


def about_solids(found: list[str]) -> list[str]:
    return [line for line in found if line.startswith("statements.yaml, fasting.solids")]


def test_a_statement_that_is_not_served_is_told(tmp_path: Path) -> None:
    (line,) = about_solids(warnings(tmp_path, approved_by=""))
    assert "not served" in line


def test_a_review_that_is_due_soon_is_told(tmp_path: Path) -> None:
    soon = datetime.now(UTC).date() + timedelta(days=30)
    (line,) = about_solids(warnings(tmp_path, approved_on="2020-01-01", review_by=soon.isoformat()))
    assert line.endswith(f"to be reviewed by {soon}")


def test_a_medicine_in_a_statement_is_told(tmp_path: Path) -> None:
    later = (datetime.now(UTC).date() + timedelta(days=365)).isoformat()
    found = warnings(
        tmp_path, approved_on="2020-01-01", review_by=later, text={"es": "Sin pan.", "en": "Stop aspirin."}
    )
    (line,) = about_solids(found)
    assert line.startswith("statements.yaml, fasting.solids, en: names a medicine")


def test_thin_examples_are_told(tmp_path: Path) -> None:
    found = warnings(tmp_path)
    assert any(line.startswith("examples/es.yaml: missing") for line in found)
    assert any(line.startswith("examples/en.yaml, fasting.solids: fewer than") for line in found)
