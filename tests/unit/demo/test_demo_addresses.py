"""Addresses: what people type for a patient's, and how the gateway is reached under its public base."""

import pytest

from appliance.demo.addresses import Route
from appliance.demo.phone import address_of


@pytest.mark.parametrize(
    "raw",
    ["whatsapp:+12025550101", "+12025550101", "12025550101", "whatsapp: 12025550101", " 12025550101"],
)
def test_an_address_is_understood_without_prefix_and_with_a_space_for_the_plus(raw: str) -> None:
    assert address_of(raw) == "whatsapp:+12025550101"


def test_an_address_that_is_no_number_stays_as_it_is() -> None:
    assert address_of("whatsapp:US.ABC123") == "whatsapp:US.ABC123"


def test_a_public_base_with_a_prefix_is_reached_on_this_machine() -> None:
    route = Route("https://bot.example/antesala/", "http://127.0.0.1:8080")
    url = route.signed_for("/webhooks/twilio/status")
    assert url == "https://bot.example/antesala/webhooks/twilio/status"
    assert route.reached_at(url) == "http://127.0.0.1:8080/webhooks/twilio/status"


def test_an_address_elsewhere_is_left_as_it_is() -> None:
    route = Route("https://bot.example", "http://127.0.0.1:8080")
    assert route.reached_at("https://bot.example.org/a") == "https://bot.example.org/a"
    assert route.reached_at("http://127.0.0.1:9/a") == "http://127.0.0.1:9/a"
