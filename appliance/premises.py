"""What every house of a process shares: the embedding model, the index, and the engine's seat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from qdrant_client import AsyncQdrantClient

from appliance.conversation import House
from appliance.conversation.furnish import furnished
from appliance.engine.entailment import OnnxEntailment, verified_entailment
from appliance.engine.seat import EngineSeat
from appliance.errors import IndexUnavailable
from appliance.knowledge.aliases import AliasRegister
from appliance.knowledge.build import learned_of
from appliance.knowledge.encoder import FastembedEncoder
from appliance.knowledge.index import Index, build_collection, open_client
from appliance.knowledge.pack import Pack, load_manifest, load_pack
from appliance.knowledge.register import FileRegister, Register
from appliance.knowledge.shelf import Shelf
from appliance.knowledge.vectors import KeptPassages
from appliance.settings import Settings
from appliance.tasks import end

_INDEX_AGAIN_S = 5.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Premises:
    """Where houses are built, one a version of a pack, side by side."""

    settings: Settings
    encoder: FastembedEncoder
    client: AsyncQdrantClient
    seat: EngineSeat
    shelf: Shelf
    register: Register
    _building: set[asyncio.Task[None]] = field(default_factory=set)

    async def house_in(self, directory: Path) -> House:
        """A house that answers from the pack in the directory.

        Raises:
            PackError, ModelError: the pack, or a model that it names, cannot be used.
        """
        settings = self.settings
        pack = await asyncio.to_thread(load_pack, directory)
        entailment = await asyncio.to_thread(_entailment, settings, pack)
        learned = await asyncio.to_thread(learned_of, pack, self.encoder, settings.data_dir)
        await self._index(pack)
        return furnished(
            pack,
            learned,
            self.encoder,
            Index(self.client, pack.version),
            lambda: self.seat.engine,
            wording=settings.wording,
            engine_deadline_s=settings.engine_deadline_s,
            entailment=entailment,
            erasure=settings.erasure,
        )

    async def _index(self, pack: Pack) -> None:
        """Build the version's collection; later, if Qdrant does not answer: the pack itself says what is served."""
        try:
            await self._build(pack)
        except IndexUnavailable as error:
            _log.warning("index.absent", error=str(error))
            task = asyncio.create_task(self._index_later(pack), name=f"build the index {pack.version}")
            self._building.add(task)
            task.add_done_callback(self._building.discard)

    async def _build(self, pack: Pack) -> None:
        identity = await asyncio.to_thread(lambda: self.encoder.identity)
        await build_collection(
            self.client, pack, KeptPassages(self.encoder, identity, self.settings.data_dir)
        )

    async def _index_later(self, pack: Pack) -> None:
        while True:
            await asyncio.sleep(_INDEX_AGAIN_S)
            try:
                await self._build(pack)
            except IndexUnavailable as error:
                _log.warning("index.absent", error=str(error))
            else:
                _log.info("index.built", collection=pack.version)
                return

    async def aclose(self) -> None:
        """End what is still being built."""
        await end(*self._building)

    async def house_of(self, version: str, name: str) -> House:
        """A house that answers from a version on the shelf; raises as `Shelf.take` and `house_in` do."""
        return await self.house_in(await asyncio.to_thread(self.shelf.take, version, name))


@asynccontextmanager
async def open_premises(settings: Settings) -> AsyncIterator[Premises]:
    """Raises PackError or ModelError: the configured pack or the embedding model cannot be used."""
    async with AsyncExitStack() as opened:
        languages = load_manifest(settings.pack).languages
        encoder = await asyncio.to_thread(FastembedEncoder, settings.models_dir / settings.embedding_model)
        api_key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
        client = open_client(settings.qdrant_url, api_key)
        opened.push_async_callback(client.close)
        seat = EngineSeat(languages, settings.engine_max_tokens)
        opened.push_async_callback(seat.aclose)
        if settings.engine_url:
            seat.take(settings.engine_url, settings.engine_model)
        shelf = Shelf.under(settings.data_dir)
        premises = Premises(settings, encoder, client, seat, shelf, register_of(settings, client))
        opened.push_async_callback(premises.aclose)
        yield premises


def register_of(settings: Settings, client: AsyncQdrantClient) -> Register:
    """Qdrant's aliases, for all machines that share it; without a server, a file on this machine."""
    if settings.qdrant_url:
        return AliasRegister(client)
    return FileRegister(settings.data_dir / "knowledge")


def _entailment(settings: Settings, pack: Pack) -> OnnxEntailment | None:
    """The pack's second judge of drafts; none where it names none, or where nothing is drafted."""
    name = pack.manifest.entailment_model
    if not name or (settings.wording or pack.manifest.wording) == "approved":
        return None
    return verified_entailment(settings.models_catalogue, settings.models_dir, name)
