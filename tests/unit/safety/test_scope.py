"""What a message asks, given how likely each intent is in it and in its parts."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.knowledge.schema import Intent, Thresholds
from appliance.safety.scope import Reading, Scope
from appliance.safety.wording import Doubt

ACTIONS = {
    "solids": "answer",
    "liquids": "answer",
    "medicines": "decline_medical",
    "asthma": "decline_medical",
    "costs": "decline_not_in_kb",
    "weather": "off_topic",
    "hello": "greeting",
    "thanks": "ack",
    "mash": "clarify",
    "more": "followup",
    "switch": "language",
    "forget": "privacy_erase",
    "heart": "emergency",
    "despair": "crisis",
}
THRESHOLDS = Thresholds(
    answer=0.5,
    part=0.5,
    declined_part=0.3,
    background=0.8,
    emergency=0.4,
    emergency_elsewhen=0.6,
    emergency_figure=0.9,
    clarify=0.2,
)


class Told:
    """A model that says of a text what it is told, and spreads the rest evenly."""

    intents = tuple(ACTIONS)

    def __init__(self, told: Mapping[str, Mapping[str, float]]) -> None:
        self._told = told

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._row(self._told.get(text, {})) for text in texts], dtype=np.float32)

    def _row(self, told: Mapping[str, float]) -> list[float]:
        rest = (1 - sum(told.values())) / (len(self.intents) - len(told))
        return [told.get(intent, rest) for intent in self.intents]


class Medicines:
    """Knows one medicine by name, and one phrase for the time after the operation."""

    def found(self, text: str) -> frozenset[str]:
        names = {"sintrom": "medicine", "after the op": "afterwards"}
        return frozenset(name for words, name in names.items() if words in text)


def read(
    text: str, told: Mapping[str, Mapping[str, float]], *, doubt: Mapping[str, Doubt] = MappingProxyType({})
) -> Reading:
    intents = {
        name: Intent(
            action=action,  # type: ignore[arg-type]  # one of them
            about=name,
            statements=(f"s.{name}",) if action == "answer" else (),
            background=name == "asthma",
        )
        for name, action in ACTIONS.items()
    }
    return Scope(Told(told), intents, Medicines(), THRESHOLDS).read(text, "en", doubt=doubt.get)


def test_a_sure_question_is_answered_from_its_statements() -> None:
    found = read("may I eat", {"may I eat": {"solids": 0.9}})
    assert (found.action, found.intents, found.statements) == ("answer", ("solids",), ("s.solids",))
    assert found.confidence == pytest.approx(0.9, abs=0.05)
    assert found.declined == ()


def test_two_questions_are_both_answered() -> None:
    text = "may I eat and may I drink"
    told = {
        text: {"solids": 0.5, "liquids": 0.45},
        "may I eat": {"solids": 0.9},
        "may I drink": {"liquids": 0.9},
    }
    assert set(read(text, told).statements) == {"s.solids", "s.liquids"}


def test_a_question_beside_one_that_is_declined_is_answered_in_part() -> None:
    text = "may I drink and what does it cost"
    told = {
        text: {"liquids": 0.5, "costs": 0.45},
        "may I drink": {"liquids": 0.95},
        "what does it cost": {"costs": 0.95},
    }
    found = read(text, told)
    assert (found.action, found.statements, found.declined) == (
        "partial",
        ("s.liquids",),
        ("decline_not_in_kb",),
    )


@pytest.mark.parametrize(
    ("intent", "action"), [("medicines", "decline_medical"), ("costs", "decline_not_in_kb")]
)
def test_what_is_declined_says_why(intent: str, action: str) -> None:
    found = read("something", {"something": {intent: 0.9}})
    assert (found.action, found.declined, found.statements) == (action, (action,), ())


def test_a_medicine_that_is_named_is_never_only_answered() -> None:
    """Whatever the model takes the message for, the lexicon has seen the name."""
    text = "may I drink with my sintrom"
    found = read(text, {text: {"liquids": 0.95}})
    assert (found.action, found.declined) == ("partial", ("decline_medical",))


def test_what_is_asked_of_the_time_after_the_operation_is_never_only_answered() -> None:
    """The statements tell of the time before, whatever the words have in common."""
    text = "when may I eat after the op"
    found = read(text, {text: {"solids": 0.95}})
    assert (found.action, found.declined) == ("partial", ("decline_medical",))


def test_what_is_declined_of_the_time_after_the_operation_keeps_its_kind() -> None:
    text = "what does the bus cost after the op"
    assert read(text, {text: {"costs": 0.9}}).declined == ("decline_not_in_kb",)


def test_an_answer_in_doubt_is_declined() -> None:
    found = read("hm food hm", {"hm food hm": {"solids": 0.35, "costs": 0.3}})
    assert found.action == "decline_not_in_kb"
    assert found.statements == ()


@pytest.mark.parametrize(("medical", "action"), [(0.1, "answer"), (0.25, "decline_medical")])
def test_what_may_well_be_medical_is_declined_however_sure_the_answer(medical: float, action: str) -> None:
    """A name that the model takes for food may be a medicine that the lexicon does not know."""
    text = "may I have eutyroks"
    assert read(text, {text: {"solids": 0.7, "medicines": medical}}).action == action


def test_a_part_in_medical_doubt_is_declined_beside_an_answer() -> None:
    text = "may I drink and bring the puffer"
    told = {
        text: {"liquids": 0.7},
        "may I drink": {"liquids": 0.9},
        "bring the puffer": {"solids": 0.6, "medicines": 0.35},
    }
    found = read(text, told)
    assert (found.action, found.declined, found.statements) == (
        "partial",
        ("decline_medical",),
        ("s.liquids",),
    )


@pytest.mark.parametrize("told", [{}, {"more": 0.9}, {"mash": 0.9}])
def test_a_medicine_that_is_named_without_a_question_is_declined(told: Mapping[str, float]) -> None:
    """It must not be read as a follow-up, which what was answered last would answer."""
    found = read("and the sintrom?", {"and the sintrom?": told})
    assert (found.action, found.statements) == ("decline_medical", ())


def test_thanks_that_name_a_medicine_are_thanks() -> None:
    assert read("ok, the sintrom, thanks", {"ok, the sintrom, thanks": {"thanks": 0.9}}).action == "ack"


def test_a_message_that_could_be_anything_is_asked_for_in_other_words() -> None:
    assert read("asdf", {"asdf": {}}).action == "clarify"


@pytest.mark.parametrize("intent", ["hello", "thanks", "mash", "more", "switch", "weather"])
def test_what_asks_nothing_is_taken_for_what_it_is(intent: str) -> None:
    found = read("say", {"say": {intent: 0.9}})
    assert (found.action, found.statements) == (ACTIONS[intent], ())


def test_small_talk_gives_way_to_a_question() -> None:
    text = "hello, may I drink"
    told = {text: {"hello": 0.5, "liquids": 0.4}, "hello": {"hello": 0.95}, "may I drink": {"liquids": 0.95}}
    assert read(text, told).statements == ("s.liquids",)


def test_a_right_that_is_asked_for_is_not_lost_among_questions() -> None:
    found = read("forget me", {"forget me": {"forget": 0.9}})
    assert (found.action, found.statements) == ("privacy_erase", ())


@pytest.mark.parametrize(("intent", "action"), [("heart", "emergency"), ("despair", "crisis")])
def test_a_likely_emergency_is_routed(intent: str, action: str) -> None:
    found = read("help", {"help": {intent: 0.7}})
    assert (found.action, found.intents, found.statements) == (action, (intent,), ())


def test_an_emergency_inside_another_question_is_routed() -> None:
    text = "may I drink, something in my heart"
    told = {text: {"liquids": 0.6, "heart": 0.3}, "something in my heart": {"heart": 0.95}}
    assert read(text, told).action == "emergency"


def test_an_unlikely_emergency_is_none() -> None:
    text = "my heart beats for food"
    assert read(text, {text: {"solids": 0.8, "heart": 0.1}}).action == "answer"


def test_every_part_is_told_with_its_intent() -> None:
    text = "may I eat and may I drink"
    told = {
        text: {"solids": 0.5, "liquids": 0.45},
        "may I eat": {"solids": 0.9},
        "may I drink": {"liquids": 0.9},
    }
    parts = {part.intent: part.text for part in read(text, told).parts}
    assert parts == {"solids": "may I eat", "liquids": "may I drink"}


@pytest.mark.parametrize(
    ("doubt", "sure", "routed"),
    [
        (None, 0.5, True),
        (None, 0.3, False),
        ("elsewhen", 0.5, False),
        ("elsewhen", 0.7, True),
        ("figure", 0.7, False),
        ("figure", 0.95, True),
    ],
)
def test_a_message_in_doubt_must_be_surer_to_be_routed(
    doubt: Doubt | None, sure: float, *, routed: bool
) -> None:
    """The wording rules saw a figure of speech, or something of another time."""
    found = read("help", {"help": {"heart": sure}}, doubt={"help": doubt} if doubt else {})
    assert (found.action == "emergency") is routed


@pytest.mark.parametrize(
    ("whole", "part", "doubt", "routed"),
    [
        (0.1, 0.85, {}, True),
        (0.1, 0.7, {}, False),
        (0.0, 0.85, {}, False),
        (0.0, 0.98, {}, True),
        (0.1, 0.98, {"my heart": "figure"}, False),
        (0.5, 0.98, {"dying of hunger, my heart": "figure", "dying of hunger": "figure"}, True),
    ],
)
def test_a_part_must_be_surer_than_the_whole(
    whole: float, part: float, doubt: dict[str, Doubt], *, routed: bool
) -> None:
    """A figure of speech beside an emergency leaves the emergency what it is."""
    text = "dying of hunger, my heart"
    told = {
        text: {"heart": whole, "solids": 0.99 - whole},
        "dying of hunger": {"solids": 0.9},
        "my heart": {"heart": part},
    }
    assert (read(text, told, doubt=doubt).action == "emergency") is routed


def test_what_is_often_only_told_must_be_clearly_asked_beside_a_question() -> None:
    """An illness that is mentioned beside a question on water is no second question."""
    text = "I have asthma, may I drink"
    told = {
        text: {"liquids": 0.7, "asthma": 0.2},
        "I have asthma": {"asthma": 0.9},
        "may I drink": {"liquids": 0.9},
    }
    assert read(text, told).action == "answer"


def test_what_one_part_surely_asks_says_nothing_about_the_other() -> None:
    """The whole message is all about food; the part on the price is about the price nevertheless."""
    text = "may I eat and what then"
    told = {text: {"solids": 0.95}, "may I eat": {"solids": 0.95}, "what then": {"costs": 0.6, "solids": 0.3}}
    assert read(text, told).declined == ("decline_not_in_kb",)


def test_a_part_in_doubt_is_declined_rather_than_passed_over() -> None:
    text = "may I drink and the other thing"
    told = {
        text: {"liquids": 0.8},
        "may I drink": {"liquids": 0.9},
        "the other thing": {"medicines": 0.6},
    }
    assert read(text, told).action == "partial"


def test_an_unlikely_second_intent_is_not_answered_beside_the_first() -> None:
    assert read("food", {"food": {"solids": 0.29, "liquids": 0.28}}).statements == ("s.solids",)


def test_a_further_question_that_no_intent_claims_is_declined() -> None:
    text = "may I drink? And must the ring come out?"
    told = {text: {"liquids": 0.9}, "may I drink": {"liquids": 0.9}, "must the ring come out": {"costs": 0.2}}
    assert read(text, told).action == "partial"


@pytest.mark.parametrize("tail", [", is that so allowed?", ". Which do I follow?", "? And ok?"])
def test_what_asks_of_what_was_just_said_is_no_further_question(tail: str) -> None:
    text = f"may I drink{tail}"
    told = {text: {"liquids": 0.9}, "may I drink": {"liquids": 0.9}}
    assert read(text, told).action == "answer"
