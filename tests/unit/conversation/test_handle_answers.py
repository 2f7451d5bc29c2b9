"""The story of a message: what is answered, from which statements, in whose words."""

import threading
from datetime import date
from typing import Any

import pytest
from house_fakes import (
    MEDICINES,
    PLACE,
    TODAY,
    WATER,
    Pen,
    ScriptedScope,
    Shelf,
    believing,
    doubting,
    message,
    reading,
    small_house,
    small_pack,
    statement,
)

from appliance.conversation import House, Outcome, Session, Turn, handle
from appliance.conversation.outcome import ACTIONS
from appliance.engine.draft import DraftSentence
from appliance.errors import EngineUnavailable
from appliance.safety.verdict import SentenceVerdict

ASKED = Turn("may I drink water before it?")
KNOWN = Session(introduced=True)
DRAFTED = (DraftSentence("Water is fine up to 2 hours before.", ("fasting.clear_liquids",)),)


async def decide(house: House, turn: Turn = ASKED, session: Session = KNOWN) -> Outcome:
    outcome = await handle(turn, session, house)
    assert outcome.action in ACTIONS
    return outcome


async def test_an_answer_is_the_statement_word_for_word() -> None:
    outcome = await decide(small_house(scope=ScriptedScope(PLACE)))
    assert outcome.action == "answer"
    assert outcome.reply == statement("checkin.place", "en")
    assert outcome.statements == ("checkin.place",)
    assert outcome.confidence == 0.9
    assert outcome.intents == ("checkin.place",)


async def test_an_answer_on_fasting_ends_with_the_surgeon_clause() -> None:
    outcome = await decide(small_house())
    assert [block.names for block in outcome.blocks] == [
        ("fasting.clear_liquids",),
        ("safety.surgeon_first",),
    ]
    assert outcome.statements == ("fasting.clear_liquids", "safety.surgeon_first")


async def test_the_surgeon_clause_is_not_said_twice() -> None:
    scope = ScriptedScope(reading("answer", "surgeon.conflict", "fasting.clear_liquids"))
    outcome = await decide(small_house(scope=scope))
    assert outcome.reply.count(statement("safety.surgeon_first", "en")) == 1
    assert outcome.blocks[0].names == ("surgeon_conflict",)


async def test_a_false_premise_is_met_with_what_is_approved() -> None:
    outcome = await decide(small_house(), Turn("so water until the last minute, right?"))
    assert outcome.blocks[0].names == ("according_to",)


async def test_a_mixed_message_is_answered_in_part_and_declined_in_part() -> None:
    mixed = reading("partial", "fasting.clear_liquids", "medical.medicines", declined=("decline_medical",))
    outcome = await decide(small_house(scope=ScriptedScope(mixed)))
    assert outcome.action == "partial"
    assert outcome.reply.split("\n\n") == [
        statement("fasting.clear_liquids", "en"),
        statement("safety.surgeon_first", "en"),
        message("declined_part_medical", "en"),
        statement("contact.admissions", "en"),
    ]


@pytest.mark.parametrize(
    "intent", ["medical.medicines", "admin.costs", "command.human", "social.unclear", "privacy.identifiers"]
)
async def test_whoever_is_not_answered_gets_the_phone_line(intent: str) -> None:
    action = small_pack().intent(intent).action
    outcome = await decide(small_house(scope=ScriptedScope(reading(action, intent))))
    assert outcome.action == action
    assert outcome.reply == f"{message(action, 'en')}\n\n{statement('contact.admissions', 'en')}"
    assert outcome.statements == ("contact.admissions",)


@pytest.mark.parametrize("intent", ["off_topic.general", "social.ack"])
async def test_what_needs_no_person_gets_no_phone_line(intent: str) -> None:
    action = small_pack().intent(intent).action
    outcome = await decide(small_house(scope=ScriptedScope(reading(action, intent))))
    assert (outcome.action, outcome.reply) == (action, message(action, "en"))
    assert outcome.statements == ()


async def test_a_statement_that_the_index_does_not_serve_is_declined() -> None:
    """It expired, or was never approved: the patient gets the phone line instead."""
    outcome = await decide(small_house(library=Shelf(["checkin.place"])))
    assert outcome.action == "decline_not_in_kb"
    assert outcome.statements == ("contact.admissions",)
    assert statement("fasting.clear_liquids", "en") not in outcome.reply


async def test_the_index_is_asked_for_the_day_of_the_turn() -> None:
    shelf = Shelf()
    outcome = await decide(small_house(library=shelf))
    assert shelf.asked == [(ASKED.text, "en", TODAY)]
    assert outcome.trace.scores[0] == ("fasting.solids", 1.0)


async def test_without_the_index_the_pack_says_what_is_served() -> None:
    assert (await decide(small_house(library=Shelf(None)))).action == "answer"


@pytest.mark.parametrize(
    "change",
    [
        {"review_by": date(2026, 11, 19)},
        {"approved_by": ""},
        {"approved_on": None},
        {"approved_on": date(2026, 11, 21)},
    ],
    ids=["expired", "approved by nobody", "never approved", "approved tomorrow"],
)
async def test_without_the_index_nothing_is_served_without_approval(change: dict[str, object]) -> None:
    pack = small_pack()
    water = pack.statements["fasting.clear_liquids"].model_copy(update=change)
    house = small_house(library=Shelf(None), pack=small_pack(**{"fasting.clear_liquids": water}))
    assert (await decide(house)).action == "decline_not_in_kb"


