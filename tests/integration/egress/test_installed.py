"""The guard installed, in processes of their own: every way out of Python that the libraries use is closed."""

import subprocess
import sys

import pytest

# 203.0.113.0/24 and .invalid are reserved: no packet would reach anybody, guard or not.
PRELUDE = """
import asyncio, socket, subprocess, sys
from appliance.egress import Guard, Peer, Policy
from appliance.errors import EgressRefused

server = socket.create_server(("127.0.0.1", 0))
port = server.getsockname()[1]
guard = Guard(Policy((Peer("redis_url", "localhost", port),)))
guard.install()

def told(error):
    while error is not None:
        if isinstance(error, EgressRefused):
            return True
        error = error.__cause__ or error.__context__
    return False
"""
WAYS = {
    "socket": 'socket.create_connection(("203.0.113.9", 443))',
    "datagram": 'socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("203.0.113.9", 53))',
    "other port": 'socket.create_connection(("127.0.0.1", port - 1))',
    "look-up": 'socket.gethostbyname("evil.invalid")',
    "event loop": 'asyncio.run(asyncio.open_connection("203.0.113.9", 443))',
    "event loop's look-up": 'asyncio.run(asyncio.open_connection("evil.invalid", 443))',
    "event loop's datagram": """
async def send():
    await asyncio.get_running_loop().create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=("203.0.113.9", 53))
asyncio.run(send())
""",
    "urllib": 'import urllib.request; urllib.request.build_opener(urllib.request.ProxyHandler({})).open("http://203.0.113.9")',
    "httpx": 'import httpx; httpx.Client(trust_env=False).get("http://203.0.113.9")',
    "httpx's look-up": """
import httpx
async def get():
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.get("http://evil.invalid")
asyncio.run(get())
""",
    "aiohttp": """
import aiohttp
async def get():
    async with aiohttp.ClientSession() as client:
        await client.get("http://evil.invalid")
asyncio.run(get())
""",
    "redis": """
from redis.asyncio import Redis
async def ping():
    async with Redis(host="203.0.113.9", socket_connect_timeout=5) as redis:
        await redis.ping()
asyncio.run(ping())
""",
    "model hub": """
import os
os.environ["HF_ENDPOINT"] = "http://evil.invalid"
from huggingface_hub import HfApi
HfApi().model_info("a/b")
""",
    "program": 'subprocess.run([sys.executable, "-c", "print(1)"])',
    "program of the event loop": 'asyncio.run(asyncio.create_subprocess_exec(sys.executable, "-c", "print(1)"))',
    "shell": 'import os; os.system("true")',
    "fork": "import os; os.fork()",
}


def python(code: str) -> subprocess.CompletedProcess[str]:
    # -S: without the tests' own guard, so that what is seen is this one's doing.
    path = "import sys; sys.path[:] = " + repr(sys.path) + "\n"
    command = [sys.executable, "-S", "-c", path + PRELUDE + code]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("way", list(WAYS))
def test_each_way_out_is_refused_and_counted(way: str) -> None:
    body = "\n".join(f"    {line}" for line in WAYS[way].strip().splitlines())
    ended = python(
        f"try:\n{body}\nexcept BaseException as error:\n    print('told', told(error))\n"
        "print('refused', sum(guard.refused.values()) > 0)"
    )
    assert ended.stdout.splitlines()[-2:] == ["told True", "refused True"], ended.stdout + ended.stderr


def test_a_peer_that_is_named_is_reached_at_the_addresses_of_its_name() -> None:
    ended = python(
        'asyncio.run(asyncio.wait_for(asyncio.open_connection("localhost", port), 30))\n'
        "print(dict(guard.allowed), dict(guard.refused))"
    )
    assert ended.stdout.startswith("{'redis_url': "), ended.stderr


def test_asking_the_engine_is_nothing_to_report() -> None:
    # The engine's library names the platform in its headers, and Python would start a program to know it.
    ended = python("""
from appliance.engine.client import Engine
from appliance.errors import EngineUnavailable
server.close()
async def ask():
    async with Engine(f"http://localhost:{port}", languages=["en"], model="m") as engine:
        await engine.draft("Can I drink?", "en", {"a": "Water."}, 30)
try:
    asyncio.run(ask())
except EngineUnavailable as error:
    print(error.reason, dict(guard.refused))
""")
    assert ended.stdout == "absent {}\n", ended.stdout + ended.stderr


def test_a_library_that_was_loaded_before_is_named() -> None:
    ended = python('sys.modules["pycares"] = sys\nGuard(Policy(())).install()')
    assert "pycares is loaded, which connects beside the egress guard: uninstall it" in ended.stderr
