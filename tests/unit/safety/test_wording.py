"""What an emergency rule means: every language on every message, and the exceptions that take it back."""

from typing import Any

import pytest

from appliance.safety.wording import Wording

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
    ("text", "calm"),
    [
        ("may I drink water?", False),
        ("me muero de hambre", True),
        ("years ago I fell", True),
        ("years ago, and today again", False),
    ],
)
def test_a_calm_message_is_told_from_one_of_the_present(wording: Wording, text: str, *, calm: bool) -> None:
    assert wording.is_calm(text) is calm


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
