"""The decision as `appliance ask --json` prints it."""

import json

from house_fakes import small_house

from appliance.cli.ask import document
from appliance.conversation import Session, Turn, handle


async def test_the_whole_decision_is_plain_json() -> None:
    outcome = await handle(Turn("may I drink water?"), Session(), small_house())
    shown = json.loads(json.dumps(document(outcome)))
    assert shown["action"] == "answer"
    assert shown["statements"] == ["fasting.clear_liquids", "safety.surgeon_first"]
    assert shown["reply"] == outcome.reply
    assert shown["trace"]["masked"] == "may I drink water?"
    assert {"language", "confidence", "intents", "blocks", "effects"} <= shown.keys()


async def test_what_must_happen_besides_is_told() -> None:
    outcome = await handle(Turn("my chest hurts"), Session(), small_house())
    assert document(outcome)["effects"] == ["alert_staff"]
