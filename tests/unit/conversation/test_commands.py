"""Stop and start, as whole messages in the words that patients know."""

import pytest

from appliance.conversation.commands import Given, claimed, given


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("STOP", Given("opt_out", "en")),
        ("stop.", Given("opt_out", "en")),
        ("«Stop»", Given("opt_out", "en")),
        ("STOPALL", Given("opt_out", "")),
        ("Opt-out", Given("opt_out", "")),
        ("dar de baja", Given("opt_out", "es")),
        ("Arrêter", Given("opt_out", "fr")),
        ("Стоп", Given("opt_out", "uk")),
        ("إيقاف", Given("opt_out", "ar")),
        ("退订", Given("opt_out", "zh")),
        ("Start", Given("opt_in", "en")),
        ("UNSTOP", Given("opt_in", "")),
        ("开始", Given("opt_in", "zh")),
    ],
)
def test_a_command_is_the_whole_message(text: str, command: Given) -> None:
    assert given(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "",
        "👍",
        "\x00",
        "stop it hurts",
        "don't stop",
        "cancelar",
        "anular",
        "stop stop",
        "s t o p",
        "start when?",
    ],
)
def test_anything_more_or_less_is_none(text: str) -> None:
    assert given(text) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Ejerzo mi derecho de supresión, olvídense de mí", "privacy_erase"),
        ("Exerceixo el dret de supressió", "privacy_erase"),
        ("I invoke my right to be forgotten", "privacy_erase"),
        ("J'invoque mon droit à l'oubli", "privacy_erase"),
        ("Ich berufe mich auf mein Recht auf Vergessenwerden", "privacy_erase"),
        ("Esercito il mio diritto all'oblio", "privacy_erase"),
        ("Invoco o meu direito ao esquecimento", "privacy_erase"),
        ("Invoc dreptul de a fi uitat", "privacy_erase"),
        ("أطالب بحقي في أن أُنسى", "privacy_erase"),
        ("Посилаюся на своє право бути забутим", "privacy_erase"),
        ("我要行使被遗忘权", "privacy_erase"),
        ("Ejerzo mi derecho de acceso a mis datos", "privacy_export"),
        ("Ich mache von meinem Auskunftsrecht Gebrauch", "privacy_export"),
        ("我要行使访问我个人数据的权利", "privacy_export"),
    ],
)
def test_a_right_called_by_its_legal_name_is_recognised(text: str, command: str) -> None:
    named = claimed(text)
    assert named is not None
    assert named.command == command


@pytest.mark.parametrize(
    "text",
    ["I want to be forgotten", "quiero olvidarlo todo", "Can I access the hospital?", "ماء", "忘了我吧", ""],
)
def test_despair_and_questions_are_no_claim(text: str) -> None:
    """Who wants to be forgotten may need help: that is for the crisis rules and scope."""
    assert claimed(text) is None
