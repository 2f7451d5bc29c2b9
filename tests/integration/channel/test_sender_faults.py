"""The sender against a server that misbehaves on real sockets: which failure says what about the reply."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from appliance.channel import TwilioSender
from appliance.errors import SendForbidden, SendRefused, SendThrottled, SendUnconfirmed

ACCOUNT = "AC00000000000000000000000000000000"
PATIENT = "whatsapp:+34600000001"
HOSPITAL = "whatsapp:+34931234567"

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def _sender(answer: Answer, timeout_s: float = 5.0) -> AsyncIterator[TwilioSender]:
    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sender = TwilioSender(ACCOUNT, "token", f"http://127.0.0.1:{runner.addresses[0][1]}", timeout_s)
    try:
        yield sender
    finally:
        await sender.aclose()
        await runner.cleanup()


async def _send(sender: TwilioSender, body: str = "Hola") -> str:
    return await sender.send(PATIENT, HOSPITAL, body, "https://hospital.example/webhooks/twilio/status")


def _json(status: int, payload: object, **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(payload, status=status, headers=headers)

    return answer


async def test_the_request_is_the_one_that_twilio_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the environment names another region, account and proxy."""
    for name in ("TWILIO_REGION", "TWILIO_EDGE", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    seen: list[tuple[str, str, dict[str, str]]] = []

    async def answer(request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        seen.append((request.path, request.headers["Authorization"], form))
        return web.json_response({"sid": "SM1"}, status=201)

    async with _sender(answer) as sender:
        assert await _send(sender, "Sí, agua hasta 2 horas antes 💧") == "SM1"
    ((path, authorization, form),) = seen
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert authorization == "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDp0b2tlbg=="
    assert form == {
        "To": PATIENT,
        "From": HOSPITAL,
        "Body": "Sí, agua hasta 2 horas antes 💧",
        "StatusCallback": "https://hospital.example/webhooks/twilio/status",
    }


async def test_of_many_replies_at_once_each_gets_its_own_answer() -> None:
    async def answer(request: web.Request) -> web.Response:
        body = str((await request.post())["Body"])
        await asyncio.sleep(0)
        return web.json_response({"sid": f"SM{body}"}, status=201)

    async with _sender(answer) as sender:
        bodies = [str(number) for number in range(200)]
        assert await asyncio.gather(*(_send(sender, body) for body in bodies)) == [
            f"SM{body}" for body in bodies
        ]


@pytest.mark.parametrize("code", [63003, 63007, 21610, 63016, 21617])
async def test_what_twilio_will_never_take_is_refused_with_its_code(code: int) -> None:
    payload = {"code": code, "message": f"The 'To' number {PATIENT} is not valid", "status": 400}
    async with _sender(_json(400, payload)) as sender:
        with pytest.raises(SendRefused) as caught:
            await _send(sender)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("status", "payload", "code"),
    [
        (404, {}, 404),
        (422, {"type": "x", "title": "Invalid", "status": 422, "code": 422, "detail": PATIENT}, 422),
        (410, "no object", 410),
    ],
)
async def test_every_other_client_error_is_a_refusal_too(status: int, payload: object, code: int) -> None:
    async with _sender(_json(status, payload)) as sender:
        with pytest.raises(SendRefused) as caught:
            await _send(sender)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("status", "payload"),
    [(401, {"code": 20003, "message": "Authenticate", "status": 401}), (403, "no object")],
)
async def test_an_account_that_is_not_accepted_is_no_fault_of_the_reply(status: int, payload: object) -> None:
    """Once somebody has mended the token it goes."""
    async with _sender(_json(status, payload)) as sender:
        with pytest.raises(SendForbidden, match="twilio_auth_token"):
            await _send(sender)


