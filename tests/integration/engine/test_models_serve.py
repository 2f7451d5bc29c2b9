"""The engine's process: verified before it starts, watched while it runs, and gone when it is stopped."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from wheelhouse import sha256

from appliance.engine.catalogue import Entry
from appliance.engine.environment import CPU, EngineEnvironment
from appliance.engine.serve import EngineProcess, start_engine
from appliance.engine.verify import DigestError, write_manifest
from appliance.errors import EngineUnavailable, ModelError

# Stands where vLLM's interpreter would be, and takes its arguments; a variable says how it behaves.
STAND_IN = f"""#!{sys.executable}
import http.server, json, os, subprocess, sys, time

behaviour = os.environ.get("STAND_IN", "")
print("arguments:", json.dumps(sys.argv[1:]), flush=True)
print("variables:", json.dumps(sorted(os.environ)), flush=True)
if behaviour == "dies":
    sys.exit("not enough memory on node 0")
if behaviour == "hangs":
    time.sleep(600)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child:", child.pid, flush=True)

class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
        if self.path == "/crash":
            os._exit(3)

port = int(sys.argv[sys.argv.index("--port") + 1])
http.server.HTTPServer(("127.0.0.1", port), Healthy).serve_forever()
"""
ENTRY = Entry.model_validate(
    {
        "name": "tiny",
        "kind": "chat",
        "description": "for tests",
        "licence": "MIT",
        "languages": ("en",),
        "context_tokens": 64,
        "gpu_memory_gib": 0,
        "source": {"type": "directory", "path": "/srv/tiny"},
        "files": [{"path": "model.safetensors", "sha256": sha256(b"weights")}],
    }
)


class Bench:
    """A verified model and an environment with the stand-in; stops whatever it started."""

    def __init__(self, directory: Path) -> None:
        self.model = directory / "tiny"
        self.model.mkdir()
        (self.model / "model.safetensors").write_bytes(b"weights")
        write_manifest(ENTRY, self.model)
        self.environment = EngineEnvironment(directory / "cpu", CPU)
        self.environment.python.parent.mkdir(parents=True)
        self.environment.python.write_text(STAND_IN, encoding="utf-8")
        self.environment.python.chmod(0o755)
        self.started: list[EngineProcess] = []

    async def start(self, behaviour: str = "", port: int = 0, entry: Entry = ENTRY) -> EngineProcess:
        environ = dict(os.environ) | {"STAND_IN": behaviour, "APPLIANCE_TWILIO_AUTH_TOKEN": "secret"}
        engine = await start_engine(entry, self.model, self.environment, port, environ)
        self.started.append(engine)
        return engine


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    for engine in bench.started:
        await engine.stop(grace_s=1)


def said(engine: EngineProcess, what: str) -> object:
    lines = engine.log.read_text(encoding="utf-8").splitlines()
    return json.loads(next(line for line in lines if line.startswith(what)).removeprefix(what))


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_it_is_ready_when_it_answers_and_knows_no_secret(bench: Bench) -> None:
    engine = await bench.start()
    await engine.wait_ready(within_s=20)
    arguments, variables = said(engine, "arguments:"), said(engine, "variables:")
    assert isinstance(arguments, list)
    assert isinstance(variables, list)
    assert str(bench.model) in arguments
    assert "VLLM_NO_USAGE_STATS" in variables
    assert not any(name.startswith("APPLIANCE_") for name in variables)


async def test_an_engine_that_dies_on_the_way_says_its_last_words(bench: Bench) -> None:
    engine = await bench.start("dies")
    with pytest.raises(EngineUnavailable, match=r"ended with 1(?s:.*)not enough memory on node 0"):
        await engine.wait_ready(within_s=20)


async def test_an_engine_that_is_never_ready_is_given_up_at_the_deadline(bench: Bench) -> None:
    engine = await bench.start("hangs")
    with pytest.raises(EngineUnavailable, match="not ready within"):
        await engine.wait_ready(within_s=0.3)


async def test_an_engine_that_dies_later_is_noticed(bench: Bench) -> None:
    engine = await bench.start()
    await engine.wait_ready(within_s=20)
    host, port = engine.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /crash HTTP/1.0\r\n\r\n")
    assert await asyncio.wait_for(engine.wait_end(), timeout=20) == 3
    writer.close()


async def test_stopping_takes_its_children_along(bench: Bench) -> None:
    engine = await bench.start()
    await engine.wait_ready(within_s=20)
    child = said(engine, "child:")
    assert isinstance(child, int)
    assert alive(child)
    await engine.stop()
    async with asyncio.timeout(20):
        while alive(child):  # noqa: ASYNC110  (another process's child: there is nothing to wait on)
            await asyncio.sleep(0.02)


async def test_a_tampered_model_is_not_started(bench: Bench) -> None:
    (bench.model / "model.safetensors").write_bytes(b"weighty")
    with pytest.raises(DigestError, match=r"model\.safetensors"):
        await bench.start()
    assert not (bench.environment.directory / "logs").exists()


async def test_a_port_that_is_taken_is_not_mistaken_for_ours(bench: Bench) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(EngineUnavailable, match="is not free"),
    ):
        await bench.start(port=other.getsockname()[1])


async def test_an_embedding_model_is_not_for_vllm(bench: Bench) -> None:
    embedding = Entry.model_validate(
        ENTRY.model_dump() | {"kind": "embedding", "embedding": {"dimensions": 3, "pooling": "mean"}}
    )
    with pytest.raises(ModelError, match="expected a chat model"):
        await bench.start(entry=embedding)


async def test_an_interpreter_that_is_missing_is_an_unavailable_engine(bench: Bench) -> None:
    bench.environment.python.unlink()
    with pytest.raises(EngineUnavailable, match="cannot be started"):
        await bench.start()
