"""The gateway over real sockets: connections that break, and bodies that do not end."""

import asyncio
from urllib.parse import urlencode

from gateway_parts import PUBLIC_URL, TOKEN, Gateway
from serving import served

from appliance.channel import signature_of

PATH = "/webhooks/twilio/whatsapp"
FORM = [
    ("MessageSid", "SM1"),
    ("From", "whatsapp:+34600000001"),
    ("To", "whatsapp:+34931234567"),
    ("Body", "?"),
]


def _request(length: str) -> bytes:
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Twilio-Signature: {signature_of(TOKEN, PUBLIC_URL + PATH, FORM)}\r\n{length}\r\n\r\n"
    ).encode()


async def test_a_message_is_kept_though_twilio_hung_up_while_it_was_being_accepted() -> None:
    gateway = Gateway()
    gateway.open.clear()
    async with served(gateway.app()) as port:
        body = urlencode(FORM).encode()
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_request(f"Content-Length: {len(body)}") + body)
        async with asyncio.timeout(10):
            await gateway.asked.wait()
        writer.transport.abort()
        # A whole exchange later the gateway has seen the other connection break.
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n")
        await reader.read()
        writer.transport.abort()
        gateway.open.set()
    assert [message.sid for message in gateway.messages] == ["SM1"]


async def test_a_body_that_states_no_length_is_cut_off_at_the_limit() -> None:
    gateway = Gateway()
    async with served(gateway.app()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_request("Transfer-Encoding: chunked"))
        for _ in range(5):
            writer.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        async with asyncio.timeout(10):
            status = await reader.readline()
        writer.transport.abort()
    assert status.startswith(b"HTTP/1.1 413")
    assert gateway.messages == []
