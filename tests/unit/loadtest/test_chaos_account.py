"""The account of a chaos run finds what is lost, doubled and out of order, and only that."""

from collections.abc import Sequence
from typing import Any

import pytest
from pack_files import shipped_pack

from loadtest.havoc.account import Account, account
from loadtest.havoc.patients import Patient, Question, crowd

ANA = "whatsapp:+12025550101"
FALLBACK = "Please call."


def patient(*marks: str) -> Patient:
    questions = tuple(Question(f"{mark}?", mark, f"SM-{mark}", 0.0, repeated=False) for mark in marks)
    return Patient(ANA, "en", questions)


def found(marks: str, replies: Sequence[str], **changes: Any) -> Account:
    given: dict[str, Any] = {"acknowledged": {f"SM-{mark}" for mark in marks}, "buried": {}} | changes
    return account([patient(*marks)], {ANA: replies}, FALLBACK, given["acknowledged"], given["buried"])


@pytest.mark.parametrize("replies", [["A", "B", "C"], ["A and B", "C"], ["C and B and A"]])
def test_every_message_answered_once_in_order_is_well(replies: list[str]) -> None:
    assert found("ABC", replies) == Account()


def test_a_message_without_reply_is_lost() -> None:
    assert found("ABC", ["A", "C"]).lost == 1


def test_a_message_that_nobody_acknowledged_is_not_lost() -> None:
    assert found("AB", ["A"], acknowledged={"SM-A"}).lost == 0


def test_a_second_answer_is_a_duplicate() -> None:
    assert found("AB", ["A", "A and B"]).duplicated == 1


def test_an_answer_before_an_earlier_one_is_out_of_order() -> None:
    assert found("ABC", ["B", "A", "C"]).reordered == 1


def test_a_fallback_stands_for_one_message_and_is_itself_never_too_many() -> None:
    assert found("AB", [FALLBACK, "B"]) == Account(fallbacks=1)
    assert found("AB", ["A", "B", FALLBACK]).duplicated == 1
    assert found("ABC", [FALLBACK, "C"]).lost == 1


def test_one_fallback_stands_for_all_messages_that_were_buried_together() -> None:
    assert found("ABC", [FALLBACK, "C"], buried={ANA: 2}) == Account(fallbacks=1)


def test_a_reply_that_answers_nothing_cannot_be_explained() -> None:
    assert found("A", ["A", "What do you mean?"]).unexplained == 1


def test_the_same_seed_gives_the_same_patients_with_as_many_messages_as_wanted() -> None:
    pack = shipped_pack()
    patients = crowd(pack, 200, 10.0, 0.1, seed=7)
    assert patients == crowd(pack, 200, 10.0, 0.1, seed=7)
    assert patients != crowd(pack, 200, 10.0, 0.1, seed=8)
    questions = [question for patient in patients for question in patient.questions]
    assert len(questions) == len({question.sid for question in questions}) == 200
    assert 0 < sum(question.repeated for question in questions) < 60
    for one in patients:
        marks = [question.mark for question in one.questions]
        assert len(set(marks)) == len(marks)
        assert not any(mark in other for mark in marks for other in marks if mark != other)
