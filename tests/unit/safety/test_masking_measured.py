"""Masking, measured on a set of its own: recall of each kind, and what is masked that must stay.

`pytest -s tests/unit/safety/test_masking_measured.py` prints the figures.
"""

import re
from pathlib import Path

import pytest

from appliance.knowledge.reading import read_yaml
from appliance.safety.masking import KINDS, mask

SET: dict[str, dict[str, list[str]]] = read_yaml(Path(__file__).parent / "identifiers.yaml")
PUBLIC = ("+34 931 234 567, option 2",)
"""The hospital's own line, as its pack states it."""
MARKED = re.compile(r"⟦(.*?)⟧")
# What was reached when this was written; a rule that loses some of it must say why.
LEAST_RECALL = {"phone": 1.0, "email": 1.0, "id": 1.0, "iban": 1.0, "card": 1.0, "date": 1.0, "name": 1.0}
MOST_FALSE = 0


def leaked(text: str) -> bool:
    """Whether anything of the identifier is left, however the rest of the message looks."""
    marked = MARKED.search(text)
    assert marked, text
    left, around = mask(MARKED.sub(r"\1", text), PUBLIC).text, MARKED.sub("", text)
    return any(left.count(piece) > around.count(piece) for piece in re.findall(r"\w{2,}", marked[1]))


def everything() -> list[tuple[str, str]]:
    return [(kind, text) for kind in KINDS for texts in SET[kind].values() for text in texts]


def test_the_set_is_large_enough_to_measure_with() -> None:
    assert len(everything()) >= 200
    assert sum(map(len, SET["stays"].values())) >= 140
    assert all(len(SET[kind]) >= 9 for kind in KINDS)


def test_recall_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for kind in KINDS:
        texts = [text for each, text in everything() if each == kind]
        missed = [text for text in texts if leaked(text)]
        told += [
            f"{kind}: {len(texts) - len(missed)} of {len(texts)} found",
            *(f"  missed: {text}" for text in missed),
        ]
        assert len(missed) <= len(texts) * (1 - LEAST_RECALL[kind]) + 1e-9, missed
    with capsys.disabled():
        print("\nrecall of masking", *told, sep="\n")  # noqa: T201 - asked for


def test_false_alarms(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [text for by_language in SET["stays"].values() for text in by_language]
    wrong = [(text, masked) for text in texts if (masked := mask(text, PUBLIC).text) != text]
    with capsys.disabled():
        print(f"\n{len(wrong)} of {len(texts)} messages lost something that must stay", *wrong, sep="\n")  # noqa: T201
    assert len(wrong) <= MOST_FALSE
