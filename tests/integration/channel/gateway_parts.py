"""A gateway whose stores are lists, to be served over real sockets."""

import asyncio
from collections.abc import Sequence

from prometheus_client import CollectorRegistry
from quart import Quart

from appliance.channel import InboundMessage, StatusUpdate
from appliance.console.page import Source
from appliance.console.recorder import Recorder
from appliance.settings import Settings
from appliance.web.app import WebDeps, create_app
from appliance.web.intake import Taken

TOKEN = "12345"
PUBLIC_URL = "https://hospital.example/antesala"


class Gateway:
    """Inbox, last resort, deliveries and readiness in one; what they were given lies open."""

    def __init__(self) -> None:
        self.messages: list[InboundMessage] = []
        self.statuses: list[tuple[str, str]] = []
        self.asked = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    def app(self) -> Quart:
        settings = Settings.model_validate({"public_url": PUBLIC_URL, "twilio_auth_token": TOKEN})
        registry = CollectorRegistry()
        return create_app(
            WebDeps(
                settings=settings,
                inbox=self,
                last_resort=self,
                deliveries=self,
                history=Source(Recorder(registry), "a test"),
                readiness=self,
                registry=registry,
            )
        )

    async def accept(self, message: InboundMessage) -> Taken:
        self.asked.set()
        await self.open.wait()
        is_new = message.sid not in {kept.sid for kept in self.messages}
        if is_new:
            self.messages.append(message)
        return Taken.ACCEPTED if is_new else Taken.DUPLICATE

    async def accept_late(self, message: InboundMessage) -> Taken:
        return await self.accept(message)

    async def answered_directly(self, message: InboundMessage) -> None:
        raise AssertionError(f"the inbox took no {message.sid}")

    async def reply(self, message: InboundMessage) -> None:
        raise AssertionError(f"the inbox took no {message.sid}")

    async def forward(self, update: StatusUpdate) -> bool:
        self.statuses.append((update.sid, update.status))
        return True

    async def problems(self) -> Sequence[str]:
        return ()
