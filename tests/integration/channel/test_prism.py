"""The sender against Twilio's own OpenAPI document, served by Prism: it says what Twilio would say."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from node_tools import PRISM, installed, node, twilio_openapi

from appliance.channel import TwilioSender
from appliance.errors import SendForbidden, SendRefused

pytestmark = [pytest.mark.node, pytest.mark.asyncio(loop_scope="module")]

ACCOUNT = "AC00000000000000000000000000000000"
PATIENT = "whatsapp:+34600000001"
HOSPITAL = "whatsapp:+34931234567"
_LONGEST_START_S = 90


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def prism() -> AsyncIterator[str]:
    """The base URL of a Prism that validates each request and answers with the document's examples."""
    command = installed(PRISM) / "node_modules" / ".bin" / "prism"
    arguments = ["mock", "--host", "127.0.0.1", "--port", "0", "--errors", str(twilio_openapi())]
    process = await asyncio.create_subprocess_exec(
        node(),
        str(command.resolve()),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout
    reading: asyncio.Task[bytes] | None = None
    try:
        async with asyncio.timeout(_LONGEST_START_S):
            url = await _listening(process.stdout)
        # Its log is read to the end, or it would stop at a full pipe.
        reading = asyncio.create_task(process.stdout.read())
        yield url
    finally:
        process.terminate()
        await process.wait()
        if reading:
            await reading


async def _listening(log: asyncio.StreamReader) -> str:
    while line := (await log.readline()).decode():
        if found := re.search(r"listening on (http://\S+)", line):
            return re.sub(r"\x1b\[[0-9;]*m", "", found[1])
    pytest.fail("Prism ended before it listened")


async def _send(
    base: str, *, account: str = ACCOUNT, token: str = "token", to: str = PATIENT, callback: str = ""
) -> str:
    sender = TwilioSender(account, token, base, 30.0)
    try:
        return await sender.send(to, HOSPITAL, "Sí: agua hasta 2 horas antes. 💧\n- DNI", callback)
    finally:
        await sender.aclose()


async def test_a_reply_is_valid_and_its_id_is_read(prism: str) -> None:
    sid = await _send(prism, callback="https://hospital.example/webhooks/twilio/status")
    assert re.fullmatch(r"(SM|MM)[0-9a-fA-F]{32}", sid)


async def test_a_reply_without_callback_is_valid_too(prism: str) -> None:
    assert await _send(prism)


async def test_replies_to_users_without_a_number_are_valid(prism: str) -> None:
    assert await _send(prism, to="whatsapp:US.ABCdef123")


@pytest.mark.parametrize(("wrong", "code"), [({"account": "AC1"}, 422), ({"callback": "no uri at all"}, 422)])
async def test_what_the_document_forbids_is_refused(prism: str, wrong: dict[str, str], code: int) -> None:
    with pytest.raises(SendRefused) as caught:
        await _send(prism, **wrong)
    assert caught.value.code == code


async def test_without_a_token_nothing_is_taken(prism: str) -> None:
    with pytest.raises(SendForbidden):
        await _send(prism, token="")
