"""The Twilio stand-in, asked by Twilio's own client over HTTP."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from demo_stage import ACCOUNT, CREDENTIALS, Stage, staged
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from appliance.demo.patients import HOSPITAL

# Twilio's own client uses parts of aiohttp that go with its next major version.
pytestmark = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]
PATIENT = "whatsapp:+12025550101"


class LoopbackClient(AsyncTwilioHttpClient):
    """Twilio's client, led to the stand-in."""

    def __init__(self, base: str) -> None:
        super().__init__(pool_connections=True, timeout=5)
        self._base = base

    async def request(self, method: str, url: str, *args: object, **named: object) -> Response:
        here = url.replace("https://api.twilio.com", self._base)
        return await super().request(method, here, *args, **named)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


@pytest.fixture
async def twilio(stage: Stage) -> AsyncIterator[Client]:
    async with LoopbackClient(stage.standin_url) as http:
        yield Client(ACCOUNT.sid, ACCOUNT.auth_token, http_client=http)


async def send(twilio: Client, body: str = "hello", **fields: str) -> MessageInstance:
    return await twilio.messages.create_async(**{"to": PATIENT, "from_": HOSPITAL, "body": body} | fields)


async def test_a_message_is_created_and_fetched_as_twilio_would(twilio: Client, stage: Stage) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    created = await send(twilio)
    assert (created.status, created.to, created.from_, created.body) == ("queued", PATIENT, HOSPITAL, "hello")
    assert before <= created.date_created <= datetime.now(UTC)
    await stage.callbacks.settled()
    fetched = await twilio.messages(created.sid).fetch_async()
    assert (fetched.status, fetched.body) == ("read", "hello")


async def test_what_is_refused_comes_back_with_twilios_code(twilio: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await send(twilio, body="a" * 1601)
    assert (refused.value.status, refused.value.code) == (400, 21617)
    with pytest.raises(TwilioRestException) as missing:
        await twilio.messages("SM" + "0" * 32).fetch_async()
    assert (missing.value.status, missing.value.code) == (404, 20404)


async def test_a_wrong_token_is_refused(stage: Stage) -> None:
    async with LoopbackClient(stage.standin_url) as http:
        stranger = Client(ACCOUNT.sid, "another token", http_client=http)
        with pytest.raises(TwilioRestException) as refused:
            await send(stranger)
    assert (refused.value.status, refused.value.code) == (401, 20003)
    assert list(stage.room.ledger.received()) == []


async def test_messages_are_listed_newest_first_by_recipient_and_day(twilio: Client) -> None:
    sids = [(await send(twilio, body=str(number))).sid for number in range(5)]
    await send(twilio, to="whatsapp:+12025550102")
    listed = await twilio.messages.list_async(to=PATIENT, page_size=2)
    assert [message.sid for message in listed] == sids[::-1]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert await twilio.messages.list_async(date_sent_after=tomorrow) == []
    assert len(await twilio.messages.list_async(date_sent_before=tomorrow)) == 6


async def test_a_message_is_redacted_and_deleted(twilio: Client) -> None:
    sid = (await send(twilio)).sid
    assert (await twilio.messages(sid).update_async(body="")).body == ""
    with pytest.raises(TwilioRestException) as refused:
        await twilio.messages(sid).update_async(body="other words")
    assert refused.value.status == 400
    assert await twilio.messages(sid).delete_async()
    with pytest.raises(TwilioRestException):
        await twilio.messages(sid).fetch_async()


async def test_status_callbacks_are_signed_and_come_in_order(twilio: Client, stage: Stage) -> None:
    sid = (await send(twilio, status_callback=f"{stage.url}/webhooks/twilio/status")).sid
    await stage.callbacks.settled()
    assert stage.statuses == [(sid, status) for status in ("queued", "sent", "delivered", "read")]
    assert (stage.refused, stage.callbacks.failed) == (0, 0)


async def test_a_callback_that_nobody_takes_is_counted_and_the_message_moves_on(
    twilio: Client, stage: Stage
) -> None:
    sid = (await send(twilio, status_callback="http://127.0.0.1:9/nobody")).sid
    await stage.callbacks.settled()
    message = stage.room.ledger.get(sid)
    assert message is not None
    assert message.status == "read"
    assert stage.callbacks.failed == 4


async def test_harnesses_get_every_arrival_with_its_times(twilio: Client, stage: Stage) -> None:
    sid = (await send(twilio)).sid
    await stage.callbacks.settled()
    async with stage.client.get(f"{stage.standin_url}/stand-in/received", headers=CREDENTIALS) as answer:
        told = json.loads(await answer.read())
        assert "not Twilio" in answer.headers["X-Stand-In"]
    (message,) = told["messages"]
    assert message["sid"] == sid
    assert [status for status, _ in message["history"]] == ["queued", "sent", "delivered", "read"]
    assert told["callbacks"] == {"failed": 0, "not_followed": 0}
