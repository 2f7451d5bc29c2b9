"""Stop and start, as whole messages in the words that patients know."""

import pytest

from appliance.conversation.commands import Given, given


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
