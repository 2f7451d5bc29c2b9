"""The stand-in's answers held against Twilio's own OpenAPI document, by Prism as a proxy in between."""

import asyncio
import importlib.util
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import aiohttp
import pytest
from demo_stage import ACCOUNT, CREDENTIALS, staged

from appliance.demo.patients import HOSPITAL

pytestmark = pytest.mark.node

MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Messages"
_START_WITHIN_S = 90


def _node_tools() -> ModuleType:
    """The channel's tests install the same programs; their folder is on no path of ours."""
    file = Path(__file__).parents[1] / "channel" / "node_tools.py"
    spec = importlib.util.spec_from_file_location("node_tools", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@asynccontextmanager
async def prism_before(upstream: str) -> AsyncIterator[str]:
    """The URL of a Prism that forwards to `upstream` and answers 500 when either side breaks the document."""
    tools = _node_tools()
    program = tools.installed(tools.PRISM) / "node_modules" / ".bin" / "prism"
    prism = await asyncio.create_subprocess_exec(
        *(tools.node(), str(program.resolve()), "proxy", "--host", "127.0.0.1", "--port", "0", "--errors"),
        *(str(tools.twilio_openapi()), upstream),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert prism.stdout is not None
    rest = None
    try:
        async with asyncio.timeout(_START_WITHIN_S):
            while line := re.sub(r"\x1b\[[0-9;]*m", "", (await prism.stdout.readline()).decode()):
                if found := re.search(r"listening on (http://\S+)", line):
                    # Its log is read to the end, or it would stop at a full pipe.
                    rest = asyncio.create_task(prism.stdout.read())
                    yield found[1]
                    return
        pytest.fail("Prism ended before it listened")
    finally:
        prism.terminate()
        await prism.wait()
        if rest is not None:
            await rest


def violations(answer: aiohttp.ClientResponse) -> list[Any]:
    """What broke the document, except where the document's own examples break it: paths as list addresses."""
    found = json.loads(answer.headers.get("sl-violations", "[]"))
    return [one for one in found if not (one["code"] == "format" and one["location"][-1].endswith("uri"))]


async def test_every_answer_keeps_to_twilios_document() -> None:
    async with (
        staged() as stage,
        prism_before(stage.standin_url) as prism,
        aiohttp.ClientSession(prism, headers=CREDENTIALS) as twilio,
    ):
        fields = {"To": "whatsapp:+12025550101", "From": HOSPITAL, "Body": "hello"}
        async with twilio.post(f"{MESSAGES}.json", data=fields) as answer:
            assert (answer.status, violations(answer)) == (201, [])
            sid = (await answer.json())["sid"]
        await stage.callbacks.settled()
        async with twilio.get(f"{MESSAGES}/{sid}.json") as answer:
            assert (answer.status, violations(answer)) == (200, [])
        filters = {"To": fields["To"], "From": HOSPITAL, "DateSent>": "2026-01-01T00:00:00Z", "PageSize": "1"}
        for params in ({"PageSize": "1"}, filters):
            async with twilio.get(f"{MESSAGES}.json", params=params) as answer:
                assert violations(answer) == []
        async with twilio.post(f"{MESSAGES}/{sid}.json", data={"Body": ""}) as answer:
            assert (answer.status, violations(answer)) == (200, [])
        async with twilio.delete(f"{MESSAGES}/{sid}.json") as answer:
            assert (answer.status, violations(answer)) == (204, [])
