"""The gateway, put together: it takes messages, and answers them itself only when the store cannot keep them.

It reads no message beyond the rules of emergencies, so it has no embedding model, index or engine: those are the
worker's, and starting with them would take a gateway that was restarted seconds, and hundreds of megabytes.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from quart import Quart

from appliance.egress import Guard
from appliance.knowledge.pack import Pack, load_manifest, load_pack
from appliance.knowledge.register import FileRegister, Register
from appliance.knowledge.shelf import Shelf
from appliance.mains import Mains, open_mains, switching
from appliance.posting import Tracking
from appliance.reception import Dependencies, DirectAnswer, DirectPolicy, Reception
from appliance.settings import Settings
from appliance.switchover import Switchover
from appliance.web.app import WebDeps, create_app


@dataclass(frozen=True)
class Doorway:
    """A version as the gateway needs it: the pack alone."""

    pack: Pack


@dataclass(frozen=True)
class Gateway:
    """What is served, and from which version."""

    switchover: Switchover[Doorway]
    web_deps: WebDeps

    def web_app(self) -> Quart:
        """The application."""
        return create_app(self.web_deps)


@asynccontextmanager
async def open_gateway(settings: Settings, *, guard: Guard | None = None) -> AsyncIterator[Gateway]:
    """Everything that a gateway needs; Redis is reached at the first command.

    Args:
        settings: of the installation.
        guard: the egress guard that stands in this process; its counters go to the journal and the metrics.

    Raises:
        SettingsError, KeyFileError, PackError: what is missing, and what to do.
    """
    async with AsyncExitStack() as opened:
        mains = await opened.enter_async_context(open_mains(settings, guard, "gateway"))
        register = await opened.enter_async_context(_register(settings))
        name, shelf = load_manifest(settings.pack).name, Shelf.under(settings.data_dir)

        def read(directory: Path) -> Doorway:
            return Doorway(load_pack(directory))

        switchover = await Switchover.begun(
            register,
            name,
            lambda: asyncio.to_thread(read, settings.pack),
            lambda version: asyncio.to_thread(lambda: read(shelf.take(version, name))),
        )
        await opened.enter_async_context(switching(switchover, mains.board))
        yield Gateway(switchover, web_deps(mains, lambda: switchover.served().pack))


def web_deps(mains: Mains, pack: Callable[[], Pack]) -> WebDeps:
    """What the application is made of; `pack`: that is served now."""
    settings, stores, board = mains.settings, mains.stores, mains.board
    return WebDeps(
        settings=settings,
        inbox=Reception(mains.mailbox, stores.vault, pack),
        last_resort=DirectAnswer(
            mains.twilio,
            pack,
            settings.twilio_sender,
            board.deliveries,
            DirectPolicy(most=settings.limit_sender_burst),
        ),
        deliveries=Tracking(stores.deliveries, mains.refusals, mains.redactions if mains.redacts else None),
        readiness=Dependencies({"redis_url": stores.values, "vault_url": stores.keys}),
        registry=board.registry,
        history=mains.history,
    )


@asynccontextmanager
async def _register(settings: Settings) -> AsyncIterator[Register]:
    """Where the active version is written down; a machine without Qdrant needs nothing of its library."""
    if not settings.qdrant_url:
        yield FileRegister(settings.data_dir / "knowledge")
        return
    from appliance.knowledge.aliases import AliasRegister  # noqa: PLC0415 - a second and 100 MB
    from appliance.knowledge.index import open_client  # noqa: PLC0415 - as above

    api_key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
    client = open_client(settings.qdrant_url, api_key)
    try:
        yield AliasRegister(client)
    finally:
        await client.close()
