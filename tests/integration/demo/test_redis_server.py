"""The demo's Redis starts, is gone at the end, and says what is wrong when it cannot start."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from needs import missing
from redis.asyncio import Redis

from appliance.demo.redis_server import RedisMissing, find_redis, redis_server
from appliance.demo.warden import Warden

pytestmark = pytest.mark.redis


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, as a socket's path must be."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(params=["machine", "embedded"])
def program(request: pytest.FixtureRequest) -> Path:
    try:
        return find_redis(None if request.param == "machine" else "")
    except RedisMissing as error:
        missing(str(error))


async def test_it_takes_commands_in_two_databases_and_ends_with_the_context(
    folder: Path, program: Path
) -> None:
    async with (
        Warden() as warden,
        redis_server(folder, warden, program) as urls,
        Redis.from_url(urls.values) as values,
        Redis.from_url(urls.keys) as keys,
    ):
        await values.set("one", "1")
        assert await keys.get("one") is None
        assert (await values.config_get("appendonly"))["appendonly"] == "no"
    assert not (folder / "redis.sock").exists()


async def test_a_server_that_does_not_start_is_reported_with_its_words(folder: Path, program: Path) -> None:
    async with Warden() as warden:
        with pytest.raises(RedisMissing, match=r"does not start: it ended at once"):
            async with redis_server(folder / "no such folder", warden, program):
                raise AssertionError("it must not come here")


async def test_a_program_that_is_something_else_is_reported(folder: Path) -> None:
    async with Warden() as warden:
        with pytest.raises(RedisMissing, match=r"true does not start"):
            async with redis_server(folder, warden, Path("/bin/true")):
                raise AssertionError("it must not come here")
