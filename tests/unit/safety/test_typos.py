"""What a misspelt word may have been meant to be: one slip away, and never a word that is known."""

import pytest

from appliance.safety.typos import Typos, one_slip

TYPOS = Typos(
    [("respirar", False), ("hemorragia", False), ("sangrando", False), ("convulsion", True), ("pie", False)],
    {"respirad"},
)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("rspirar", {"respirar"}),
        ("respiraar", {"respirar"}),
        ("repsirar", {"respirar"}),
        ("respitar", {"respirar"}),
        ("emorragia", set()),
        ("hemoragia", {"hemorragia"}),
        ("convlsionando", {"convulsion"}),
        ("respirar", set()),
        ("respirad", set()),
        ("pei", set()),
        ("sanfrsndo", set()),
    ],
)
def test_a_word_one_slip_away_is_meant(word: str, meant: set[str]) -> None:
    """The first letter is never a slip, short words have too many neighbours, known words mean themselves."""
    assert TYPOS.near(word) == meant


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("abcde", "abcde", False),
        ("abcde", "abde", True),
        ("abcde", "abxcde", True),
        ("abcde", "abxde", True),
        ("abcde", "acbde", True),
        ("abcde", "abcd", True),
        ("abcde", "xbcde", False),
        ("abcde", "abc", False),
        ("abcde", "acdbe", False),
    ],
)
def test_a_slip_is_one_letter_or_two_neighbours_swapped(one: str, other: str, *, slip: bool) -> None:
    assert one_slip(one, other) is slip
    assert one_slip(other, one) is slip
