"""What an emergency rule means: every language on every message, and the exceptions that take it back."""

from typing import Any

import pytest

from appliance.safety.wording import Match, Wording, spoken

RULES: dict[str, Any] = {
    "kinds": {
        "selfharm": {"route": "crisis", "rules": {"en": ["want to die"], "es": ["quiero morir"]}},
        "chest": {
            "route": "emergency",
            "rules": {"en": ["chest & pain|hurts"], "es": ["duele .. pecho"], "zh": ["胸口疼"]},
        },
        "home": {"route": "violence", "rules": {"en": ["hits me"]}},
    },
    "exceptions": {
        "figures": {"en": ["die of laughter"], "es": ["muero de hambre"]},
        "history": {"en": ["years ago"]},
        "hypothetical": {"en": ["what if"]},
        "present": {"en": ["now", "today"]},
    },
}


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording(RULES)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my chest hurts", "chest"),
        ("hola, me duele mucho el pecho, can I eat?", "chest"),
        ("胸口疼", "chest"),
        ("I want to die", "selfharm"),
        ("he hits me", "home"),
        ("chest", None),
        ("", None),
        ("pain in the knee. and a treasure chest is a thing that I once saw somewhere", None),
    ],
)
def test_every_language_is_tried_on_every_message(wording: Wording, text: str, kind: str | None) -> None:
    found = wording.find(text)
    assert (found.kind if found else None) == kind


def test_an_emergency_goes_before_a_crisis(wording: Wording) -> None:
    routes = [match.route for match in wording.find_all("I want to die, my chest hurts, he hits me")]
    assert routes == ["emergency", "crisis", "violence"]


def test_a_match_names_the_rule_and_its_language(wording: Wording) -> None:
    found = wording.find("me duele el pecho")
    assert found is not None
    assert (found.language, found.rule) == ("es", "duele .. pecho")


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("my chest hurts", True),
        ("years ago my chest hurts", False),
        ("years ago and again now my chest hurts", True),
        ("that was years ago. my chest hurts", True),
        ("what if my chest hurts", False),
        ("I die of laughter, my chest hurts", True),
    ],
)
def test_history_and_hypotheticals_take_back_their_own_sentence_only(
    wording: Wording, text: str, *, counts: bool
) -> None:
    assert (wording.find(text) is not None) is counts


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("may I drink water?", None),
        ("me muero de hambre", "figure"),
        ("me muero de hambre today", "figure"),
        ("years ago I fell", "elsewhen"),
        ("years ago, and today again", None),
    ],
)
def test_what_may_only_sound_like_an_emergency_is_told(
    wording: Wording, text: str, doubt: str | None
) -> None:
    assert wording.doubt(text) == doubt


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("what if I fall, can I drink water, and my chest hurts", True),
        ("my chest hurts and I had an operation on the knee a good many years ago", True),
        ("what if, my chest hurts", False),
        ("as it was years ago today my chest hurts", True),
    ],
)
def test_another_time_reaches_no_further_than_a_few_words(
    wording: Wording, text: str, *, counts: bool
) -> None:
    assert (wording.find(text) is not None) is counts


def test_now_within_a_phrase_of_the_past_is_not_the_present() -> None:
    document = {
        **RULES,
        "exceptions": {"history": {"ro": ["acum .. ani"]}, "present": {"ro": ["acum"]}},
    }
    wording = Wording(document)
    assert wording.find("acum patru ani, me duele el pecho") is None
    assert wording.find("acum patru ani, si acum me duele el pecho") is not None


def test_fear_takes_back_an_emergency_but_not_a_threat() -> None:
    document = {**RULES, "exceptions": {"hypothetical": {"en": ["afraid"]}}}
    wording = Wording(document)
    assert wording.find("afraid that my chest hurts") is None
    assert wording.find("afraid that he hits me") is not None
    assert wording.find("afraid, I want to die") is not None


def test_a_misspelt_word_of_a_rule_is_understood_unless_it_is_an_ordinary_word() -> None:
    assert Wording(RULES).find("me duele el pehco") is None
    assert Wording(RULES, known={"hola"}).find("me duele el pehco") is not None
    assert Wording(RULES, known={"pehco"}).find("me duele el pehco") is None


def test_the_language_of_an_alarm_is_that_of_most_of_its_rules() -> None:
    matches = [Match("chest", "emergency", language, "rule") for language in ("es", "ca", "ca")]
    assert spoken(matches) == "ca"


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"kinds": []}, "kinds"),
        ({"kinds": {"chest": "duele"}}, "chest"),
        ({"kinds": {"chest": {"route": "ambulance"}}}, "kinds.chest.route"),
        ({"kinds": {"chest": {"route": "crisis", "rules": {"es": "duele"}}}}, "kinds.chest.rules.es"),
        ({"kinds": {"chest": {"route": "crisis", "rules": {"es": [1]}}}}, "kinds.chest.rules.es"),
        ({"kinds": {"chest": {"route": "crisis", "rules": {"es": ["a & b & c"]}}}}, "a & b & c"),
        ({"exceptions": {"figures": ["x"]}}, "exceptions.figures"),
    ],
)
def test_a_rule_that_cannot_be_read_is_named(document: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named.replace(".", r"\.")):
        Wording(document)
