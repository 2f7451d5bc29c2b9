"""Redis is down, hangs, takes no writes, is full, or comes back: answers by the gateway, then as before."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from appliance.vault import connect

pytestmark = [pytest.mark.redis, pytest.mark.models, pytest.mark.asyncio(loop_scope="package")]


@asynccontextmanager
async def down(server: Any) -> AsyncIterator[None]:
    server.kill()
    yield
    server.start()


@asynccontextmanager
async def hanging(server: Any) -> AsyncIterator[None]:
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


@asynccontextmanager
async def read_only(server: Any) -> AsyncIterator[None]:
    """A replica of a master that nobody reaches: what a client meets that was not told of a failover."""
    await _tell(server, "REPLICAOF", "127.0.0.1", "1")
    try:
        yield
    finally:
        await _tell(server, "REPLICAOF", "NO", "ONE")


@asynccontextmanager
async def full(server: Any) -> AsyncIterator[None]:
    await _tell(server, "CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", "1")
    try:
        yield
    finally:
        await _tell(server, "CONFIG", "SET", "maxmemory", "0")


async def _tell(server: Any, *command: str) -> None:
    client = connect(server.url)
    await client.execute_command(*command)
    await client.aclose()


@pytest.mark.parametrize("fault", [down, hanging, read_only, full])
async def test_the_gateway_answers_by_itself_and_afterwards_all_is_as_before(
    ward: Any, redis_server: Any, fault: Callable[[Any], Any]
) -> None:
    async with fault(redis_server):
        asking = await ward.asks()
        await ward.gets_the_route()
        assert ward.house.message("fallback", "es") in await ward.hears(asking)
        assert not await ward.ready()
    assert await ward.ready()
    await ward.asks(asking)
    assert ward.water in await ward.hears(asking, 2)


async def test_what_was_accepted_is_answered_once_when_redis_was_killed_and_restarted(
    ward: Any, redis_server: Any
) -> None:
    patients = [await ward.asks() for _ in range(5)]
    await asyncio.to_thread(redis_server.restart)
    for patient in patients:
        assert ward.water in await ward.hears(patient)
    for patient in patients:
        await ward.asks(patient, "thank you")
        first, second = await ward.house.twilio.replies(patient, 2)
        assert ward.water in first.body
        assert ward.water not in second.body


async def test_a_full_redis_is_emptied_by_answering_what_is_in_it(ward: Any, redis_server: Any) -> None:
    ward.engine.mode = "hanging"
    asking = await ward.asks()
    try:
        async with full(redis_server):
            assert ward.water in await ward.hears(asking)
    finally:
        ward.engine.mode = "well"
