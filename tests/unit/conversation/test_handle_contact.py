"""The story of a message: who is greeted and how, in which language, and what cannot be read."""

from datetime import UTC, datetime, timedelta

import pytest
from house_fakes import (
    LANGUAGES,
    PLACE,
    WATER,
    OneLanguage,
    ScriptedScope,
    message,
    reading,
    small_house,
    statement,
)

from appliance.conversation import Session, Turn, handle
from appliance.conversation.turn import MOST_CHARACTERS, MOST_EXCHANGES

KNOWN = Session(introduced=True)
GREETS = reading("greeting", "social.greeting")
SWITCHES = reading("language", "context.language")


# ---- first contact ----------------------------------------------------------------------------------------------


async def test_the_first_reply_greets_by_first_name_and_says_that_it_is_an_ai() -> None:
    turn = Turn("may I drink water?", profile_name="Marta Example")
    outcome = await handle(turn, Session(), small_house())
    assert outcome.reply.split("\n\n")[:3] == [
        "Hello Marta! (en)",
        message("disclosure", "en"),
        statement("fasting.clear_liquids", "en"),
    ]
    assert outcome.session.introduced


async def test_the_second_reply_does_neither() -> None:
    house = small_house()
    session = (await handle(Turn("water?", profile_name="Marta"), Session(), house)).session
    outcome = await handle(Turn("and the place?", profile_name="Marta"), session, house)
    assert message("disclosure", "en") not in outcome.reply
    assert "Marta" not in outcome.reply


async def test_a_profile_that_is_no_name_is_greeted_without_one() -> None:
    turn = Turn("hello", profile_name="Puedes Comer")
    outcome = await handle(turn, Session(), small_house(scope=ScriptedScope(GREETS)))
    assert outcome.reply.startswith(message("greeting", "en"))
    assert "Puedes" not in outcome.reply


async def test_a_decline_at_first_contact_is_introduced_too() -> None:
    scope = ScriptedScope(reading("decline_not_in_kb", "admin.costs", declined=("decline_not_in_kb",)))
    outcome = await handle(Turn("what does it cost?"), Session(), small_house(scope=scope))
    assert outcome.reply.startswith(f"{message('greeting', 'en')}\n\n{message('disclosure', 'en')}")


async def test_a_greeting_says_what_can_be_asked() -> None:
    house = small_house(scope=ScriptedScope(GREETS))
    first = await handle(Turn("hello"), Session(), house)
    assert first.reply.split("\n\n") == [message(name, "en") for name in ("greeting", "disclosure", "scope")]
    again = await handle(Turn("hello"), first.session, house)
    assert again.reply.split("\n\n") == [message(name, "en") for name in ("greeting", "scope")]


async def test_who_asks_what_is_writing_is_told_again() -> None:
    scope = ScriptedScope(reading("greeting", "social.identity"))
    outcome = await handle(Turn("are you a robot?"), KNOWN, small_house(scope=scope))
    assert outcome.reply.split("\n\n") == [message(name, "en") for name in ("disclosure", "scope")]


async def test_thanks_before_any_answer_do_not_use_up_the_introduction() -> None:
    house = small_house(scope=ScriptedScope([reading("ack", "social.ack"), WATER]))
    thanked = await handle(Turn("ok"), Session(), house)
    assert not thanked.session.introduced
    assert message("disclosure", "en") in (await handle(Turn("water?"), thanked.session, house)).reply


# ---- languages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_reply_is_in_the_language_of_the_turn(language: str) -> None:
    outcome = await handle(Turn("agua"), KNOWN, small_house(languages=OneLanguage(language)))
    assert outcome.language == outcome.session.language == language
    assert outcome.reply.startswith(statement("fasting.clear_liquids", language))


async def test_a_doubtful_turn_stays_in_the_language_of_the_conversation() -> None:
    house = small_house(languages=OneLanguage("en", confidence=0.5))
    outcome = await handle(Turn("ok?"), Session(language="ar", introduced=True), house)
    assert outcome.language == "ar"


async def test_asking_for_another_language_repeats_the_last_answer_in_it() -> None:
    house = small_house(scope=ScriptedScope(PLACE))
    session = (await handle(Turn("where do I go?"), KNOWN, house)).session
    house = small_house(scope=ScriptedScope(SWITCHES), languages=OneLanguage("es"))
    outcome = await handle(Turn("mejor en español"), session, house)
    assert (outcome.action, outcome.language) == ("answer", "es")
    assert outcome.reply.split("\n\n") == [
        message("language_switched", "es"),
        statement("checkin.place", "es"),
    ]


async def test_asking_for_another_language_before_any_answer_is_greeted_in_it() -> None:
    house = small_house(scope=ScriptedScope(SWITCHES), languages=OneLanguage("es"))
    outcome = await handle(Turn("en español por favor"), KNOWN, house)
    assert (outcome.action, outcome.language) == ("greeting", "es")
    assert outcome.reply == f"{message('language_switched', 'es')}\n\n{message('scope', 'es')}"


