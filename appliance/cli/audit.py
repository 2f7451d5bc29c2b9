"""`appliance audit`: whether the journal is as it was written, and what of it to hand to whom."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from appliance.audit import (
    CHECKPOINT_KEY,
    AuditPlaces,
    Broken,
    CheckpointBook,
    Journal,
    load_public_key,
    verify,
)
from appliance.audit.export import export_span, verify_export
from appliance.audit.signing import load_signing_key
from appliance.audit.span import Span, moment
from appliance.errors import JournalUnavailable, SettingsError
from appliance.settings import Settings, load_settings

audit_app = typer.Typer(
    help="What an auditor asks for: is the journal as it was written, and what does it show?",
    no_args_is_help=True,
)
_out = Console()
_Since = Annotated[str, typer.Option("--from", help="a day or a time, UTC unless it says otherwise")]
_Until = Annotated[str, typer.Option("--to", help="a day or a time; what is younger, or as old, is left out")]
_PublicKey = Annotated[
    Path | None,
    typer.Option(
        help="the key that signs checkpoints, in PEM; without it, checkpoint.pub beside the journal"
    ),
]


@audit_app.callback()
def _group() -> None:
    """The commands below."""


@audit_app.command("verify")
def verify_journal(
    journal: Annotated[
        Path | None, typer.Option(help="the journal; without it, the one under data_dir", dir_okay=False)
    ] = None,
    checkpoints: Annotated[
        Path | None, typer.Option(help="its checkpoints; without it, those of the settings")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="a folder that `appliance audit export` wrote", file_okay=False)
    ] = None,
    public_key: _PublicKey = None,
) -> None:
    """Check every record against the chain and the signed checkpoints, and name the first that is wrong.

    Files that were put away into archive/ beside the journal are a part of it. The exit code is 0 when all is
    as it was written, else 1. Keep a copy of the public key on another machine and pass it with --public-key:
    whoever can change the journal could change the key beside it too.
    """
    if export:
        return _verify_export(export, public_key)
    places = AuditPlaces.beside(journal) if journal else _places(load_settings())
    key = load_public_key(public_key or places.public_key)
    with _readable(places.journal):
        found = verify(places.journal, checkpoints or places.checkpoints, key)
    if isinstance(found, Broken):
        raise _broken(found)
    _say(f"{found.records} records are as they were written; the newest hash is {found.head}")
    _say(f"{found.checkpoints} signed checkpoints; {found.unsigned} records came after the last")
    return None


@audit_app.command("export")
def export_records(
    since: _Since,
    until: _Until,
    out: Annotated[Path, typer.Option(help="a folder that is not there yet")],
    public_key: _PublicKey = None,
) -> None:
    """Write the records of a time span, with what proves their place and that none is left out.

    Whoever has the folder and the public key can check it: appliance audit verify --export FOLDER.
    """
    places = _places(load_settings())
    span = Span(moment(since, "--from"), moment(until, "--to"))
    with _readable(places.journal):
        made = export_span(places, load_public_key(public_key or places.public_key), span, out)
    _say(f"{made.stated.records} records of the span are in {out}; check them with:")
    _say(f"appliance audit verify --export {out}")


@audit_app.command("rotate")
def rotate_journal() -> None:
    """Put the journal's file away into archive/ beside it; the chain goes on in a new one.

    Processes that are writing go on in the new file by themselves. What is in archive/ may be copied elsewhere,
    but stays a part of the journal: without it `verify` says that its records were removed.
    """
    settings = load_settings()
    if settings.secrets_dir is None:
        raise SettingsError("secrets_dir (APPLIANCE_SECRETS_DIR): expected the keys' directory, got none")
    places = _places(settings)
    book = CheckpointBook(places.checkpoints, load_signing_key(settings.secrets_dir / CHECKPOINT_KEY))
    with Journal(places.journal, book) as journal:
        _say(f"put away as {journal.rotate()}")


@audit_app.command("report")
def report(
    since: _Since,
    until: _Until,
    out: Annotated[Path, typer.Option(help="a folder; it is made if it is not there")],
    public_key: _PublicKey = None,
) -> None:
    """Write what can be shown of this installation and a time span: a page to file and to sign.

    report.html needs nothing but itself; report.json has the same for programs; sbom.cdx.json is the bill of
    materials; report.pdf is made when there is a Chromium (apt-get install chromium). Every value in both stores
    is read, and nothing is changed. No text of patients is in any of it.
    """
    # Not with the module: `verify` starts at once, and runs where there is nothing but the journal.
    from appliance.report.gather import gather  # noqa: PLC0415
    from appliance.report.page import BROWSERS  # noqa: PLC0415
    from appliance.report.write import write_report  # noqa: PLC0415

    settings, span = load_settings(), Span(moment(since, "--from"), moment(until, "--to"))
    with _readable(_places(settings).journal):
        gathered = asyncio.run(gather(settings, span, public_key))
    written = write_report(gathered, out)
    for path in written:
        _say(f"wrote  {path}")
    if not any(path.suffix == ".pdf" for path in written):
        _say(f"no PDF: none of {', '.join(BROWSERS)} is installed; print {written[0]} with any browser")
    for finding in gathered.report.findings:
        _say(f"look   {finding}")


@audit_app.command("sbom")
def bill(
    out: Annotated[Path, typer.Option(help="the file to write", dir_okay=False)],
) -> None:
    """Write the bill of materials: every package of this environment and every model, as CycloneDX 1.6."""
    from appliance.report.models import models_here  # noqa: PLC0415 - as above
    from appliance.report.sbom import as_json, bill_of_materials  # noqa: PLC0415

    document = as_json(bill_of_materials(models_here(load_settings())))
    with _readable(out):
        out.write_text(document + "\n", encoding="utf-8")
    _say(f"wrote  {out}")


def _verify_export(folder: Path, public_key: Path | None) -> None:
    key = load_public_key(public_key or AuditPlaces.beside(folder / "journal.jsonl").public_key)
    with _readable(folder):
        found = verify_export(folder, key)
    if isinstance(found, Broken):
        raise _broken(found)
    stated = found.stated
    _say(
        f"{stated.records} records from {stated.since} to {stated.until}, the first is number {stated.first}"
    )
    _say(f"they are as they were written, and none is left out before {found.whole_until}")


def _places(settings: Settings) -> AuditPlaces:
    return AuditPlaces.under(settings.data_dir, settings.checkpoints_file)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise JournalUnavailable(
            f"{error.filename or path}: cannot be read or written: {error.strerror}"
        ) from error


def _broken(found: Broken) -> typer.Exit:
    _say(f"record {found.record} was {found.kind}: {found.detail}")
    return typer.Exit(1)


def _say(text: str) -> None:
    """Prints as it is: no markup, and no line breaks inside what somebody wants to copy."""
    _out.print(text, markup=False, emoji=False, highlight=False, soft_wrap=True)
