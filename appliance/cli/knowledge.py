"""`appliance knowledge`: packs are checked, built, listed, switched and switched back."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from qdrant_client import AsyncQdrantClient
from rich.console import Console

from appliance.errors import SettingsError
from appliance.knowledge import build as building
from appliance.knowledge.encoder import FastembedEncoder
from appliance.knowledge.index import activate as point_alias
from appliance.knowledge.index import build_collection, open_client, versions
from appliance.knowledge.lint import warnings_of
from appliance.knowledge.pack import Pack, load_pack
from appliance.knowledge.vectors import Kept
from appliance.settings import Settings, load_settings

knowledge_app = typer.Typer(
    help="The knowledge: checking a pack, building what is learned from it, switching versions.",
    epilog="A changed pack: appliance knowledge lint && appliance knowledge build",
    no_args_is_help=True,
)
_Pack = Annotated[Path | None, typer.Argument(help="the pack's directory; the configured one if left out")]
_out = Console(soft_wrap=True, highlight=False)
_T = TypeVar("_T")


@knowledge_app.command()
def lint(pack: _Pack = None) -> None:
    """Check a pack. An error names file, entry and field (exit code 1); warnings are for the reviewer."""
    loaded = load_pack(pack or load_settings().pack)
    for warning in warnings_of(loaded):
        _out.print(f"! {warning}", style="yellow", markup=False)
    examples = sum(len(texts) for one in loaded.examples for texts in one.examples.values())
    _out.print(
        f"{loaded.version}: {len(loaded.statements)} statements and {examples} examples in "
        f"{len(loaded.languages)} languages; nothing is wrong"
    )


@knowledge_app.command()
def build(pack: _Pack = None) -> None:
    """Learn scope and language from a pack's examples (minutes), and index its statements in Qdrant."""
    settings = load_settings()
    loaded = load_pack(pack or settings.pack)
    encoder = FastembedEncoder(settings.models_dir / settings.embedding_model)
    kept = Kept.under(encoder, settings.data_dir)
    building.build(loaded, kept, lambda step: _out.print(step, style="dim"))
    _out.print(f"{loaded.version}: learned; written to {loaded.directory / 'built'}")
    if settings.qdrant_url:
        _out.print(
            f"indexed {_with_index(settings, lambda client: build_collection(client, loaded, encoder))}"
        )


@knowledge_app.command("list")
def list_versions() -> None:
    """Show the versions in Qdrant; the active one has a star."""
    settings = load_settings()
    alias = load_pack(settings.pack).manifest.name
    for name, active in _with_index(settings, lambda client: versions(client, alias)).items():
        _out.print(f"{'*' if active else ' '} {name}")


@knowledge_app.command()
def activate(version: Annotated[str, typer.Argument(help="as `appliance knowledge list` shows it")]) -> None:
    """Switch to a version, in one atomic step."""
    settings = load_settings()
    _switch(settings, load_pack(settings.pack), version)


@knowledge_app.command()
def rollback() -> None:
    """Switch back to the version of the configured pack's files."""
    settings = load_settings()
    pack = load_pack(settings.pack)
    _switch(settings, pack, pack.version)


def _switch(settings: Settings, pack: Pack, version: str) -> None:
    alias = pack.manifest.name

    async def switch(client: AsyncQdrantClient) -> None:
        known = await versions(client, alias)
        if version not in known:
            raise SettingsError(f"no version {version!r}; there are: {', '.join(known) or 'none'}")
        await point_alias(client, alias, version)

    _with_index(settings, switch)
    _out.print(f"{alias} -> {version}")


def _with_index(settings: Settings, work: Callable[[AsyncQdrantClient], Awaitable[_T]]) -> _T:
    if not settings.qdrant_url:
        raise SettingsError(
            "qdrant_url (APPLIANCE_QDRANT_URL): not set; the embedded index has one version only"
        )

    async def run() -> _T:
        key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
        client = open_client(settings.qdrant_url, key)
        try:
            return await work(client)
        finally:
            await client.close()

    return asyncio.run(run())
