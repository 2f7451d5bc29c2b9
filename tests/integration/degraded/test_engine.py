"""The engine fails in every way: the approved wording goes out in time, and drafts return by themselves."""

import asyncio
from typing import Any

import pytest

pytestmark = [pytest.mark.redis, pytest.mark.models, pytest.mark.asyncio(loop_scope="package")]


async def _is_approved_wording(ward: Any) -> None:
    asking = await ward.asks()
    await ward.gets_the_route()
    assert ward.water in await ward.hears(asking)
    wording, noted = await ward.wording(asking)
    assert wording == "verbatim"
    assert noted


async def _is_drafted_again(ward: Any) -> None:
    asking = await ward.asks()
    assert ward.water in await ward.hears(asking)
    assert await ward.wording(asking) == ("generated", "scripted")


@pytest.mark.parametrize("mode", ["slow", "hanging", "html", "prose", "empty", "error", "cut"])
async def test_an_engine_that_is_not_well_is_not_waited_for_and_drafts_return(ward: Any, mode: str) -> None:
    ward.engine.mode = mode
    try:
        await _is_approved_wording(ward)
    finally:
        ward.engine.mode = "well"
    await _is_drafted_again(ward)


async def test_an_engine_that_is_absent_is_done_without_and_joins_when_it_comes(ward: Any) -> None:
    await ward.engine.stop()
    try:
        await _is_approved_wording(ward)
    finally:
        await ward.engine.start()
    await _is_drafted_again(ward)


async def test_an_engine_that_restarts_in_the_middle_of_a_draft_costs_no_answer(ward: Any) -> None:
    ward.engine.mode = "hanging"
    ward.engine.heard.clear()
    asking = await ward.asks()
    async with asyncio.timeout(60):
        await ward.engine.heard.wait()
    await ward.engine.stop()
    ward.engine.mode = "well"
    await ward.engine.start()
    assert ward.water in await ward.hears(asking)
    await _is_drafted_again(ward)


async def test_what_a_patient_writes_while_the_engine_drafts_joins_the_answer(ward: Any) -> None:
    ward.engine.mode = "hanging"
    ward.engine.heard.clear()
    water = "Can I drink water before surgery?"
    asking = await ward.asks(text=water)
    async with asyncio.timeout(60):
        await ward.engine.heard.wait()
    more = (
        "Which documents do I need to bring?",
        "Where do I go on the day?",
        "Can I wear nail polish?",
        "Thanks",
    )
    try:
        for text in more:
            await ward.asks(asking, text)
        reply = await ward.hears(asking)
    finally:
        ward.engine.mode = "well"
    assert ward.water in reply
    assert ward.house.approved("checkin.documents", "en") in reply
    # Replies keep their order: a second one to the burst would come before this.
    await ward.asks(asking, "thank you")
    await ward.hears(asking, 2)
    made = await ward.house.decisions.of(asking, 2)
    assert [turn.text for turn, _ in made] == ["\n".join((water, *more)), "thank you"]
