"""Verification: walks the chain and names the first record that was altered, removed, added or moved.

What the chain shows by itself is named exactly. Whoever rewrites a record together with the hashes of all
that follow is caught by the next signed checkpoint: then the first record after the one before is named.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from appliance.audit.chain import GENESIS, Link, read
from appliance.audit.checkpoints import Forged, read_checkpoints
from appliance.audit.diagnosis import out_of_step, unlike_the_checkpoint
from appliance.audit.segments import journal_lines
from appliance.audit.verdict import Broken, Verified

BEGINNING = Link(0, "", GENESIS, intact=True)
"""What the first record of a journal follows."""


def verify(journal: Path, checkpoints: Path, key: Ed25519PublicKey) -> Verified | Broken:
    """Check a journal, with the files that were put away before it, against its chain and its checkpoints.

    Raises:
        OSError: the journal cannot be read.
    """
    heads = signed_heads(checkpoints, key)
    return heads if isinstance(heads, Broken) else examine(journal_lines(journal), heads)


def signed_heads(checkpoints: Path, key: Ed25519PublicKey) -> dict[int, str] | Broken:
    """The signed hashes by record number, or what is wrong with the checkpoints."""
    heads: dict[int, str] = {}
    for checkpoint in read_checkpoints(checkpoints, key):
        if isinstance(checkpoint, Forged):
            newest = max(heads, default=0)
            problem = f"line {checkpoint.line} of {checkpoints.name} is not signed by the journal's key"
            return Broken(newest + 1, "altered", problem)
        if heads.setdefault(checkpoint.count, checkpoint.head) != checkpoint.head:
            return Broken(checkpoint.count, "altered", "two checkpoints of it state different hashes")
    return heads


def examine(lines: Iterable[bytes], heads: Mapping[int, str], begin: Link = BEGINNING) -> Verified | Broken:
    """Check lines (each with its line feed) against the chain and against signed hashes by record number.

    Args:
        lines: in order.
        heads: signed hashes by record number.
        begin: the record that the first line must follow.
    """
    newest = begin
    signed = begin.number
    rest = iter(lines)
    for line in rest:
        link = read(line)
        if (
            link is None
            or not link.intact
            or link.number != newest.number + 1
            or link.previous != newest.hash
        ):
            return out_of_step(newest, line, link, list(rest), heads)
        newest = link
        if (stated := heads.get(link.number)) is not None:
            if stated != link.hash:
                return unlike_the_checkpoint(signed, link, stated, list(rest))
            signed = link.number
    if heads and newest.number < (last := max(heads)):
        return Broken(newest.number + 1, "cut", f"{last} records were signed, {newest.number} are there")
    if newest.number > begin.number and not heads:
        return Broken(1, "cut", "there are records, but no signed checkpoint")
    return Verified(newest.number - begin.number, newest.hash, len(heads), newest.number - signed)
