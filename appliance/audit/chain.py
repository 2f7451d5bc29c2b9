"""The chain of the journal: how a record becomes a line that carries the hash of the one before.

A line is canonical JSON (sorted keys, no spaces, UTF-8): `{"hash":…,"n":…,"prev":…,"record":{…}}`. `n` counts
from 1, `prev` is the hash of the line before or GENESIS, and `hash` is the SHA-256 of a domain prefix and the
same line without `hash`. So a line is checked by its bytes alone, without decoding what it says.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
Record: TypeAlias = Mapping[str, Json]

_DOMAIN = b"antesala/journal/v1\n"
GENESIS = hashlib.sha256(_DOMAIN + b"genesis").hexdigest()
_LINE = re.compile(
    rb'\{"hash":"([0-9a-f]{64})",("n":([1-9][0-9]{0,17}),"prev":"([0-9a-f]{64})","record":\{[^\n]*\}\})\n'
)


class Link(NamedTuple):
    """What a line says about its place; `intact` tells whether its own hash is that of its content."""

    number: int
    previous: str
    hash: str
    intact: bool


def canonical(value: Json) -> bytes:
    """The one form of a JSON value in bytes.

    Raises:
        ValueError: a number in it is infinite or not a number.
        TypeError: something in it is no JSON.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    # Lone surrogates cannot be written as UTF-8; escapes can.
    return text.encode("utf-8", errors="backslashreplace")


def forge(number: int, previous: str, record: Record) -> tuple[str, bytes]:
    """The hash and the line, with its line feed, of a record at a place in the chain."""
    body = canonical({"n": number, "prev": previous, "record": record})
    digest = hashlib.sha256(_DOMAIN + body).hexdigest()
    return digest, b'{"hash":"' + digest.encode() + b'",' + body[1:] + b"\n"


def read(line: bytes) -> Link | None:
    """What a line says, or None when it is no line of a journal (a line feed at its end included)."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    stated, rest, number, previous = found.groups()
    digest = hashlib.sha256(_DOMAIN + b"{" + rest).hexdigest()
    return Link(int(number), previous.decode(), stated.decode(), digest.encode() == stated)
