"""`appliance knowledge`: packs are checked, built, listed, switched and switched back."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from appliance.errors import PackError, SettingsError
from appliance.evaluation.gate import Shortfall, shortfalls
from appliance.evaluation.metrics import metrics
from appliance.evaluation.questions import read_questions
from appliance.evaluation.run import Played, play
from appliance.knowledge import build as building
from appliance.knowledge.encoder import FastembedEncoder
from appliance.knowledge.golden import FLOORS, QUESTIONS, Floors
from appliance.knowledge.index import open_client
from appliance.knowledge.lint import warnings_of
from appliance.knowledge.pack import load_pack
from appliance.knowledge.register import Active, Register
from appliance.knowledge.shelf import Shelf
from appliance.premises import Premises, open_premises, register_of
from appliance.settings import Settings, load_settings
from appliance.telemetry.logs import configure_logs

knowledge_app = typer.Typer(
    help="The knowledge: checking a pack, building what is learned from it, switching versions.",
    epilog="A changed pack: appliance knowledge lint && appliance knowledge build && appliance knowledge list",
    no_args_is_help=True,
)
_Pack = Annotated[Path | None, typer.Argument(help="the pack's directory; the configured one if left out")]
_Version = Annotated[str, typer.Argument(help="as `appliance knowledge list` shows it")]
_out = Console(soft_wrap=True, highlight=False)
# Of the items that count against a limit, so many are shown.
_MOST_SHOWN = 12


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
    """Learn scope and language from a pack's examples (minutes), and keep the version to be switched to.

    What was learned from the same examples with the same embedding model is not learned again.
    """
    settings = load_settings()
    loaded = load_pack(pack or settings.pack)
    encoder = FastembedEncoder(settings.models_dir / settings.embedding_model)
    if building.built(loaded, encoder):
        _out.print(f"{loaded.version}: what was learned before still holds")
    else:
        building.build(loaded, encoder, lambda step: _out.print(step, style="dim"))
        _out.print(f"{loaded.version}: learned; written to {loaded.directory / 'built'}")
    place = Shelf.under(settings.data_dir).put(loaded)
    _out.print(f"kept in {place}; to serve it: appliance knowledge activate {loaded.version}")


@knowledge_app.command("list")
def list_versions() -> None:
    """Show the versions that can be switched to, oldest first: * is active, - was active before."""
    settings = load_settings()
    name = load_pack(settings.pack).manifest.name
    known = Shelf.under(settings.data_dir).versions(name)
    found = asyncio.run(_registered(settings, name))
    for version in dict.fromkeys([*known, *filter(None, (found.version, found.before))]):
        mark = "*" if version == found.version else "-" if version == found.before else " "
        _out.print(f"{mark} {version}" + ("" if version in known else "  (not on this machine)"))
    if not found.version:
        _out.print("none was activated: the files of the configured pack are served", style="dim")


@knowledge_app.command()
def activate(version: _Version) -> None:
    """Switch to a version, in one atomic step, if it reaches the floors of its golden set.

    Running processes take it over within seconds, between turns. A version that falls below a floor is refused
    (exit code 1), and what falls short is shown.
    """
    configure_logs(level="WARNING")
    settings = load_settings()
    name = load_pack(settings.pack).manifest.name
    floors, played = asyncio.run(_switch_to(settings, name, version))
    missing = shortfalls(played, floors)
    _show(played, floors)
    if missing:
        _show_shortfalls(version, missing)
        raise typer.Exit(1)
    _out.print(f"{name} -> {version}")


@knowledge_app.command()
def rollback() -> None:
    """Switch back to the version that was active before, in one atomic step."""
    settings = load_settings()
    name = load_pack(settings.pack).manifest.name
    _out.print(f"{name} -> {asyncio.run(_switch_back(settings, name))}")


async def _registered(settings: Settings, name: str, switch_to: str = "") -> Active:
    """What is active; after switching, if a version is given."""
    client = open_client(settings.qdrant_url, _api_key(settings))
    try:
        register: Register = register_of(settings, client)
        if switch_to:
            await register.switch(name, switch_to)
        return await register.active(name)
    finally:
        await client.close()


def _api_key(settings: Settings) -> str | None:
    return settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None


async def _switch_back(settings: Settings, name: str) -> str:
    """The version before; it reached its floors when it was activated, and must be unchanged since."""
    before = (await _registered(settings, name)).before
    if not before:
        raise SettingsError(f"no version of {name} was active before; see: appliance knowledge list")
    await asyncio.to_thread(Shelf.under(settings.data_dir).take, before, name)
    return (await _registered(settings, name, before)).version


async def _switch_to(settings: Settings, name: str, version: str) -> tuple[Floors, list[Played]]:
    """Play the version's golden set in the house that would be served, and switch if nothing falls short."""
    # Decisions do not depend on the engine, which would only make them slow.
    approved = settings.model_copy(update={"engine_url": ""})
    async with open_premises(approved) as premises:
        floors, played = await _measured(premises, name, version)
        if not shortfalls(played, floors):
            await premises.register.switch(name, version)
        return floors, played


async def _measured(premises: Premises, name: str, version: str) -> tuple[Floors, list[Played]]:
    house = await premises.house_of(version, name)
    if house.pack.floors is None:
        raise PackError(
            house.pack.directory / FLOORS,
            "",
            "",
            "expected the floors of the golden set; nothing is activated",
        )
    items = read_questions(house.pack.directory / QUESTIONS)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"playing the golden set of {version}", total=len(items))
        return house.pack.floors, await play(items, house, lambda: progress.advance(task))


def _show(played: Sequence[Played], floors: Floors) -> None:
    found = metrics(played)
    table = Table("metric", "limit", "got", box=None, pad_edge=False)
    table.add_row("items", f">= {floors.items}", str(len(played)))
    for sign, limits in ((">=", floors.at_least), ("<=", floors.at_most)):
        for metric, limit in limits.items():
            kept = found[metric] >= limit if sign == ">=" else found[metric] <= limit
            style = "green" if kept else "red"
            table.add_row(metric, f"{sign} {limit:g}", f"{found[metric]:.4f}", style=style)
    _out.print(table)


def _show_shortfalls(version: str, missing: Sequence[Shortfall]) -> None:
    _out.print(f"{version} is not activated: it falls below the floors of its golden set", style="red")
    for shortfall in missing:
        _out.print(
            f"\n{shortfall.metric}: expected {shortfall.limit}, got {shortfall.got:.4f}",
            style="bold",
            markup=False,
        )
        for one in shortfall.items[:_MOST_SHOWN]:
            expected, got = one.item.expected, one.outcome
            _out.print(f"  {one.item.id}: {one.item.turns[-1].text}", markup=False)
            _out.print(
                f"    expected {expected.action} {', '.join(expected.statements)}; got {got.action} "
                f"{', '.join(one.statements)}",
                markup=False,
            )
        if (rest := len(shortfall.items) - _MOST_SHOWN) > 0:
            _out.print(f"  and {rest} more")
