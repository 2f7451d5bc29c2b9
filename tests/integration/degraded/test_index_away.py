"""Qdrant is away, from the start or later: the pack says what may be served, until the index is there."""

import asyncio
from typing import Any

import pytest
from hospital import LONGEST_S

pytestmark = [pytest.mark.redis, pytest.mark.models, pytest.mark.asyncio(loop_scope="package")]


async def _scores(ward: Any, patient: str) -> Any:
    ((_, outcome),) = await ward.house.decisions.of(patient, 1)
    return outcome.trace.scores


async def _is_answered(ward: Any) -> str:
    asking: str = await ward.asks()
    assert ward.water in await ward.hears(asking)
    return asking


async def test_an_index_that_was_not_there_at_the_start_is_done_without_and_built_when_it_comes(
    ward: Any,
) -> None:
    assert not await _scores(ward, await _is_answered(ward))
    await ward.gets_the_route()
    await ward.index.start()
    async with asyncio.timeout(LONGEST_S):
        await ward.index.filled.wait()
    assert await _scores(ward, await _is_answered(ward))


async def test_an_index_that_goes_is_done_without_and_asked_again_when_it_comes_back(ward: Any) -> None:
    await ward.index.stop()
    try:
        assert not await _scores(ward, await _is_answered(ward))
        await ward.gets_the_route()
    finally:
        await ward.index.start()
    assert await _scores(ward, await _is_answered(ward))
