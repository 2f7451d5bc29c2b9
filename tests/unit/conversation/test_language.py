"""The language of a turn: sticky in doubt, switched when it is clear, named when the pack does not speak it."""

import pytest
from house_fakes import OneLanguage

from appliance.conversation.language import Guess, language_of, language_of_alarm
from appliance.safety.wording import Match

PACK = ("es", "en", "ar")


def guess(text: str, session: str | None, model: OneLanguage) -> Guess:
    return language_of(text, session, model, PACK)


def test_a_clear_turn_decides() -> None:
    assert guess("water?", None, OneLanguage("en", 0.9)).language == "en"
    assert guess("water?", "es", OneLanguage("en", 0.9)).language == "en"


def test_a_doubtful_turn_leaves_the_language_of_the_conversation() -> None:
    assert guess("ok", "ar", OneLanguage("en", 0.6)).language == "ar"


def test_without_a_conversation_a_doubtful_turn_gets_the_packs_first_language() -> None:
    assert guess("ok", None, OneLanguage("en", 0.35)).language == "es"


@pytest.mark.parametrize("text", ["", "👍", "?!", "12:30", "\u200f"])
def test_a_turn_without_letters_says_nothing_about_languages(text: str) -> None:
    model = OneLanguage("en")
    assert guess(text, "ar", model) == Guess("ar", 0.0)
    assert guess(text, None, model) == Guess("es", 0.0)
    assert model.asked == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("можно ли мне пить воду перед операцией? вы скажете", "ru"),
        ("水を飲んでもいいですか", "ja"),
        ("물 마셔도 돼요?", "ko"),
        ("क्या मैं पानी पी सकता हूँ", "hi"),
        ("کیا میں پانی پی سکتا ہوں؟ ٹھیک ہے", "ur"),
        ("μπορώ να πιω νερό;", "el"),
        ("Kan ik water drinken voor de operatie?", "nl"),
        ("Czy mogę pić wodę przed operacją?", "pl"),
    ],
)
def test_a_language_that_the_pack_does_not_speak_is_named(text: str, language: str) -> None:
    found = guess(text, "es", OneLanguage("en", 0.4))
    assert (found.language, found.supported) == (language, False)


def test_a_script_alone_is_no_foreign_language_where_the_pack_speaks_it() -> None:
    found = language_of("можна пити воду перед операцією?", None, OneLanguage("en", 0.4), ("en", "uk", "es"))
    assert found.supported


def test_a_few_letters_are_never_taken_for_a_foreign_language() -> None:
    assert guess("dank u", "es", OneLanguage("en", 0.4)).supported


@pytest.mark.parametrize(
    ("message", "told", "language"),
    [
        (Guess("es", 0.3), ["ca", "es"], "es"),
        (Guess("en", 0.3), ["ar", "ar", "en"], "en"),
        (Guess("en", 0.3), ["ar", "ar", "es"], "ar"),
        (Guess("en", 0.9), ["ar"], "en"),
        (Guess("pl", 1.0, supported=False), ["ar"], "ar"),
    ],
)
def test_an_alarm_is_answered_in_the_messages_language_or_that_of_its_words(
    message: Guess, told: list[str], language: str
) -> None:
    matches = [Match("chest", "emergency", one, "rule") for one in told]
    assert language_of_alarm(message, matches) == language
