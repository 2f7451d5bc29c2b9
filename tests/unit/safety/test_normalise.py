"""One form for many spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.safety.normalise import fold, has_han, sentences, visible, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ÁGUA", "agua"),
        ("Straße", "strase"),
        ("holaaaaa", "hola"),
        ("ＷＡＴＥＲ", "water"),
        ("ça va", "ca va"),
        ("أكل", "اكل"),
        ("مستشفى", "مستشفي"),
        ("وقـــت", "وقت"),
        ("перед їжею", "перед іжею"),
        ("1122", "1122"),
        ("好好", "好好"),
    ],
)
def test_spellings_fold_to_one_form(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_composed_and_decomposed_letters_are_one() -> None:
    assert fold("\u0439од") == fold("и\u0306од")


@given(st.text())
def test_folding_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\u200bb", "ab"),
        ("\u202eab\u202c", "ab"),
        ("a\x00b\x1b", "ab"),
        ("a\nb\tc", "a\nb\tc"),
        ("a\ue000b", "ab"),
        ("a\u00adb", "ab"),
    ],
    ids=ascii,
)
def test_what_cannot_be_seen_is_dropped(text: str, seen: str) -> None:
    assert visible(text) == seen


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three?", ["One", "Two", "Three"]),
        ("At 8.30 or 8:30 we meet", ["At 8.30 or 8:30 we meet"]),
        ("8 hours.\nMore", ["8 hours", "More"]),
        ("可以喝水吗？到几点。", ["可以喝水吗", "到几点"]),
        ("هل أشرب الماء؟ متى؟", ["هل أشرب الماء", "متى"]),
        ("Come at 9.", ["Come at 9"]),
        ("... !", []),
        ("", []),
    ],
)
def test_a_text_is_cut_at_its_sentences(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_words_are_folded_and_without_signs() -> None:
    assert words("¿Qué, l'estómac?!") == ["que", "l", "estomac"]
    assert words("可以喝水吗") == ["可以喝水吗"]
    assert words("👍 \u200b") == []


def test_chinese_is_told_by_its_characters() -> None:
    assert has_han("7点")
    assert not has_han("7 o'clock ワ")
