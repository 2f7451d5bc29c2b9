"""Twilio is down, slow, throttles, fails, or refuses: each reply goes once and in order, and staff hear of it."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from appliance.demo.standin import Fault
from appliance.demo.standin.faults import NEVER_S
from appliance.inbox import DeadLetters
from appliance.inbox.consent import OptOuts
from appliance.vault import KEY_RING, KeyRing, RedisDataKeyStore, Vault, connect

pytestmark = [pytest.mark.redis, pytest.mark.models, pytest.mark.asyncio(loop_scope="package")]


async def _is_answered_once_and_in_order(ward: Any, asking: str) -> None:
    assert ward.water in await ward.hears(asking)
    await ward.asks(asking, "thank you")
    first, second = await ward.house.twilio.replies(asking, 2)
    assert ward.water in first.body
    assert ward.water not in second.body


@pytest.mark.parametrize("deaf", [False, True])
async def test_while_twilio_cannot_be_reached_replies_wait_and_then_go(ward: Any, *, deaf: bool) -> None:
    if deaf:
        ward.twilio_line.deaf = True
    await ward.twilio_line.cut()
    if deaf:
        await ward.twilio_line.join()
    asking, falling = await ward.asks(), await ward.asks(text="em fa mal el pit")
    await ward.house.decisions.of(asking, 1)
    await ward.house.decisions.of(falling, 1)
    if deaf:
        ward.twilio_line.deaf = False
        await ward.twilio_line.cut()
    await ward.twilio_line.join()
    assert await ward.hears(falling) == ward.house.message("emergency", "ca")
    await _is_answered_once_and_in_order(ward, asking)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(taken=True, http_status=201, delay_s=0.5, times=2),
        Fault(taken=True, delay_s=NEVER_S, times=1),
        Fault(taken=True, http_status=500, times=1),
        Fault(http_status=500, times=1),
        Fault(http_status=503, code=20503, times=2),
        Fault(http_status=429, code=20429, retry_after="1", times=2),
        Fault(http_status=429, code=20429, times=2),
        Fault(http_status=400, code=63018, times=1),
        Fault(http_status=401, code=20003, times=1),
    ],
    ids=["slow", "hangs", "500 taken", "500", "503", "429 after 1 s", "429", "63018", "401"],
)
async def test_what_twilio_may_take_later_goes_once(ward: Any, fault: Fault) -> None:
    ward.house.twilio.faults.set(fault)
    asking = await ward.asks()
    await _is_answered_once_and_in_order(ward, asking)
    (told,) = ward.house.twilio.faults.told()
    assert told["happened"] == fault.times
    await ward.gets_the_route()


@pytest.mark.parametrize("code", [63003, 63007, 63016, 21610])
async def test_what_twilio_will_never_take_alerts_staff_and_holds_nothing_up(
    ward: Any, redis_server: Any, code: int
) -> None:
    ward.house.twilio.faults.set(Fault(http_status=400, code=code, times=1))
    with capture_logs() as logs:
        asking = await ward.asks()
        await ward.house.decisions.of(asking, 1)
        await ward.asks(asking, "Where do I go on the day of the operation?")
        # It comes after the first one's fate.
        second = await ward.hears(asking)
    redis, keys = connect(redis_server.url), connect(redis_server.vault_url)
    try:
        vault = Vault(KeyRing.load(ward.house.settings.secrets_dir / KEY_RING), RedisDataKeyStore(keys))
        conversation = vault.pseudonym(asking)
        letters = [
            letter async for letter in DeadLetters(redis, vault).all() if letter.conversation == conversation
        ]
        assert [(letter.lane, letter.reason) for letter in letters] == [("out", f"refused with error {code}")]
        opted_out = await OptOuts(redis).holds(conversation)
    finally:
        await redis.aclose()
        await keys.aclose()
    assert opted_out == (code == 21610)
    assert second
    assert ward.water not in second
    alerts = [log for log in logs if log["event"] == "staff.alert"]
    assert [(alert["conversation"], alert["code"]) for alert in alerts] == [(conversation, code)]
    registry = ward.house.services.web_deps.registry
    assert registry.get_sample_value("antesala_send_refusals_total", {"code": str(code)}) >= 1


async def test_after_delivery_both_sides_are_emptied_at_twilio_though_it_refuses_at_first(ward: Any) -> None:
    ward.house.twilio.faults.set(Fault("redact", http_status=500, times=1))
    asking = await ward.asks()
    assert await ward.house.twilio.emptied(asking)
