"""The demonstration pack: what it holds, and that nothing to learn from is also measured with."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pack_files import shipped_pack

from appliance.evaluation.questions import read_questions
from appliance.knowledge.lint import warnings_of
from appliance.knowledge.pack import Pack
from appliance.safety.normalise import words
from appliance.settings import shipped

# Beside the checkout; it is no part of it, so that nobody learns from it.
MEASURED = Path(__file__).parents[4] / "shared" / "eval" / "dev.jsonl"
_SHORT_CHARACTERS = 18


@pytest.fixture
def pack() -> Pack:
    return shipped_pack()


def test_it_holds_the_ten_statements(pack: Pack) -> None:
    assert set(pack.statements) == {
        "fasting.solids", "fasting.clear_liquids", "fasting.after_midnight", "checkin.place", "checkin.arrival",
        "checkin.documents", "emotions.anxiety", "emotions.severe", "contact.admissions", "safety.surgeon_first",
    }  # fmt: skip
    assert pack.served(date(2026, 11, 20)) == set(pack.statements)


def test_it_speaks_eleven_languages(pack: Pack) -> None:
    assert pack.languages == ("es", "ca", "en", "fr", "de", "it", "pt", "ro", "ar", "uk", "zh")
    assert {one.language for one in pack.examples} == set(pack.languages)


def test_it_says_that_no_clinician_approved_it(pack: Pack) -> None:
    assert pack.manifest.demonstration
    assert "not clinically approved" in next(warnings_of(pack))


def test_its_golden_set_can_be_played() -> None:
    assert read_questions(shipped("knowledge") / "reedy-preop" / "golden.jsonl")


def test_nothing_to_learn_from_is_also_measured_with(pack: Pack) -> None:
    """Compared as the learner sees it: without case, accents and signs."""
    if not MEASURED.is_file():
        pytest.skip(f"no question set at {MEASURED}: it is kept apart from the product")
    measured = {_plain(text): text for text in _said(MEASURED) if len(text) > _SHORT_CHARACTERS}
    learned = {_plain(text): text for text in _taught(pack)}
    assert [text for plain, text in learned.items() if plain in measured] == []


def _taught(pack: Pack) -> Iterator[str]:
    for one in pack.examples:
        for texts in one.examples.values():
            yield from texts
        yield from (mixed.text for mixed in one.mixed)
    yield from _said(pack.directory / "golden.jsonl")


def _said(questions: Path) -> Iterator[str]:
    for line in questions.read_text(encoding="utf-8").split("\n"):
        if line.strip():
            yield from (turn["text"] for turn in json.loads(line)["turns"])


def _plain(text: str) -> str:
    return " ".join(words(text))
