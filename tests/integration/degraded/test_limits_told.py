"""Limits, from the webhook to the patient: told once, in their language, then silence; an emergency passes."""

from typing import Any

import pytest

pytestmark = [pytest.mark.redis, pytest.mark.models, pytest.mark.asyncio(loop_scope="package")]

QUESTION = "¿Hasta qué hora puedo beber agua antes de la operación?"


async def test_who_writes_too_much_is_told_once_then_not_heard_but_in_an_emergency(ward: Any) -> None:
    patient, most = ward.patient(), ward.house.settings.limit_sender_burst
    told, route = (ward.house.message(name, "es") for name in ("rate_limit", "emergency"))
    registry, limited = ward.house.services.web_deps.registry, {"route": "whatsapp", "outcome": "limited"}
    before = registry.get_sample_value("antesala_webhooks_total", limited)
    for _ in range(most + 4):
        await ward.asks(patient, QUESTION)
    await ward.asks(patient, "me duele mucho el pecho")
    bodies = await ward.hears_at_last(patient, route)
    # Replies keep their order: whatever the messages above the limit led to has come before the route.
    assert bodies.count(told) <= 1
    assert registry.get_sample_value("antesala_webhooks_total", limited) == 3 + (before or 0)


async def test_the_notice_comes_with_an_answer(ward: Any) -> None:
    patient, most = ward.patient(), ward.house.settings.limit_sender_burst
    for _ in range(most + 2):
        await ward.asks(patient, QUESTION)
    bodies = await ward.hears_at_last(patient, ward.house.message("rate_limit", "es"))
    assert ward.house.approved("fasting.clear_liquids", "es") in bodies[0]
    assert bodies.count(ward.house.message("rate_limit", "es")) == 1
