"""Splitting: short enough, at good borders, and joined back to the very text."""

from itertools import pairwise

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from appliance.channel import split
from appliance.channel.splitting import MOST_UNITS, units

_PIECES = st.sampled_from(
    [
        *(
            "a",
            "word ",
            "Es normal. ",
            "1. ",
            "- item\n",
            "\n\n",
            "\r\n",
            " ",
            "10:30",
            "¿Qué? ",
            "你好。",
            "لا تأكل. ",
        ),
        *(
            "👩‍👩‍👧",
            "🇪🇸",
            "e\u0301",
            "\u200f",
            "\u2067עברית\u2069",
            "\u202bابجد efg. hij\u202c",
            "👍🏽",
            "\u0301",
        ),
    ]
)
_texts = st.lists(_PIECES, max_size=120).map("".join) | st.text(max_size=200)


def _grapheme_ends(text: str) -> set[int]:
    return {match.end() for match in regex.finditer(r"\X", text)}


def _cuts(parts: tuple[str, ...]) -> list[int]:
    return [sum(map(len, parts[:number])) for number in range(1, len(parts))]


@settings(max_examples=300, deadline=None)
@given(_texts, st.integers(min_value=2, max_value=60))
@example("e" + "\u0301" * 40, 10)
def test_parts_join_back_are_short_enough_and_never_empty(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert "".join(parts) == text
    assert all(0 < units(part) <= limit for part in parts)


@settings(max_examples=300, deadline=None)
@given(_texts, st.integers(min_value=25, max_value=60))
def test_no_part_ends_inside_a_grapheme(text: str, limit: int) -> None:
    """Unless that grapheme alone is longer than a part may be."""
    ends = sorted(_grapheme_ends(text))
    widest = max((units(text[a:b]) for a, b in pairwise([0, *ends])), default=0)
    if widest <= limit:
        assert set(_cuts(split(text, limit))) <= set(ends)


def test_a_short_text_is_one_part_and_an_empty_one_none() -> None:
    assert split("Hola") == ("Hola",)
    assert split("") == ()
    assert split("x" * MOST_UNITS) == ("x" * MOST_UNITS,)


def test_emoji_count_as_twilio_counts_them() -> None:
    assert units("a👍") == 3
    assert [units(part) for part in split("👍" * 801)] == [1600, 2]


def test_a_paragraph_is_the_best_border_then_a_list_item_then_a_sentence() -> None:
    paragraph = "First. Still the first. And more of it.\n\n"
    items = "- ID card\n- insurance card\n- confirmation. And so on\n"
    assert split(paragraph + items, 60) == (paragraph, items)
    assert split(items * 2, 60) == (items, items)
    assert split("One is here. Two is there. Three", 27) == ("One is here. Two is there. ", "Three")


def test_a_sentence_goes_over_whole_also_when_that_leaves_a_short_part() -> None:
    assert split("Short. " + "word " * 10, 50) == ("Short. ", "word " * 10)


def test_the_number_of_a_list_item_stays_with_it() -> None:
    assert split("ID\n1. Identity card", 16) == ("ID\n", "1. Identity card")
    assert split("12. Identity card", 14) == ("12. Identity ", "card")


def test_chinese_sentences_end_without_a_space() -> None:
    assert split("手术前两小时可以喝水。午夜后请勿嚼口香糖。", 14) == (
        "手术前两小时可以喝水。",
        "午夜后请勿嚼口香糖。",
    )


def test_arabic_sentences_end_at_their_own_marks() -> None:
    assert split("هل لديك سؤال؟ اتصل بنا الآن.", 20) == ("هل لديك سؤال؟ ", "اتصل بنا الآن.")


def test_a_run_of_the_other_direction_is_not_torn_apart() -> None:
    run = "\u2067עברית. עוד משפט\u2069"
    assert split(f"Latin text {run} end", 24) == ("Latin text ", f"{run} end")


def test_an_unclosed_run_ends_with_its_line_and_stops_no_later_border() -> None:
    assert split("\u202bאבג\nOne. Two. Three.", 10) == ("\u202bאבג\nOne. ", "Two. ", "Three.")


def test_a_direction_mark_stays_with_what_it_steers() -> None:
    assert split("نعم اتصل.\u200f \u200f112 الآن", 13) == ("نعم اتصل.\u200f ", "\u200f112 الآن")


def test_a_word_is_cut_only_when_there_is_no_space() -> None:
    assert split("aaaa bbbb cccc", 10) == ("aaaa bbbb ", "cccc")
    assert split("a" * 25, 10) == ("a" * 10, "a" * 10, "a" * 5)


def test_a_limit_that_no_character_fits_in_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        split("abc", 1)
