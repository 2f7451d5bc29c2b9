"""`appliance audit`: whether the journal is as it was written."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from appliance.audit import AuditPlaces, Broken, load_public_key, verify
from appliance.errors import JournalUnavailable
from appliance.settings import load_settings

audit_app = typer.Typer(help="The journal of decisions: is it as it was written?", no_args_is_help=True)
_out = Console()


@audit_app.callback()
def _group() -> None:
    """The commands below."""


@audit_app.command("verify")
def verify_journal(
    journal: Annotated[
        Path | None, typer.Option(help="the journal; without it, the one under data_dir", dir_okay=False)
    ] = None,
    checkpoints: Annotated[
        Path | None, typer.Option(help="its checkpoints; without it, checkpoints.jsonl beside it")
    ] = None,
    public_key: Annotated[
        Path | None,
        typer.Option(help="the key that signs them, in PEM; without it, checkpoint.pub beside the journal"),
    ] = None,
) -> None:
    """Check every record against the chain and the signed checkpoints, and name the first that is wrong.

    The exit code is 0 when all is as it was written, else 1. Keep a copy of the public key on another machine
    and pass it with --public-key: whoever can change the journal could change the key beside it too.
    """
    places = AuditPlaces.beside(journal) if journal else AuditPlaces.under(load_settings().data_dir)
    key = load_public_key(public_key or places.public_key)
    try:
        found = verify(places.journal, checkpoints or places.checkpoints, key)
    except OSError as error:
        raise JournalUnavailable(f"{places.journal}: cannot be read: {error.strerror}") from error
    if isinstance(found, Broken):
        _say(f"record {found.record} was {found.kind}: {found.detail}")
        raise typer.Exit(1)
    _say(f"{found.records} records are as they were written; the newest hash is {found.head}")
    _say(f"{found.checkpoints} signed checkpoints; {found.unsigned} records came after the last")


def _say(text: str) -> None:
    """Prints as it is: no markup, and no line breaks inside what somebody wants to copy."""
    _out.print(text, markup=False, highlight=False, soft_wrap=True)
