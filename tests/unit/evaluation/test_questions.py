"""Reading a question set: what it may hold, and what is said about a line that is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from appliance.evaluation.questions import Item, QuestionSetError, read_questions


def line(**changes: Any) -> dict[str, Any]:
    item = {
        "id": "1",
        "lang": "en",
        "category": "fasting",
        "turns": [{"role": "user", "text": "water?", "modality": "text"}],
        "expected": {"action": "answer", "reply_lang": "en", "statements": [], "note": ""},
    }
    return item | changes


def read(tmp_path: Path, *lines: dict[str, Any] | str) -> tuple[Item, ...]:
    file = tmp_path / "set.jsonl"
    texts = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in lines]
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return read_questions(file)


def test_an_item_is_a_conversation_and_what_is_expected(tmp_path: Path) -> None:
    turns = [{"text": "water?"}, {"role": "assistant", "text": "…"}, {"text": "hi", "modality": "voice"}]
    expected = {"action": "answer|partial", "reply_lang": "last", "statements": ["a", "b"], "forbid": ["x"]}
    (item,) = read(tmp_path, line(turns=turns, expected=expected, profile_name="Marta", more=1))
    assert [(turn.role, turn.modality) for turn in item.turns] == [
        ("user", "text"),
        ("assistant", "text"),
        ("user", "voice"),
    ]
    assert item.expected.actions == {"answer", "partial"}
    assert item.expected.statements == ("a", "b")
    assert item.profile_name == "Marta"


def test_blank_lines_are_skipped(tmp_path: Path) -> None:
    assert len(read(tmp_path, line(), "", "   ", line(id="2"))) == 2


def test_line_separators_inside_a_text_do_not_end_the_line(tmp_path: Path) -> None:
    text = "one\u2028two\u0085three"
    (item,) = read(tmp_path, line(turns=[{"text": text}]))
    assert item.turns[0].text == text


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2"),
        (line(expected=None), "line 2, expected"),
        (line(lang=7), "line 2, lang"),
        (line(turns=[]), "line 2, turns"),
        (line(turns=[{"role": "assistant", "text": "hi"}]), "line 2, turns"),
        (line(turns=[{"text": "hi", "modality": "fax"}]), "line 2, turns.0.modality"),
        (line(expected={"action": "anwser", "reply_lang": "en"}), "line 2, expected.action"),
        (json.dumps(line(turns=[{"text": "\ud800"}])), "line 2, turns.0.text"),
    ],
    ids=range(9),
)
def test_a_wrong_line_is_named(tmp_path: Path, wrong: dict[str, Any] | str, named: str) -> None:
    with pytest.raises(QuestionSetError) as refused:
        read(tmp_path, line(), wrong)
    assert f"set.jsonl, {named}" in str(refused.value)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="expected a readable JSON-lines file"):
        read_questions(tmp_path)
    (tmp_path / "bytes").write_bytes(b"\xff")
    with pytest.raises(QuestionSetError, match="expected a readable JSON-lines file"):
        read_questions(tmp_path / "bytes")
