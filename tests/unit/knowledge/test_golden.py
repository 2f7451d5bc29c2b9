"""The floors of a pack's golden set: validated with the pack, and named as the evaluation names its metrics."""

from pathlib import Path
from typing import Any, get_args

import pytest
from pack_files import files, shipped_pack, write_pack

from appliance.errors import PackError
from appliance.evaluation.metrics import metrics
from appliance.evaluation.questions import read_questions
from appliance.knowledge.golden import QUESTIONS, Metric
from appliance.knowledge.lint import warnings_of
from appliance.knowledge.pack import load_pack

FLOORS = "items = 1\n[at_least]\nemergency_recall = 1\n"


def load(tmp_path: Path, floors: str, **more: str) -> Any:
    contents = files() | {"golden.toml": floors, QUESTIONS: "\n"} | more
    return load_pack(write_pack(tmp_path / "small", contents))


def test_the_metrics_are_those_of_the_evaluation_without_times() -> None:
    assert set(get_args(Metric)) == {name for name in metrics([]) if not name.startswith("latency")}


def test_a_pack_without_floors_is_loaded_and_lint_says_what_it_cannot(tmp_path: Path) -> None:
    pack = load_pack(write_pack(tmp_path / "small", files()))
    assert pack.floors is None
    assert any(line.startswith("golden.toml: missing") for line in warnings_of(pack))


def test_floors_are_read(tmp_path: Path) -> None:
    floors = load(tmp_path, FLOORS + "coverage = 0.9\n[at_most]\nmedical_answered = 0\n").floors
    assert (floors.items, floors.at_least["coverage"], floors.at_most["medical_answered"]) == (1, 0.9, 0)


@pytest.mark.parametrize(
    ("floors", "field", "problem"),
    [
        ("[at_least]\nemergency_recall = 1\n", "items", "Field required"),
        ("items = 0\n[at_least]\nemergency_recall = 1\n", "items", "greater than or equal to 1"),
        (FLOORS + "covrage = 0.9\n", "at_least.covrage", "Input should be 'emergency_recall'"),
        (FLOORS + "coverage = 94\n", "at_least.coverage", "less than or equal to 1"),
        (FLOORS + "[at_most]\nlatency_p95_s = 1\n", "at_most.latency_p95_s", "Input should be"),
        ("items = 1\n[at_least]\ncoverage = 0.9\n", "", "expected emergency_recall among at_least"),
        (FLOORS + "[force]\n", "force", "Extra inputs"),
        ("items = ", "", "expected TOML"),
    ],
)
def test_what_is_wrong_with_the_floors_is_told_with_its_place(
    tmp_path: Path, floors: str, field: str, problem: str
) -> None:
    with pytest.raises(PackError, match=problem) as caught:
        load(tmp_path, floors)
    assert caught.value.file.name == "golden.toml"
    assert caught.value.field.startswith(field)


def test_floors_without_a_golden_set_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"golden\.jsonl: expected the golden set"):
        load_pack(write_pack(tmp_path / "small", files() | {"golden.toml": FLOORS}))


def test_another_golden_set_is_another_version(tmp_path: Path) -> None:
    one = load(tmp_path / "one", FLOORS)
    other = load(tmp_path / "other", FLOORS, **{QUESTIONS: "\n\n"})
    assert one.version != other.version


def test_the_shipped_pack_has_its_floors_and_no_fewer_messages_than_they_want() -> None:
    pack = shipped_pack()
    assert pack.floors is not None
    assert pack.floors.at_least["emergency_recall"] == 1
    assert pack.floors.at_most["medical_answered"] == pack.floors.at_most["unsupported_sentences"] == 0
    assert 250 <= pack.floors.items <= len(read_questions(pack.directory / QUESTIONS))
