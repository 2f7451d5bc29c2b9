"""Arabic in Latin letters: when a text is taken for it, and the consonants in which both alphabets meet."""

import pytest

from appliance.safety.arabizi import sounds, sounds_arabic, sounds_of


@pytest.mark.parametrize(
    ("text", "arabic"),
    [
        ("3andi waja3 fi sadri", True),
        ("ma 9dertch netnafas", True),
        ("2ader", True),
        ("mesh kwayes", True),
        ("at 7am on the 2nd of may, 3rd floor", False),
        ("operan a las 10h, 2hrs antes", False),
        ("omega3 y b12", True),
        ("me duele el pecho", False),
        ("2nite i can't", False),
    ],
)
def test_arabizi_is_told_by_its_digits_and_commonest_words(text: str, *, arabic: bool) -> None:
    """To take a text for it costs nothing: its words must still be those of an Arabic rule."""
    assert sounds_arabic(text) is arabic


@pytest.mark.parametrize(
    ("arabic", "latin"),
    [
        ("صدري", "sadri"),
        ("اتنفس", "atnafas"),
        ("قادر", "2ader"),
        ("قادر", "9ader"),
        ("وجع", "waja3"),
        ("دوخه", "do5a"),
        ("دوخه", "dokha"),
        ("شفايف", "shafayef"),
        ("حبوب", "7boub"),
        ("ساعه", "sa3a"),
    ],
)
def test_both_alphabets_meet_in_their_consonants(arabic: str, latin: str) -> None:
    assert sounds(arabic) in sounds_of(latin)
