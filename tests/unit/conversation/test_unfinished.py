"""What a patient begins to write is waited for; what is complete is answered at once."""

from dataclasses import replace

import pytest
from house_fakes import ScriptedScope, reading, small_house

from appliance.conversation import Session, Turn, handle
from appliance.conversation.unfinished import is_unfinished


async def unfinished(text: str, action: str, *intents: str) -> bool:
    house = replace(small_house(), scope=ScriptedScope(reading(action, *intents)))
    turn = Turn(text=text)
    return is_unfinished(turn, await handle(turn, Session(), house))


@pytest.mark.parametrize(
    ("text", "action", "intent"),
    [
        ("hola", "greeting", "social.greeting"),
        ("Hello?", "greeting", "social.greeting"),
        ("me operan mañana", "clarify", "social.unclear"),
        ("I take blood thinners", "decline_medical", "medical.medicines"),
        ("I wanted to ask something.", "off_topic", "off_topic.general"),
    ],
)
async def test_a_beginning_is_waited_for(text: str, action: str, intent: str) -> None:
    assert await unfinished(text, action, intent)


@pytest.mark.parametrize(
    ("text", "action", "intent"),
    [
        ("hasta que hora puedo beber agua", "answer", "fasting.clear_liquids"),
        ("¿Puedo tomar ibuprofeno?", "decline_medical", "medical.medicines"),
        ("Will it rain? :)", "off_topic", "off_topic.general"),
        ("gracias", "ack", "social.ack"),
        ("borra mis datos", "privacy_erase", "command.erase"),
        ("my chest hurts", "clarify", "social.unclear"),
    ],
)
async def test_what_is_complete_is_not(text: str, action: str, intent: str) -> None:
    assert not await unfinished(text, action, intent)
