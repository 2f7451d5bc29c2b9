"""Webhooks signed and posted by Twilio's own Node library reach a gateway that hypercorn serves."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from gateway_parts import PUBLIC_URL, TOKEN, Gateway
from node_tools import TWILIO, installed, node
from serving import served

pytestmark = pytest.mark.node

MESSAGES = "/webhooks/twilio/whatsapp"
STATUS = "/webhooks/twilio/status"
MESSAGE = {
    "MessageSid": "SM00000000000000000000000000000001",
    "SmsMessageSid": "SM00000000000000000000000000000001",
    "AccountSid": "AC00000000000000000000000000000000",
    "From": "whatsapp:+34600000001",
    "To": "whatsapp:+34931234567",
    "Body": "Can I drink water before surgery?",
    "NumMedia": "0",
    "MessageType": "text",
    "ProfileName": "Marta",
}


@pytest.fixture(scope="module")
def twilio_package() -> Path:
    return installed(TWILIO)


async def _post(gateway: Gateway, package: Path, token: str, *posts: tuple[str, dict[str, Any]]) -> list[Any]:
    async with served(gateway.app()) as port:
        job = {
            "package": str(package),
            "token": token,
            "posts": [
                {"to": f"http://127.0.0.1:{port}{path}", "url": PUBLIC_URL + path, "params": params}
                for path, params in posts
            ],
        }
        script = Path(__file__).with_name("post_signed.mjs")
        process = await asyncio.create_subprocess_exec(
            node(), str(script), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(60):
            output, _ = await process.communicate(json.dumps(job).encode())
    assert process.returncode == 0
    answers: list[Any] = json.loads(output)
    return answers


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        ({}, ""),
        ({"Body": "¿Puedo beber agua? 💧 你好 هل يمكنني شرب الماء؟\r\n\u200fحسنا &=+%20"}, ""),
        (
            {
                "Body": "",
                "NumMedia": "1",
                "MediaUrl0": "https://api.example/1",
                "MediaContentType0": "image/jpeg",
            },
            "",
        ),
        ({"From": "whatsapp:US.ABCdef123", "ExternalUserId": "US.ABCdef123"}, ""),
        ({"Repeated": ["b", "a", "b", ""], "repeated": "c"}, ""),
        ({"Body": "x" * 4000}, ""),
        ({}, "?unit=sala%20d%27espera&x=%C3%A9&empty="),
    ],
)
async def test_each_form_is_accepted_as_it_was_signed(
    twilio_package: Path, fields: dict[str, Any], query: str
) -> None:
    gateway = Gateway()
    (answer,) = await _post(gateway, twilio_package, TOKEN, (MESSAGES + query, MESSAGE | fields))
    assert (answer["status"], answer["type"]) == (200, "text/xml")
    assert answer["text"].endswith("<Response/>")
    (message,) = gateway.messages
    assert message.sender == (MESSAGE | fields)["From"]
    assert message.profile_name == "Marta"


async def test_twins_statuses_and_refusals_in_one_go(twilio_package: Path) -> None:
    gateway = Gateway()
    status = {"MessageSid": "SM2", "MessageStatus": "delivered", "ErrorMessage": ""}
    answers = await _post(
        gateway,
        twilio_package,
        TOKEN,
        (MESSAGES, MESSAGE),
        (MESSAGES, MESSAGE),
        (STATUS, status),
        (MESSAGES, {"MessageSid": "SM3"}),
        (MESSAGES, MESSAGE | {"Padding": "x" * 70_000}),
    )
    assert [answer["status"] for answer in answers] == [200, 200, 200, 400, 413]
    assert len(gateway.messages) == 1
    assert gateway.statuses == [("SM2", "delivered")]


async def test_another_accounts_token_opens_nothing(twilio_package: Path) -> None:
    gateway = Gateway()
    answers = await _post(gateway, twilio_package, "another token", (MESSAGES, MESSAGE), (STATUS, MESSAGE))
    assert [answer["status"] for answer in answers] == [403, 403]
    assert (gateway.messages, gateway.statuses) == ([], [])
