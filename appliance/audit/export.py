"""Exports: the records of a time span, with what it takes to check by itself that none is left out.

The lines are those of the journal, unchanged. The record before the span and the one after it come along: their
numbers and times show that the span is whole. Records go on until the next signed checkpoint, which vouches for
the chain up to it; so an export may hold some records (fewer than there are between two checkpoints) that are
younger than the span.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, ValidationError

from appliance.audit.chain import Link, read
from appliance.audit.checkpoints import Checkpoint, read_checkpoints
from appliance.audit.places import AuditPlaces
from appliance.audit.segments import journal_lines
from appliance.audit.span import Span, moment, record_of, written_at
from appliance.audit.verdict import Broken, Verified
from appliance.audit.verify import BEGINNING, examine, signed_heads
from appliance.errors import ExportRefused

MANIFEST = "export.json"
JOURNAL = "journal.jsonl"


class Stated(BaseModel):
    """What an export says of itself: the span, the number of its first record (0: it has none), and how many."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: datetime
    until: datetime
    first: int
    records: int


@dataclass(frozen=True)
class Exported:
    """An export that is as it was written.

    Attributes:
        stated: what it says of itself.
        lines: how it was verified, the records around the span included.
        whole_until: no record before this time is left out; earlier than the span's end when the export was
            made before it, or when nothing was signed since.
    """

    stated: Stated
    lines: Verified
    whole_until: datetime


def export_span(places: AuditPlaces, key: Ed25519PublicKey, span: Span, out: Path) -> Exported:
    """Write the export into the folder `out`, which must not be there yet, and verify it.

    Raises:
        ExportRefused: the journal is not as it was written, or `out` exists.
        OSError: the journal cannot be read, or `out` cannot be written.
    """
    if out.exists():
        raise ExportRefused(f"{out}: expected a folder that is not there yet; name another with --out")
    heads = signed_heads(places.checkpoints, key)
    if isinstance(heads, Broken):
        raise ExportRefused(f"{places.checkpoints}: {heads.detail}; run: appliance audit verify")
    out.mkdir(parents=True)
    there = AuditPlaces.beside(out / JOURNAL)
    with there.journal.open("wb") as target:
        copied = _copy(journal_lines(places.journal), span, heads, target)
    with there.checkpoints.open("wb") as file:
        for checkpoint in read_checkpoints(places.checkpoints, key):
            if isinstance(checkpoint, Checkpoint) and copied.begin - 1 <= checkpoint.count <= copied.newest:
                file.write(checkpoint.line())
    shutil.copyfile(places.public_key, there.public_key)
    stated = Stated(since=span.since, until=span.until, first=copied.first, records=copied.records)
    (out / MANIFEST).write_text(stated.model_dump_json(indent=2) + "\n", encoding="utf-8")
    if isinstance(found := verify_export(out, key), Broken):
        raise ExportRefused(
            f"record {found.record} was {found.kind}: {found.detail}; run: appliance audit verify"
        )
    return found


def verify_export(folder: Path, key: Ed25519PublicKey) -> Exported | Broken:
    """Check an export by itself: its chain, its signatures, and that no record of its span is left out.

    Raises:
        ExportRefused: the folder is no export.
        OSError: it cannot be read.
    """
    try:
        stated = Stated.model_validate_json((folder / MANIFEST).read_bytes())
    except ValidationError as error:
        raise ExportRefused(f"{folder / MANIFEST}: expected a span, got something else") from error
    places = AuditPlaces.beside(folder / JOURNAL)
    heads = signed_heads(places.checkpoints, key)
    if isinstance(heads, Broken):
        return heads
    lines = places.journal.read_bytes().splitlines(keepends=True)
    found = examine(lines, heads, _begin(lines, heads))
    if isinstance(found, Broken):
        return found
    return _whole(lines, stated, found) or Exported(stated, found, _whole_until(lines, stated, places, key))


@dataclass
class _Copied:
    begin: int = 0
    first: int = 0
    records: int = 0
    newest: int = 0


def _copy(lines: Iterator[bytes], span: Span, heads: Mapping[int, str], target: BinaryIO) -> _Copied:
    """The record before the span, the span, the one after, and on to a checkpoint."""
    copied, before, past = _Copied(), b"", False
    for line in lines:
        link = read(line)
        if link is None:
            raise ExportRefused("the journal has a line that is no record; run: appliance audit verify")
        when = written_at(record_of(line))
        if not copied.newest and when < span.since:
            before = line
            continue
        if not copied.newest:
            target.write(before)
            copied.begin = link.number - bool(before)
        past = past or when >= span.until
        if not past:
            copied.first, copied.records = copied.first or link.number, copied.records + 1
        target.write(line)
        copied.newest = link.number
        if past and link.number in heads:
            return copied
    if not copied.newest and (link := read(before)):
        target.write(before)
        copied.begin = copied.newest = link.number
    return copied


def _begin(lines: list[bytes], heads: Mapping[int, str]) -> Link:
    """What the first line must follow: the hash that was signed, or else the one that it states."""
    first = read(lines[0]) if lines else None
    if first is None or first.number == 1:
        return BEGINNING
    before = first.number - 1
    return Link(before, "", heads.get(before, first.previous), intact=True)


def _whole(lines: list[bytes], stated: Stated, found: Verified) -> Broken | None:
    """What is missing of the span, as its neighbours show; the lines are known to be a chain."""
    span = Span(stated.since, stated.until)
    times = [written_at(record_of(line)) for line in lines]
    newest = read(lines[-1]) if lines else None
    begins_at = newest.number - len(lines) + 1 if newest else 1
    first = next((at for at, when in enumerate(times) if when >= span.since), len(times))
    end = next((at for at, when in enumerate(times) if when >= span.until), len(times))
    if first == 0 and begins_at > 1:
        return Broken(
            begins_at - 1, "removed", "the record before the span, which shows where it begins, is gone"
        )
    has = (begins_at + first if end > first else 0, max(end - first, 0))
    if has != (stated.first, stated.records):
        return Broken(
            has[0] or begins_at, "altered", f"{MANIFEST} states other records of the span than there are"
        )
    if found.unsigned == len(lines) and lines:
        return Broken(begins_at, "cut", "no signed checkpoint vouches for any of its records")
    return None


def _whole_until(lines: list[bytes], stated: Stated, places: AuditPlaces, key: Ed25519PublicKey) -> datetime:
    """The span's end when a signed record comes after it, else the time of the last checkpoint of all lines."""
    if lines and written_at(record_of(lines[-1])) >= stated.until:
        return stated.until
    newest = read(lines[-1]) if lines else None
    signed = [
        moment(checkpoint.time, "time of a checkpoint")
        for checkpoint in read_checkpoints(places.checkpoints, key)
        if isinstance(checkpoint, Checkpoint) and newest and checkpoint.count == newest.number
    ]
    return min(stated.until, max(signed, default=stated.since))
