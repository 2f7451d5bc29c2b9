"""Playing a question set: which turns run, what counts as said, and what as unsupported."""

from dataclasses import replace

import pytest
from house_fakes import (
    MEDICINES,
    WATER,
    OneLanguage,
    Pen,
    ScriptedScope,
    doubting,
    message,
    small_house,
    statement,
)

from appliance.conversation import House, Outcome, Session, Turn, handle
from appliance.conversation.outcome import Block
from appliance.engine.draft import DraftSentence
from appliance.evaluation.questions import Expected, Item, Said
from appliance.evaluation.run import Played, play, unsupported

KNOWN = Session(introduced=True)
DRAFT = (DraftSentence("Water is fine until 2 hours before.", ("fasting.clear_liquids",)),)


async def play_one(house: House, *turns: Said, profile_name: str | None = None) -> Played:
    item = Item(
        id="1",
        lang="en",
        category="c",
        turns=turns,
        profile_name=profile_name,
        expected=Expected(action="answer", reply_lang="last"),
    )
    (played,) = await play([item], house, lambda: None)
    return played


async def test_every_turn_of_the_patient_runs_and_the_last_one_counts() -> None:
    scope = ScriptedScope([MEDICINES, WATER])
    played = await play_one(
        small_house(scope=scope),
        Said(text="my pills?"),
        Said(role="assistant", text="Ask the line."),
        Said(text="and water?"),
    )
    assert [text for text, _ in scope.asked] == ["my pills?", "and water?"]
    assert played.outcome.action == "answer"
    assert len(played.latencies_s) == 2
    assert all(latency_s > 0 for latency_s in played.latencies_s)
    assert len(played.outcome.session.exchanges) == 2


async def test_the_last_language_is_the_conversations_or_the_packs_first() -> None:
    house = small_house(languages=OneLanguage("ar"))
    assert (await play_one(house, Said(text="ماء"))).last_language == "es"
    assert (await play_one(house, Said(text="ماء"), Said(text="👍"))).last_language == "ar"


async def test_modality_and_profile_name_are_given() -> None:
    played = await play_one(small_house(), Said(text="", modality="media"), profile_name="Marta")
    assert played.outcome.action == "unsupported_media"
    assert "Hello Marta!" in played.outcome.reply


async def test_progress_is_told_after_each_item() -> None:
    item = (await play_one(small_house(), Said(text="water?"))).item
    told: list[int] = []
    await play([item] * 3, small_house(), lambda: told.append(1))
    assert len(told) == 3


async def test_statements_are_read_off_the_reply() -> None:
    """The phone line and the surgeon clause count as said when they are."""
    played = await play_one(small_house(), Said(text="water?"))
    assert set(played.statements) == {"fasting.clear_liquids", "safety.surgeon_first"}
    declined = await play_one(small_house(scope=ScriptedScope(MEDICINES)), Said(text="pills?"))
    assert declined.statements == ("contact.admissions",)


async def test_a_verified_draft_says_the_statements_that_it_rests_on() -> None:
    played = await play_one(small_house(drafter=lambda: Pen(DRAFT)), Said(text="water?"))
    assert set(played.statements) == {"fasting.clear_liquids", "safety.surgeon_first"}
    assert played.unsupported == ()


async def test_nothing_that_the_conversation_composes_is_unsupported() -> None:
    for house in (small_house(), small_house(drafter=lambda: Pen(DRAFT), verify=doubting)):
        played = await play_one(house, Said(text="water?"), profile_name="Marta")
        assert played.unsupported == ()


async def answered() -> Outcome:
    return await handle(Turn("water?"), KNOWN, small_house())


@pytest.mark.parametrize("source", ["statement", "message", "draft"])
async def test_a_sentence_that_nobody_approved_is_found_whatever_its_block_claims(source: str) -> None:
    outcome = await answered()
    forged = Block(source, ("fasting.clear_liquids",), "Coffee is fine. Eat well.")  # type: ignore[arg-type]  # parametrised
    forged_outcome = replace(outcome, blocks=(*outcome.blocks, forged))
    assert unsupported(forged_outcome, small_house()) == ("Coffee is fine", "Eat well")


async def test_an_approved_text_that_was_changed_is_found() -> None:
    outcome = await answered()
    text = statement("fasting.clear_liquids", "en").replace("2", "4")
    changed = replace(outcome, blocks=(Block("statement", ("fasting.clear_liquids",), text),))
    assert len(unsupported(changed, small_house())) == 1


async def test_texts_of_the_pack_are_supported_in_every_language() -> None:
    blocks = (
        Block("message", ("decline_medical",), message("decline_medical", "ar")),
        Block("statement", ("contact.admissions",), statement("contact.admissions", "es")),
    )
    assert unsupported(replace(await answered(), blocks=blocks), small_house()) == ()
