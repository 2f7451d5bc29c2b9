"""Identifiers are taken out of what patients write, and what answers hang on stays."""

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.knowledge.reading import read_yaml
from appliance.safety.masking import KINDS, mask

DATA: dict[str, list[Any]] = read_yaml(Path(__file__).parent / "masked.yaml")


@pytest.mark.parametrize(
    ("kind", "text", "left"), [(kind, text, left) for kind in KINDS for text, left in DATA[kind]]
)
def test_an_identifier_is_masked_and_nothing_else(kind: str, text: str, left: str) -> None:
    masked = mask(text)
    assert masked.text == left
    assert masked.kinds == (kind,)


@pytest.mark.parametrize("text", DATA["stays"])
def test_what_is_no_identifier_stays(text: str) -> None:
    assert mask(text).text == text
    assert mask(text).kinds == ()


def test_recall_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    """Printed with -s: what share of the identifiers of each kind was found."""
    with capsys.disabled():
        for kind in KINDS:
            found = sum(f"<{kind.upper()}>" in mask(text).text for text, _ in DATA[kind])
            print(f"\nmasking recall {kind}: {found}/{len(DATA[kind])}", end="")  # noqa: T201 - asked for
            assert found == len(DATA[kind])


def test_several_identifiers_are_named_once_each_in_order() -> None:
    masked = mask("Soy Marta Ejemplo, DNI 12345678Z, tel 600 000 000 o 600 000 001, nací el 1/1/1970")
    assert masked.text == "Soy <NAME>, DNI <ID>, tel <PHONE> o <PHONE>, nací el <DATE>"
    assert masked.kinds == ("name", "id", "phone", "date")


def test_a_pasted_number_with_direction_marks_is_found() -> None:
    assert mask("\u202a+34 600\u00a0000 000\u202c").text == "<PHONE>"


def test_an_ordinary_message_takes_less_than_two_milliseconds() -> None:
    text = "Hola, soy Marta Ejemplo, tel 600 000 000. ¿Puedo beber agua a las 8:30 si me operan el 12/05?"
    mask(text)
    best_s = min(_seconds(text) for _ in range(5))
    assert best_s < 0.002


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "a1", "a.", "Soy A de ", "12 12/", "me llamo ", "ES91 ", "born ", "card "]
)
def test_a_hostile_message_cannot_stall_it(piece: str) -> None:
    text = (piece * 4000)[:4000]
    assert min(_seconds(text) for _ in range(2)) < 0.5


@given(st.text(max_size=200))
def test_masking_what_is_masked_changes_nothing_more_in_kind(text: str) -> None:
    """Whatever comes in, masking ends and never brings back characters that were not there."""
    masked = mask(text)
    assert set(masked.kinds) <= set(KINDS)
    assert set(masked.text) <= set(text) | set("<>ABCDEHILMNOPRT")


def _seconds(text: str) -> float:
    start_s = time.perf_counter()
    mask(text)
    return time.perf_counter() - start_s
