"""The stand-in refuses what Twilio refuses, with Twilio's codes."""

import pytest

from appliance.demo.standin.refusals import refusal_of

TO, FROM = "whatsapp:+12025550101", "whatsapp:+12025550199"
GOOD = {"To": TO, "From": FROM, "Body": "hello"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "whatsapp:somebody"}, 21211),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21619),
        ({"Body": "a" * 1601}, 21617),
        ({"Body": "🙂" * 801}, 21617),
        ({"From": "whatsapp:+12025550198"}, 63007),
        ({"To": "+12025550101"}, 63003),
    ],
)
def test_a_wrong_field_is_refused_with_its_code(change: dict[str, str], code: int) -> None:
    refusal = refusal_of(GOOD | change, {FROM})
    assert refusal is not None
    assert (refusal.http_status, refusal.code) == (400, code)


@pytest.mark.parametrize(
    "change",
    [{}, {"Body": "a" * 1600}, {"Body": "🙂" * 800}, {"To": "whatsapp:US.ABC123"}, {"Unknown": "field"}],
)
def test_what_twilio_takes_is_taken(change: dict[str, str]) -> None:
    assert refusal_of(GOOD | change, {FROM}) is None


def test_without_a_list_of_senders_any_may_send() -> None:
    assert refusal_of(GOOD | {"From": "whatsapp:+12025550150"}, ()) is None
