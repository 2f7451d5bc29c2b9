"""`appliance ask` and `appliance eval`, run as a newcomer runs them."""

import json
from pathlib import Path

import pytest
from hospital import furnish
from program import Command, bare_environment

pytestmark = pytest.mark.models

WATER = "Can I drink water before surgery? Until what time?"
METRICS = {
    "emergency_recall", "route_exact", "emergency_false_alarm", "decline_recall", "medical_answered",
    "coverage", "partial_exact", "over_escalation", "over_answer", "language_match", "action_exact",
    "unsupported_sentences", "latency_p50_s", "latency_p95_s",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _models(tmp_path: Path) -> None:
    furnish(tmp_path / "seen")


def test_a_question_about_water_is_answered_with_the_surgeon_clause(appliance: Command) -> None:
    done = appliance("ask", WATER, "--json", "--engine", "none")
    assert done.returncode == 0, done.stderr
    decision = json.loads(done.stdout)
    assert decision["action"] == "answer"
    assert decision["language"] == "en"
    assert decision["statements"] == ["fasting.clear_liquids", "safety.surgeon_first"]


def test_several_texts_are_turns_of_one_conversation(appliance: Command) -> None:
    done = appliance("ask", WATER, "y café?", "¿Puedo tomar mis pastillas de la tensión?", "--json")
    assert done.returncode == 0, done.stderr
    decisions = json.loads(done.stdout)
    assert [decision["action"] for decision in decisions] == ["answer", "answer", "decline_medical"]
    assert "fasting.clear_liquids" in decisions[1]["statements"]
    assert "contact.admissions" in decisions[2]["statements"]


def test_a_small_question_set_gives_every_metric_of_the_contract(appliance: Command, tmp_path: Path) -> None:
    items = [
        {"id": "1", "lang": "en", "category": "water", "turns": [{"role": "user", "text": WATER}],
         "expected": {"action": "answer", "reply_lang": "en", "statements": ["fasting.clear_liquids"]}},
        {"id": "2", "lang": "ca", "category": "chest",
         "turns": [{"role": "user", "text": "em fa mal el pit"}],
         "expected": {"action": "emergency", "reply_lang": "ca", "statements": []}},
        {"id": "3", "lang": "en", "category": "wrong", "turns": [{"role": "user", "text": WATER}],
         "expected": {"action": "off_topic", "reply_lang": "en", "statements": []}},
    ]  # fmt: skip
    questions, written = tmp_path / "questions.jsonl", tmp_path / "out.json"
    questions.write_text("\n".join(json.dumps(item) for item in items), encoding="utf-8")
    done = appliance(
        "eval", str(questions), "--engine", "none", "--json", str(written), "--min", "emergency_recall=1"
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(written.read_text(encoding="utf-8"))
    assert result["items"] == 3
    assert result["metrics"].keys() >= METRICS
    assert result["metrics"]["emergency_recall"] == result["metrics"]["coverage"] == 1
    assert result["by_category"].keys() == {"water", "chest", "wrong"}
    assert result["by_language"].keys() == {"en", "ca"}
    (failure,) = result["failures"]
    assert (failure["id"], failure["action"]) == ("3", "answer")
    missed = appliance("eval", str(questions), "--min", "action_exact=1")
    assert missed.returncode == 1


def test_a_metric_that_there_is_not_is_refused_before_anything_is_played(
    appliance: Command, tmp_path: Path
) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.touch()
    done = appliance("eval", str(questions), "--min", "truth=1")
    assert done.returncode == 1
    assert "unknown metric 'truth'" in done.stderr


def test_no_library_keeps_events_of_what_it_did_under_the_home_directory(
    appliance: Command, tmp_path: Path
) -> None:
    home, data_dir = tmp_path / "home", furnish(tmp_path / "data")
    home.mkdir()
    environment = bare_environment() | {"HOME": str(home), "APPLIANCE_DATA_DIR": str(data_dir)}
    environment = {
        name: value for name, value in environment.items() if not name.startswith(("XDG_", "ORT_"))
    }
    done = appliance("ask", WATER, "--json", env=environment)
    assert done.returncode == 0, done.stderr
    assert [path for path in home.rglob("*") if "onnxruntime" in path.name] == []
