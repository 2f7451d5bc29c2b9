"""Looking up what an attempt has left at Twilio, against the stand-in: its list, its lag, its faults."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from hospital import ACCOUNT, HOSPITAL, Twilio, standing_in

from appliance.channel import TwilioSender
from appliance.demo.standin import Account, Fault
from appliance.demo.standin.faults import NEVER_S
from appliance.errors import SendThrottled, SendUnconfirmed

PATIENT = "whatsapp:+12025550401"
TIMEOUT_S = 2.0


@dataclass
class Line:
    """The sender and the stand-in behind it."""

    twilio: Twilio
    sender: TwilioSender
    url: str

    async def send(self, body: str = "Hola\n- uno") -> str:
        return await self.sender.send(PATIENT, HOSPITAL, body)

    async def find(self, body: str = "Hola\n- uno", known: frozenset[str] = frozenset()) -> str | None:
        since = datetime.now(UTC) - timedelta(seconds=5)
        return await self.sender.find(PATIENT, HOSPITAL, body, since, known)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with standing_in("http://127.0.0.1:9") as (twilio, desk):
        sender = TwilioSender(ACCOUNT.sid, ACCOUNT.auth_token, desk.url, TIMEOUT_S)
        yield Line(twilio, sender, desk.url)
        await sender.aclose()


@pytest.mark.parametrize("fault", [Fault(taken=True, http_status=500), Fault(taken=True, delay_s=NEVER_S)])
async def test_what_was_taken_without_an_answer_is_found_by_its_words(line: Line, fault: Fault) -> None:
    line.twilio.faults.set(fault)
    with pytest.raises(SendUnconfirmed):
        await line.send()
    (taken,) = line.twilio.ledger.received(PATIENT)
    assert await line.find() == taken.sid
    assert await line.find("Hola - uno ") == taken.sid
    assert await line.find("Adiós") is None


async def test_what_was_not_taken_is_not_found(line: Line) -> None:
    line.twilio.faults.set(Fault(http_status=503))
    with pytest.raises(SendUnconfirmed):
        await line.send()
    assert await line.find() is None


async def test_another_patients_and_known_and_older_messages_are_not_meant(line: Line) -> None:
    await line.sender.send("whatsapp:+12025550402", HOSPITAL, "Hola\n- uno")
    assert await line.find() is None
    sid = await line.send()
    assert await line.find(known=frozenset({sid})) is None
    later = datetime.now(UTC) + timedelta(minutes=2)
    assert await line.sender.find(PATIENT, HOSPITAL, "Hola\n- uno", later, ()) is None


async def test_a_message_on_the_second_page_is_found(line: Line) -> None:
    first, *_ = [
        line.twilio.ledger.add(
            account_sid=ACCOUNT.sid, to=PATIENT, sender=HOSPITAL, body=f"number {number}", status_callback=""
        )
        for number in range(205)
    ]
    assert await line.find("number 0") == first.sid


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("list", http_status=500), SendUnconfirmed),
        (Fault("list", http_status=401, code=20003), SendUnconfirmed),
        (Fault("list", delay_s=NEVER_S), SendUnconfirmed),
        (Fault("list", http_status=429, code=20429, retry_after="3"), SendThrottled),
    ],
)
async def test_a_list_that_cannot_be_read_says_nothing(
    line: Line, fault: Fault, error: type[Exception]
) -> None:
    line.twilio.faults.set(fault)
    with pytest.raises(error):
        await line.find()


async def test_a_list_may_lag_behind() -> None:
    lagging = Account(ACCOUNT.sid, ACCOUNT.auth_token, (), list_lag_s=NEVER_S)
    async with standing_in("http://127.0.0.1:9", lagging) as (twilio, desk):
        sender = TwilioSender(ACCOUNT.sid, ACCOUNT.auth_token, desk.url, 5.0)
        await sender.send(PATIENT, HOSPITAL, "Hola")
        assert await sender.find(PATIENT, HOSPITAL, "Hola", datetime.now(UTC), ()) is None
        assert len(twilio.bodies(PATIENT)) == 1
        await sender.aclose()


async def test_a_harness_in_another_process_sets_faults_over_http_and_counts_them(line: Line) -> None:
    login = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT.sid, ACCOUNT.auth_token)}
    async with aiohttp.ClientSession(line.url, headers=login) as client:
        plan = [{"http_status": 400, "code": 21610, "times": 1}]
        async with client.post("/stand-in/faults", json=plan) as answer:
            assert answer.status == 200
        with pytest.raises(Exception, match="21610"):
            await line.send()
        assert await line.send()
        async with client.get("/stand-in/faults") as answer:
            (told,) = (await answer.json())["faults"]
            assert told["happened"] == 1
        async with client.post("/stand-in/faults", json=[{"on": "nothing"}]) as answer:
            assert answer.status == 400