async def test_a_draft_whose_every_sentence_is_supported_is_sent() -> None:
    pen = Pen(DRAFTED)
    outcome = await decide(small_house(drafter=lambda: pen))
    assert outcome.blocks[0].source == "draft"
    assert outcome.reply.startswith("Water is fine up to 2 hours before.")
    assert outcome.statements == ("fasting.clear_liquids", "safety.surgeon_first")
    assert outcome.trace.wording == "generated"
    assert (outcome.trace.engine, outcome.trace.draft) == ("a-model", "raw")


async def test_the_engine_gets_only_the_statements_and_its_deadline() -> None:
    pen = Pen(DRAFTED)
    await decide(small_house(drafter=lambda: pen))
    texts = {"fasting.clear_liquids": statement("fasting.clear_liquids", "en")}
    assert pen.asked == [(ASKED.text, "en", texts, 1.5)]


async def test_one_sentence_without_support_refuses_the_whole_draft() -> None:
    pen = Pen((*DRAFTED, DraftSentence("Coffee up to 1 hour.", ("fasting.clear_liquids",))))
    outcome = await decide(small_house(drafter=lambda: pen, verify=doubting))
    assert outcome.reply.startswith(statement("fasting.clear_liquids", "en"))
    assert "1 hour" not in outcome.reply
    assert outcome.trace.wording == "verbatim"
    assert [verdict.supported for verdict in outcome.trace.verdicts] == [True, False]


async def test_a_draft_that_leaves_out_a_statement_is_refused() -> None:
    """A patient who asks for all the rules gets all of them."""
    scope = ScriptedScope(reading("answer", "fasting.overall"))
    outcome = await decide(small_house(scope=scope, drafter=lambda: Pen(DRAFTED)))
    assert outcome.reply.startswith(statement("fasting.solids", "en"))
    assert outcome.trace.engine == "a-model, which left out fasting.solids"


async def test_a_draft_without_verdicts_is_refused() -> None:
    outcome = await decide(small_house(drafter=lambda: Pen(DRAFTED), verify=lambda *_: ()))
    assert outcome.reply.startswith(statement("fasting.clear_liquids", "en"))


@pytest.mark.parametrize("reason", ["absent", "deadline", "breaker", "refused", "garbage"])
async def test_without_a_draft_the_approved_wording_goes_out(reason: str) -> None:
    outcome = await decide(small_house(drafter=lambda: Pen(failure=EngineUnavailable(reason))))
    assert outcome.action == "answer"
    assert outcome.reply.startswith(statement("fasting.clear_liquids", "en"))
    assert outcome.trace.engine == f"no draft from the engine: {reason}"


async def test_in_approved_wording_the_engine_is_not_asked() -> None:
    pen = Pen(DRAFTED)
    outcome = await decide(small_house(drafter=lambda: pen, wording="approved"))
    assert pen.asked == []
    assert outcome.reply.startswith(statement("fasting.clear_liquids", "en"))


async def test_an_engine_that_joins_is_asked_at_the_next_turn() -> None:
    seat: list[Pen] = []
    house = small_house(drafter=lambda: seat[0] if seat else None)
    assert (await decide(house)).trace.engine == ""
    seat.append(Pen(DRAFTED))
    assert (await decide(house)).trace.wording == "generated"


async def test_a_decline_asks_neither_index_nor_engine() -> None:
    shelf, pen = Shelf(), Pen(DRAFTED)
    await decide(small_house(scope=ScriptedScope(MEDICINES), library=shelf, drafter=lambda: pen))
    assert (shelf.asked, pen.asked) == ([], [])


async def test_a_follow_up_asks_again_for_what_was_answered_last() -> None:
    """Declines in between, and the clauses that go along with an answer, are not what it means."""
    scope = ScriptedScope([WATER, MEDICINES, reading("followup", "context.followup")])
    house, session = small_house(scope=scope), KNOWN
    for text in ("may I drink water?", "and my pills?", "until when?"):
        outcome = await decide(house, Turn(text), session)
        session = outcome.session
    assert outcome.action == "answer"
    assert outcome.statements == ("fasting.clear_liquids", "safety.surgeon_first")


async def test_a_follow_up_to_nothing_is_asked_to_say_more() -> None:
    outcome = await decide(small_house(scope=ScriptedScope(reading("followup", "context.followup"))))
    assert outcome.action == "clarify"


async def test_each_step_is_timed_and_traced() -> None:
    trace = (await decide(small_house(drafter=lambda: Pen(DRAFTED)))).trace
    assert list(trace.timings_s) == ["emergency", "language", "scope", "retrieve", "draft"]
    assert trace.parts == (("fasting.clear_liquids", "fasting.clear_liquids", 0.9),)


async def test_a_draft_is_verified_off_the_event_loop() -> None:
    seen: list[int] = []

    def verify(*given: Any) -> tuple[SentenceVerdict, ...]:
        seen.append(threading.get_ident())
        return believing(*given)

    await decide(small_house(drafter=lambda: Pen(DRAFTED), verify=verify))
    assert len(seen) == 1
    assert seen[0] != threading.get_ident()
