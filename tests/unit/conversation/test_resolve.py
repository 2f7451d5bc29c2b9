"""What a fragment means after what was said before it."""

from dataclasses import replace

import pytest
from house_fakes import MEDICINES, PLACE, WATER, ScriptedScope, reading, small_house, small_pack

from appliance.conversation import Outcome, Session, Turn, handle
from appliance.knowledge.lexicon import Lexicon
from appliance.safety.scope import Reading

FOLLOW_UP = reading("followup", "context.followup")
UNCLEAR = reading("clarify", "social.unclear")
FOOD_AND_WATER = reading("answer", "fasting.clear_liquids", "fasting.solids")


async def last_of(scope: ScriptedScope, *texts: str) -> Outcome:
    pack = replace(
        small_pack(), lexicon=Lexicon({"time_question": {"en": ["how long"]}, "food": {"en": ["toast"]}})
    )
    house, session = small_house(scope=scope, pack=pack), Session(introduced=True)
    for text in texts:
        outcome = await handle(Turn(text), session, house)
        session = outcome.session
    return outcome


@pytest.mark.parametrize("alone", [FOLLOW_UP, UNCLEAR])
async def test_a_fragment_is_read_together_with_the_question_before(alone: Reading) -> None:
    scope = ScriptedScope([WATER, alone, FOOD_AND_WATER])
    await last_of(scope, "may I drink?", "and the other?")
    assert scope.asked[-1][0] == "may I drink? and the other?"


async def test_of_the_two_questions_only_the_new_one_is_answered() -> None:
    outcome = await last_of(
        ScriptedScope([WATER, FOLLOW_UP, FOOD_AND_WATER]), "may I drink?", "and the other?"
    )
    assert set(outcome.statements) == {"fasting.solids", "safety.surgeon_first"}


async def test_a_time_alone_is_asked_of_what_was_spoken_of() -> None:
    """Alone, "how long before" could be about arriving."""
    outcome = await last_of(ScriptedScope([WATER, PLACE, WATER]), "may I drink?", "how long before?")
    assert "fasting.clear_liquids" in outcome.statements


@pytest.mark.parametrize(
    "text", ["toast how long before?", "how long before, and where is it that I must go then?"]
)
async def test_what_names_its_subject_stands_for_itself(text: str) -> None:
    scope = ScriptedScope([WATER, PLACE, WATER])
    outcome = await last_of(scope, "may I drink?", text)
    assert outcome.statements == ("checkin.place",)
    assert len(scope.asked) == 2


async def test_a_fragment_that_stays_unclear_after_a_decline_is_asked_for_in_other_words() -> None:
    outcome = await last_of(ScriptedScope([MEDICINES, UNCLEAR, UNCLEAR]), "my pills?", "hm?")
    assert outcome.action == "clarify"


DOUBTFUL = reading("decline_medical", "medical.medicines", declined=("decline_medical",), confidence=0.3)
SURE = reading("decline_medical", "medical.medicines", declined=("decline_medical",), confidence=0.9)


async def test_food_that_is_declined_in_doubt_is_asked_of_with_the_question_before() -> None:
    outcome = await last_of(
        ScriptedScope([WATER, DOUBTFUL, FOOD_AND_WATER]), "may I drink?", "and some toast?"
    )
    assert "fasting.solids" in outcome.statements


@pytest.mark.parametrize(("alone", "text"), [(SURE, "and some toast?"), (DOUBTFUL, "and the other?")])
async def test_a_sure_decline_and_one_of_something_without_a_name_stand(alone: Reading, text: str) -> None:
    scope = ScriptedScope([WATER, alone, FOOD_AND_WATER])
    outcome = await last_of(scope, "may I drink?", text)
    assert (outcome.action, len(scope.asked)) == ("decline_medical", 2)
