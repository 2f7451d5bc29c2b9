"""A backup of Redis's own files is taken, a patient is erased, the files are put back: nothing can be read."""

import shutil
from pathlib import Path
from typing import Protocol

import pytest
from redis.asyncio import Redis
from stocked import ANA, BRAM, SAID, conversation_of, readable

from appliance.settings import Settings
from appliance.stores import open_stores

pytestmark = pytest.mark.redis


class Server(Protocol):
    """What is needed of the server here."""

    directory: Path

    def kill(self) -> None: ...
    def start(self) -> None: ...


async def test_files_of_redis_from_before_an_erasure_bring_nothing_of_the_patient_back(
    settings: Settings, redis_server: Server, redis: Redis, tmp_path: Path
) -> None:
    files = redis_server.directory / "appendonlydir"
    async with open_stores(settings) as stores:
        who, other = await conversation_of(stores, ANA), await conversation_of(stores, BRAM)
    redis_server.kill()
    shutil.copytree(files, tmp_path / "backup")
    redis_server.start()
    async with open_stores(settings) as stores:
        assert SAID in await readable(stores, who)
        assert await stores.rights.erase(who)
    redis_server.kill()
    shutil.rmtree(files)
    shutil.copytree(tmp_path / "backup", files)
    redis_server.start()
    async with open_stores(settings) as stores:
        assert await readable(stores, who) == "[]"
        assert SAID in await readable(stores, other)