async def test_a_refusal_does_not_quote_the_patient() -> None:
    payload = {"code": 63003, "message": f"no {PATIENT}", "status": 400, "details": PATIENT}
    async with _sender(_json(400, payload)) as sender:
        with pytest.raises(SendRefused) as caught:
            await _send(sender)
    assert PATIENT not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("headers", "delay_s"),
    [
        ({}, 1.0),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "999999"}, 3600.0),
        ({"Retry-After": "soon"}, 1.0),
    ],
)
async def test_too_many_requests_may_be_repeated_after_the_delay(
    headers: dict[str, str], delay_s: float
) -> None:
    async with _sender(_json(429, {"code": 20429, "message": "x", "status": 429}, **headers)) as sender:
        with pytest.raises(SendThrottled) as caught:
            await _send(sender)
    assert caught.value.retry_after_s == delay_s


async def _proxy(status: str, heard: list[str]) -> asyncio.Server:
    """Answers every CONNECT with the status."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[0])
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


async def test_through_a_proxy_that_refuses_nothing_was_sent() -> None:
    heard: list[str] = []
    async with await _proxy("403 Forbidden", heard) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        sender = TwilioSender(ACCOUNT, "token", "https://api.twilio.com", 5.0, f"http://127.0.0.1:{port}")
        with pytest.raises(SendThrottled, match="out of reach"):
            await _send(sender)
        await sender.aclose()
    assert heard == ["CONNECT api.twilio.com:443 HTTP/1.1"]


@pytest.mark.parametrize("code", [20429, 63018])
async def test_the_codes_for_too_many_requests_count_whatever_the_status(code: int) -> None:
    async with _sender(_json(400, {"code": code, "message": "x", "status": 400})) as sender:
        with pytest.raises(SendThrottled):
            await _send(sender)


async def test_where_nothing_listens_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    sender = TwilioSender(ACCOUNT, "token", f"http://127.0.0.1:{port}", 5.0)
    with pytest.raises(SendThrottled, match="out of reach"):
        await _send(sender)
    await sender.aclose()


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (500, '{"code": 20500, "message": "x", "status": 500}'),
        (503, "<html>busy</html>"),
        (408, "{}"),
        (302, ""),
        (201, "<html>not json</html>"),
        (201, ""),
        (201, "[]"),
        (201, "null"),
        (201, "{}"),
        (201, '{"sid": 5}'),
        (201, '{"sid": "SM1", "date_created": 5, "num_segments": {}}'),
    ],
)
async def test_an_answer_that_leaves_it_open_is_unconfirmed(status: int, text: str) -> None:
    headers = {"Location": "http://127.0.0.1:9/elsewhere"} if status == 302 else {}

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type="application/json", headers=headers)

    async with _sender(answer) as sender:
        with pytest.raises(SendUnconfirmed):
            await _send(sender)


async def test_a_server_that_hangs_is_left_after_the_time_out() -> None:
    never = asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        await never.wait()
        raise AssertionError

    async with _sender(answer, timeout_s=0.2) as sender:
        async with asyncio.timeout(10):
            with pytest.raises(SendUnconfirmed, match="no answer"):
                await _send(sender)


async def test_a_connection_that_breaks_after_the_request_is_unconfirmed_and_nothing_is_repeated() -> None:
    requests = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal requests
        requests += 1
        if requests == 1:
            return web.json_response({"sid": "SM1"}, status=201)
        assert request.transport
        request.transport.abort()
        raise ConnectionResetError

    async with _sender(answer) as sender:
        await _send(sender)
        with pytest.raises(SendUnconfirmed):
            await _send(sender)
    assert requests == 2


async def test_half_an_answer_is_unconfirmed() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=201, headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b'{"sid": "SM1"')
        assert request.transport
        request.transport.abort()
        return response

    async with _sender(answer) as sender:
        with pytest.raises(SendUnconfirmed):
            await _send(sender)


async def test_an_error_names_no_token_and_no_account() -> None:
    async with _sender(_json(500, {})) as sender:
        with pytest.raises(SendUnconfirmed) as caught:
            await _send(sender)
    assert not re.search(f"token|{ACCOUNT}", str(caught.value))
