"""`appliance patient`: what staff do for a patient who asks for a copy of their data, or for its erasure."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, TypeVar

import typer
from rich.console import Console

from appliance.errors import StoreUnavailable
from appliance.settings import load_settings
from appliance.stores import Stores, open_stores

patient_app = typer.Typer(
    help="A patient's rights: a copy of what is held, and its erasure.", no_args_is_help=True
)
_out = Console()
_T = TypeVar("_T")
_From = Annotated[
    str, typer.Argument(metavar="FROM", help="the patient, as the channel names them: whatsapp:+34…")
]
_OutFile = Annotated[
    Path | None, typer.Option(help="a file that is not there yet; without it, one under data_dir/exports")
]


@patient_app.command()
def requests() -> None:
    """List the patients who asked for a copy in the chat and have none yet, the oldest request first."""
    found = asyncio.run(_with(lambda stores: stores.register.all()))
    for request in found:
        asked_at = datetime.fromtimestamp(request.at_s, UTC).isoformat(timespec="minutes")
        _say(f"{asked_at}  {request.language}  {request.sender}")
    if not found:
        _say("nobody waits for a copy")


@patient_app.command()
def export(sender: _From, out: _OutFile = None) -> None:
    """Write a copy of all that is held of a patient: a zip with a page, a text, and JSON.

    It holds the patient's words in plain: its mode is 0600, and what lies under data_dir/exports is removed
    after APPLIANCE_KEEP_EXPORT_DAYS. The journal notes that a copy was made, and meets an open request.
    """

    async def written(stores: Stores) -> Path:
        conversation = stores.vault.pseudonym(sender)
        place = out or load_settings().exports_dir / f"{conversation}-{datetime.now(UTC):%Y%m%dT%H%M%S}.zip"
        with _new_file(place) as file:
            file.write(await stores.rights.export(conversation))
        return place

    _say(f"{asyncio.run(_with(written))} holds the copy; give it to the patient, and then delete it")


@patient_app.command()
def erase(
    sender: _From,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Erase a patient: the data key is destroyed, so that nothing of theirs can be read, in backups neither.

    With APPLIANCE_ERASURE=block it is blocked first, and destroyed at its term. What they write later starts
    anew. A wish for no more messages stays, and so do the journal's records, which hold no text.
    """
    if not yes:
        typer.confirm("Nobody can take this back. Erase?", abort=True)
    had = asyncio.run(_with(lambda stores: stores.rights.erase(stores.vault.pseudonym(sender))))
    _say("erased" if had else "nothing was held that could be read")


@patient_app.command()
def blocked(
    sender: _From,
    out: Annotated[Path, typer.Option(help="a folder for the copies")],
    reason: Annotated[str, typer.Option(help="who demands it, and the case; it is kept in the journal")],
) -> None:
    """Write what an erasure blocked, for the judge or the authority that demands it, and for nobody else."""
    copies = asyncio.run(
        _with(lambda stores: stores.rights.disclose_blocked(stores.vault.pseudonym(sender), reason))
    )
    for number, copy in enumerate(copies, start=1):
        with _new_file(out / f"blocked-{number}.zip") as file:
            file.write(copy)
    _say(f"{len(copies)} copies are in {out}" if copies else "nothing is blocked")


async def _with(work: Callable[[Stores], Awaitable[_T]]) -> _T:
    async with open_stores(load_settings()) as stores:
        return await work(stores)


def _new_file(path: Path) -> BinaryIO:
    """A new file that nobody else can read; raises StoreUnavailable."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise StoreUnavailable(f"{path}: expected a file that can be made, got {error.strerror}") from error


def _say(text: str) -> None:
    """Prints as it is: no markup, and no line breaks inside a path that somebody wants to copy."""
    _out.print(text, markup=False, highlight=False, soft_wrap=True)