async def test_a_language_that_the_pack_lacks_gets_its_own_fixed_text_and_the_first_language() -> None:
    outcome = await handle(Turn("можно ли мне пить воду? вы скажете?"), Session(), small_house())
    assert (outcome.action, outcome.language) == ("unsupported_language", "ru")
    assert outcome.reply.split("\n\n") == [
        message("unsupported_language", "ru"),
        message("unsupported_language", "es"),
        statement("contact.admissions", "es"),
    ]
    assert outcome.session.language == "es"


async def test_without_a_fixed_text_of_its_own_it_gets_the_language_of_the_conversation() -> None:
    session = Session(language="en", introduced=True)
    outcome = await handle(Turn("水を飲んでもいいですか"), session, small_house())
    assert (outcome.action, outcome.language) == ("unsupported_language", "en")
    assert (
        outcome.reply == f"{message('unsupported_language', 'en')}\n\n{statement('contact.admissions', 'en')}"
    )


# ---- what cannot be read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("modality", ["media", "location", "voice"])
async def test_what_holds_no_text_is_told_to_be_written(modality: str) -> None:
    turn = Turn("", frozenset({modality}))  # type: ignore[arg-type]  # parametrised
    outcome = await handle(turn, KNOWN, small_house(languages=OneLanguage("es")))
    assert (outcome.action, outcome.reply) == ("unsupported_media", message("unsupported_media", "es"))


@pytest.mark.parametrize("modality", ["media", "voice", "button"])
async def test_a_caption_or_transcript_is_read_as_text(modality: str) -> None:
    turn = Turn("may I drink water?", frozenset({modality}))  # type: ignore[arg-type]  # parametrised
    assert (await handle(turn, KNOWN, small_house())).action == "answer"


@pytest.mark.parametrize(
    "text", ["", "   \n", "\x00", "\u200f\u200e", "\u202e\u202c\ufeff", "\x07\x1b"], ids=ascii
)
async def test_nothing_to_read_is_asked_for_in_other_words(text: str) -> None:
    outcome = await handle(Turn(text), KNOWN, small_house())
    assert outcome.action == "clarify"
    assert outcome.statements == ("contact.admissions",)


async def test_invisible_characters_change_nothing() -> None:
    scope = ScriptedScope(WATER)
    await handle(Turn("\u202emay I\x00 drink\u200b water?\u200f"), KNOWN, small_house(scope=scope))
    assert scope.asked == [("may I drink water?", "en")]


async def test_an_emergency_hidden_among_invisible_characters_is_found() -> None:
    outcome = await handle(Turn("my ch\u200best\x00 \u202epa\u00adin"), KNOWN, small_house())
    assert outcome.action == "emergency"


async def test_the_longest_message_is_read_to_its_end() -> None:
    text = ("blah " * MOST_CHARACTERS)[: MOST_CHARACTERS - 15] + " my chest hurts"
    assert len(text) == MOST_CHARACTERS
    assert (await handle(Turn(text), KNOWN, small_house())).action == "emergency"


async def test_a_long_message_is_kept_short_in_the_session() -> None:
    outcome = await handle(Turn("water " * 600), KNOWN, small_house())
    assert outcome.action == "answer"
    assert len(outcome.session.exchanges[-1].patient) == 1000


# ---- the session ------------------------------------------------------------------------------------------------


async def test_the_session_keeps_the_last_ten_exchanges() -> None:
    house, session = small_house(), Session()
    start = datetime(2026, 11, 20, 8, tzinfo=UTC)
    for minute in range(MOST_EXCHANGES + 2):
        turn = Turn(f"water {minute}?", at=start + timedelta(minutes=minute))
        session = (await handle(turn, session, house)).session
    assert [exchange.patient for exchange in session.exchanges] == [f"water {n}?" for n in range(2, 12)]
    assert session.exchanges[0].at == start + timedelta(minutes=2)
    assert session.introduced


async def test_an_exchange_holds_the_decision() -> None:
    outcome = await handle(Turn("water?"), KNOWN, small_house())
    last = outcome.session.last
    assert last is not None
    assert (last.action, last.language, last.reply) == ("answer", "en", outcome.reply)
    assert last.statements == ("fasting.clear_liquids", "safety.surgeon_first")


async def test_a_session_survives_being_stored() -> None:
    session = (await handle(Turn("water?"), Session(), small_house())).session
    assert Session.model_validate_json(session.model_dump_json()) == session


def test_a_session_of_an_earlier_version_can_be_read() -> None:
    assert Session.model_validate_json('{"language": "es"}') == Session(language="es")


async def test_a_place_is_no_message_although_its_coordinates_are_text() -> None:
    turn = Turn("41.38,2.17", frozenset({"location"}))
    assert (await handle(turn, Session(), small_house())).action == "unsupported_media"


@pytest.mark.parametrize("profile", ["Aspirina", "Marta\u202e", "Puedes Comer", "System Alert"])
async def test_a_hostile_profile_name_is_not_repeated(profile: str) -> None:
    """A word of the lexicon is no name either."""
    outcome = await handle(Turn("hello", profile_name=profile), Session(), small_house())
    assert profile.split(maxsplit=1)[0] not in outcome.reply
    assert outcome.blocks[0].names == ("greeting",)
