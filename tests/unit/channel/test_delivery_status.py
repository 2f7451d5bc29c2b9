"""Status callbacks: what they say, and that a delivery only moves forward."""

from itertools import pairwise, permutations

import pytest

from appliance.channel import StatusUpdate, is_final, is_forward, rank, status_update
from appliance.errors import InvalidWebhook

USUAL = ["queued", "sending", "sent", "delivered", "read"]


def test_a_callback_becomes_an_update() -> None:
    form = [("MessageSid", "SM1"), ("MessageStatus", "Delivered"), ("To", "whatsapp:+34600000001")]
    assert status_update(form) == StatusUpdate("SM1", "delivered")


def test_a_failure_keeps_its_code_and_not_its_text() -> None:
    form = [("MessageSid", "SM1"), ("MessageStatus", "failed"), ("ErrorCode", "63016"), ("ErrorMessage", "x")]
    assert status_update(form) == StatusUpdate("SM1", "failed", 63016)


@pytest.mark.parametrize("code", ["", "none", "-1", "²", "9" * 5000])
def test_what_is_no_error_code_is_none(code: str) -> None:
    form = [("MessageSid", "SM1"), ("MessageStatus", "failed"), ("ErrorCode", code)]
    assert status_update(form).error_code is None


@pytest.mark.parametrize("absent", ["MessageSid", "MessageStatus"])
def test_a_callback_without_sid_or_status_is_none(absent: str) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "sent"} | {absent: " "}
    with pytest.raises(InvalidWebhook, match=absent):
        status_update(form.items())


def test_the_usual_order_is_forward_and_never_back() -> None:
    assert is_forward(None, "queued")
    for earlier, later in pairwise(USUAL):
        assert is_forward(earlier, later)
        assert not is_forward(later, earlier)
        assert not is_forward(earlier, earlier)


def test_whatever_the_order_of_arrival_the_last_status_is_the_furthest() -> None:
    for arrival in permutations(USUAL):
        known: str | None = None
        for status in arrival:
            known = status if is_forward(known, status) else known
        assert known == "read"


@pytest.mark.parametrize("failure", ["failed", "undelivered", "canceled"])
def test_a_failure_is_final_and_comes_only_before_delivery(failure: str) -> None:
    assert is_final(failure)
    assert is_forward("sent", failure)
    assert not is_forward(failure, "delivered")
    assert not is_forward("delivered", failure)


@pytest.mark.parametrize("status", ["received", "receiving", "", "new-at-twilio"])
def test_an_unknown_status_moves_nothing(status: str) -> None:
    assert rank(status) == 0
    assert not is_forward(None, status)
    assert not is_forward("queued", status)
