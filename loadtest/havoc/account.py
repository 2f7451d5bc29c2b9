"""Accounts for every message by what arrived: pure, over texts.

Every question of a patient has a mark, the approved text that answers it and none of the patient's others. So
each mark must be in exactly one reply, and the replies must come in the order of the questions. A reply without
a mark is the safe fallback, which stands for the messages that it was sent for, or it cannot be explained.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from loadtest.havoc.patients import Patient


@dataclass(frozen=True)
class Account:
    """How many messages, over all patients.

    Attributes:
        lost: acknowledged, and neither answered nor followed by a fallback.
        duplicated: answers and fallbacks beyond the one that each message is due.
        reordered: answered before a message that came before them.
        fallbacks: replies that were the safe fallback.
        unexplained: replies with neither a mark nor the fallback.
        cases: what is wrong, one line a patient: address, and which.
    """

    lost: int = 0
    duplicated: int = 0
    reordered: int = 0
    fallbacks: int = 0
    unexplained: int = 0
    cases: tuple[str, ...] = field(default=())

    def __add__(self, other: "Account") -> "Account":
        return Account(
            self.lost + other.lost,
            self.duplicated + other.duplicated,
            self.reordered + other.reordered,
            self.fallbacks + other.fallbacks,
            self.unexplained + other.unexplained,
            self.cases + other.cases,
        )


def account(
    patients: Sequence[Patient],
    bodies: Mapping[str, Sequence[str]],
    fallback: str,
    acknowledged: Collection[str],
    buried: Mapping[str, int],
) -> Account:
    """The account of all patients.

    Args:
        patients: who wrote what.
        bodies: address -> the replies in the order of their arrival.
        fallback: the safe fallback's text.
        acknowledged: the sids that a gateway answered with 200.
        buried: address -> messages that became dead letters; all of one patient's stand for one fallback.
    """
    total = Account()
    for patient in patients:
        replies = bodies.get(patient.address, ())
        total += _of(patient, replies, fallback, acknowledged, buried.get(patient.address, 0))
    return total


def _of(
    patient: Patient, bodies: Sequence[str], fallback: str, acknowledged: Collection[str], buried: int
) -> Account:
    found = [
        [number for number, body in enumerate(bodies) if question.mark in body]
        for question in patient.questions
    ]
    missing = sum(
        not numbers and question.sid in acknowledged
        for question, numbers in zip(patient.questions, found, strict=True)
    )
    unanswered = sum(not numbers for numbers in found)
    fallbacks = sum(fallback in body for body in bodies)
    unexplained = sum(
        fallback not in body and not any(question.mark in body for question in patient.questions)
        for body in bodies
    )
    stood_for = max(0, fallbacks - bool(buried)) + buried
    lost = max(0, missing - stood_for)
    duplicated = sum(max(0, len(numbers) - 1) for numbers in found) + max(0, fallbacks - unanswered)
    first = [numbers[0] for numbers in found if numbers]
    reordered = sum(later < earlier for earlier, later in pairwise(first))
    cases: tuple[str, ...] = ()
    if lost or duplicated or reordered or unexplained:
        cases = (
            f"{patient.address}: {lost=} {duplicated=} {reordered=} {unexplained=} {found=} {fallbacks=}",
        )
    return Account(lost, duplicated, reordered, fallbacks, unexplained, cases)
