"""The simulated engine answers as the appliance's prompt asks, in the time of its card."""

import pytest

from appliance.engine.draft import parse
from appliance.engine.prompt import prompt
from loadtest.engine.card import Card
from loadtest.engine.simulated import Desk, answer_to, create_engine

STATEMENTS = {"fasting.solids": 'No "solid" food.', "checkin.place": "Desk: ground floor."}


def test_it_writes_each_given_statement_and_names_it() -> None:
    asked = prompt('Statements: x?\nchecks: "y"', "en", STATEMENTS, ["en"])
    sentences = parse(answer_to(asked.user))
    assert {sentence.statements[0]: sentence.text for sentence in sentences} == STATEMENTS


def test_a_card_is_fastest_alone_and_shares_out_what_it_has_after_the_knee() -> None:
    card = Card(alone_tokens_s=75, knee=8, knee_gain=6.6)
    assert card.tokens_s(1) == 75
    assert card.tokens_s(8) == pytest.approx(61.9, abs=0.1)
    assert card.tokens_s(4) > card.tokens_s(8)
    assert card.tokens_s(16) * 16 == pytest.approx(card.tokens_s(8) * 8)


async def test_what_is_too_long_is_cut_as_a_model_would_be() -> None:
    desk = Desk(Card(fixed_s=0))
    assert "".join([piece async for piece in desk.pieces("x" * 100, 10)]) == "x" * 40
    assert len(desk.times_s) == 1


async def test_streamed_or_not_the_answer_is_the_same() -> None:
    app = create_engine(Card(first_token_s=0, alone_tokens_s=1e6))
    asked = {"messages": [{"role": "user", "content": prompt("?", "en", STATEMENTS, ["en"]).user}]}
    async with app.test_app():
        client = app.test_client()
        answer = await (await client.post("/v1/chat/completions", json=asked)).get_json()
        whole = answer["choices"][0]["message"]["content"]
        assert answer["choices"][0]["finish_reason"] == "stop"
        streamed = await client.post("/v1/chat/completions", json=asked | {"stream": True})
        body = (await streamed.get_data()).decode()
    assert body.endswith("data: [DONE]\n\n")
    assert len(parse(whole)) == 2
    assert body.count('"content"') > 1
