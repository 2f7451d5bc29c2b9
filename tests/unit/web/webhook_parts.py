"""Hand-written parts for the tests of the web application, and how a test signs what it posts."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from prometheus_client import CollectorRegistry

from appliance.channel import SIGNATURE_HEADER, InboundMessage, StatusUpdate, signature_of
from appliance.console.page import Source
from appliance.console.recorder import Recorder
from appliance.settings import Settings
from appliance.web.app import WebDeps
from appliance.web.intake import Taken

TOKEN = "12345"
PUBLIC_URL = "https://hospital.example/antesala"
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
FORM = [
    ("MessageSid", "SM1"),
    ("From", "whatsapp:+34600000001"),
    ("To", "whatsapp:+34931234567"),
    ("Body", "Can I drink water?"),
]


@dataclass
class FakeInbox:
    """Keeps messages in a list; `failure` is raised, `gate` is waited for."""

    failure: Exception | None = None
    gate: asyncio.Event | None = None
    messages: list[InboundMessage] = field(default_factory=list)
    claimed: list[str] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self, message: InboundMessage) -> Taken:
        self.asked.set()
        if self.gate:
            await self.gate.wait()
        if self.failure:
            raise self.failure
        is_new = message.sid not in {kept.sid for kept in self.messages}
        if is_new:
            self.messages.append(message)
        return Taken.ACCEPTED if is_new else Taken.DUPLICATE

    async def accept_late(self, message: InboundMessage) -> Taken:
        return await self.accept(message)

    async def answered_directly(self, message: InboundMessage) -> None:
        if self.failure:
            raise self.failure
        self.claimed.append(message.sid)


@dataclass
class FakeLastResort:
    """Remembers whom it answered; `failure` is raised, `gate` is waited for."""

    failure: Exception | None = None
    gate: asyncio.Event | None = None
    answered: list[InboundMessage] = field(default_factory=list)

    async def reply(self, message: InboundMessage) -> None:
        if self.gate:
            await self.gate.wait()
        if self.failure:
            raise self.failure
        self.answered.append(message)


@dataclass
class FakeDeliveries:
    """Takes every status but a repeated one."""

    failure: Exception | None = None
    updates: list[tuple[str, str]] = field(default_factory=list)

    async def forward(self, update: StatusUpdate) -> bool:
        if self.failure:
            raise self.failure
        is_new = (update.sid, update.status) not in self.updates
        self.updates.append((update.sid, update.status))
        return is_new


@dataclass
class FakeReadiness:
    """Has the problems that it is given; `gate` is waited for."""

    found: Sequence[str] = ()
    gate: asyncio.Event | None = None

    async def problems(self) -> Sequence[str]:
        if self.gate:
            await self.gate.wait()
        return self.found


@dataclass
class Parts:
    """One of each, to be looked at afterwards."""

    inbox: FakeInbox = field(default_factory=FakeInbox)
    last_resort: FakeLastResort = field(default_factory=FakeLastResort)
    deliveries: FakeDeliveries = field(default_factory=FakeDeliveries)
    readiness: FakeReadiness = field(default_factory=FakeReadiness)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    longest_check_s: float = 5.0
    settings: Settings = field(
        default_factory=lambda: Settings.model_validate(
            {"public_url": PUBLIC_URL, "twilio_auth_token": TOKEN, "max_body_bytes": 8192}
        )
    )

    def deps(self) -> WebDeps:
        return WebDeps(
            settings=self.settings,
            inbox=self.inbox,
            last_resort=self.last_resort,
            deliveries=self.deliveries,
            readiness=self.readiness,
            registry=self.registry,
            history=Source(Recorder(self.registry), "a test"),
            now=lambda: NOW,
            longest_check_s=self.longest_check_s,
        )

    def counted(self, route: str, outcome: str) -> float:
        labels = {"route": route, "outcome": outcome}
        return self.registry.get_sample_value("antesala_webhooks_total", labels) or 0.0


def signed(path: str, form: Sequence[tuple[str, str]], token: str = TOKEN) -> dict[str, Any]:
    """What Quart's test client needs to post the form as Twilio would."""
    return {
        "data": urlencode(form),
        "headers": {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            SIGNATURE_HEADER: signature_of(token, PUBLIC_URL + path, form),
        },
    }
