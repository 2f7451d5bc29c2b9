"""Builds the Quart application: the webhooks, and what monitors ask."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from quart import Quart, Response, jsonify

from appliance.console.page import Source, console_blueprint
from appliance.errors import SettingsError
from appliance.settings import Settings
from appliance.web.intake import Inbox, Intake, LastResort
from appliance.web.webhook import Deliveries, WebhookMeters, twilio_webhooks

_BODY_TIMEOUT_S = 10
_STOP_GRACE_S = 10.0


class Readiness(Protocol):
    """Knows what the gateway depends on."""

    async def problems(self) -> Sequence[str]:
        """What does not work now, without secrets; empty when all does. Does not raise."""


@dataclass(frozen=True)
class WebDeps:
    """What the application is made of.

    Attributes:
        settings: public_url, twilio_auth_token and max_body_bytes are read.
        inbox: keeps messages.
        last_resort: answers those that the inbox cannot keep.
        deliveries: keeps the status of replies.
        readiness: asked by /readyz.
        registry: shown by /metrics.
        history: of the metrics, shown by the console.
        now: the time in UTC.
        longest_check_s: that `readiness` may take.
    """

    settings: Settings
    inbox: Inbox
    last_resort: LastResort
    deliveries: Deliveries
    readiness: Readiness
    registry: CollectorRegistry
    history: Source
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    longest_check_s: float = 2.0


def create_app(deps: WebDeps) -> Quart:
    """The application, connected to nothing yet; its shutdown waits for the messages that it has in hand.

    Raises:
        SettingsError: twilio_auth_token or public_url is missing, or public_url is no base of URLs.
    """
    public_url, token = _public_url(deps.settings), _token(deps.settings)
    app = Quart("appliance.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = deps.settings.max_body_bytes
    app.config["BODY_TIMEOUT"] = _BODY_TIMEOUT_S
    intake = Intake(deps.inbox, deps.last_resort)
    meters = WebhookMeters(deps.registry)
    app.register_blueprint(console_blueprint(deps.history, clock=lambda: deps.now().timestamp()))
    app.register_blueprint(
        twilio_webhooks(
            public_url=public_url,
            token=token,
            taker=intake,
            deliveries=deps.deliveries,
            meters=meters,
            now=deps.now,
        )
    )

    @app.after_serving
    async def finish() -> None:
        await intake.aclose(_STOP_GRACE_S)

    @app.get("/healthz")
    async def healthz() -> Response:
        """Whether the process answers. For load balancers: a gateway without its store still helps."""
        return jsonify(ok=True)

    @app.get("/readyz")
    async def readyz() -> tuple[Response, int]:
        """Whether all that the gateway depends on works. For people and their alerts."""
        problems = await _problems(deps)
        return jsonify(ok=not problems, problems=problems), 503 if problems else 200

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(deps.registry), content_type=CONTENT_TYPE_LATEST)

    return app


async def _problems(deps: WebDeps) -> list[str]:
    try:
        async with asyncio.timeout(deps.longest_check_s):
            return list(await deps.readiness.problems())
    except TimeoutError:
        return [f"the check of what the gateway depends on took longer than {deps.longest_check_s:g} s"]


def _public_url(settings: Settings) -> str:
    parts = urlsplit(settings.public_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(
            "public_url (APPLIANCE_PUBLIC_URL): expected the base that Twilio posts to, "
            f"https://host[:port][/prefix], got {settings.public_url!r}"
        )
    return settings.public_url


def _token(settings: Settings) -> str:
    token = settings.twilio_auth_token.get_secret_value() if settings.twilio_auth_token else ""
    if not token:
        raise SettingsError(
            "twilio_auth_token (APPLIANCE_TWILIO_AUTH_TOKEN): missing; it is shown in Twilio's console"
        )
    return token
