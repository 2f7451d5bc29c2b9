"""The application around the webhooks: what monitors see, and which settings it refuses to start with."""

import asyncio

import pytest
from prometheus_client import Counter
from webhook_parts import FakeReadiness, Parts

from appliance.errors import SettingsError
from appliance.web.app import create_app


async def test_health_says_that_the_process_answers() -> None:
    parts = Parts(readiness=FakeReadiness(found=["redis: refused"]))
    async with create_app(parts.deps()).test_app() as running:
        response = await running.test_client().get("/healthz")
        assert (response.status_code, await response.get_json()) == (200, {"ok": True})


async def test_readiness_names_what_does_not_work() -> None:
    parts = Parts()
    async with create_app(parts.deps()).test_app() as running:
        client = running.test_client()
        response = await client.get("/readyz")
        assert (response.status_code, await response.get_json()) == (200, {"ok": True, "problems": []})
        parts.readiness.found = ["redis: refused"]
        response = await client.get("/readyz")
        assert response.status_code == 503
        assert await response.get_json() == {"ok": False, "problems": ["redis: refused"]}


async def test_a_readiness_check_that_hangs_is_a_problem() -> None:
    parts = Parts(readiness=FakeReadiness(gate=asyncio.Event()), longest_check_s=0.01)
    async with create_app(parts.deps()).test_app() as running:
        response = await running.test_client().get("/readyz")
        assert response.status_code == 503


async def test_metrics_shows_the_given_registry() -> None:
    parts = Parts()
    Counter("antesala_something", "x", registry=parts.registry).inc()
    async with create_app(parts.deps()).test_app() as running:
        response = await running.test_client().get("/metrics")
        assert response.content_type.startswith("text/plain")
        assert "antesala_something_total 1.0" in await response.get_data(as_text=True)


@pytest.mark.parametrize(
    "public_url", ["", "hospital.example", "ftp://hospital.example", "https://", "https://h.example/?a=1"]
)
def test_without_a_base_that_webhooks_are_signed_for_there_is_no_application(public_url: str) -> None:
    parts = Parts()
    parts.settings = parts.settings.model_copy(update={"public_url": public_url})
    with pytest.raises(SettingsError, match="APPLIANCE_PUBLIC_URL"):
        create_app(parts.deps())


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_there_is_no_application(token: str | None) -> None:
    parts = Parts()
    values = parts.settings.model_dump() | {"twilio_auth_token": token}
    parts.settings = type(parts.settings).model_validate(values)
    with pytest.raises(SettingsError, match="APPLIANCE_TWILIO_AUTH_TOKEN"):
        create_app(parts.deps())
