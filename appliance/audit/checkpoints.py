"""Checkpoints: signed statements of how many records there are and what the newest one's hash is.

With them the journal's own tail can be checked: without, whoever can write the file could cut it, or rewrite
it together with all its hashes.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from appliance.audit.chain import canonical
from appliance.audit.tail import read_tail

_DOMAIN = b"antesala/checkpoint/v1\n"

_log = structlog.get_logger(__name__)


class Checkpoint(BaseModel):
    """The journal held `count` records at `time`, and the hash of the newest was `head`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    count: int = Field(ge=0)
    head: str = Field(pattern=r"^[0-9a-f]{64}$")
    time: str
    signature: str = Field(pattern=r"^[0-9a-f]{128}$")

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return _DOMAIN + canonical({"count": self.count, "head": self.head, "time": self.time})

    def line(self) -> bytes:
        """How it stands in a file, with its line feed."""
        return canonical(self.model_dump()) + b"\n"

    def genuine(self, key: Ed25519PublicKey) -> bool:
        """Whether the holder of the private key made this."""
        try:
            key.verify(bytes.fromhex(self.signature), self.signed_bytes())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Forged:
    """A line of the file that is no genuine checkpoint."""

    line: int


def utc_now() -> str:
    """The time as records and checkpoints write it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class CheckpointBook:
    """The file that checkpoints are appended to. Its writers take turns by the journal's lock."""

    def __init__(self, path: Path, key: Ed25519PrivateKey, clock: Callable[[], str] = utc_now) -> None:
        self._path = path
        self._key = key
        self._clock = clock

    def write(self, count: int, head: str) -> bytes:
        """Sign and append; the line, when it is on the disk. Raises OSError."""
        line = self.signed(count, head).line()
        with os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o640), "r+b") as file:
            torn_bytes = len(read_tail(file.fileno()).torn)
            if torn_bytes:
                # A crash while one was written; the next says all that it would have said.
                _log.warning("audit.torn_checkpoint", path=str(self._path), cut_bytes=torn_bytes)
            file.seek(-torn_bytes, os.SEEK_END)
            file.truncate()
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        return line

    def signed(self, count: int, head: str) -> Checkpoint:
        """A checkpoint of now, not written yet."""
        unsigned = Checkpoint.model_construct(count=count, head=head, time=self._clock(), signature="")
        signature = self._key.sign(unsigned.signed_bytes()).hex()
        return unsigned.model_copy(update={"signature": signature})

    def last(self) -> Checkpoint | None:
        """The newest checkpoint, or None when there is none or its line is no genuine one."""
        if not self._path.exists():
            return None
        with self._path.open("rb") as file:
            return _checkpoint(read_tail(file.fileno()).line, self._key.public_key())


def read_checkpoints(path: Path, key: Ed25519PublicKey) -> Iterator[Checkpoint | Forged]:
    """The checkpoints of a file in order; what is not genuine is named. A torn last line is left out."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            yield _checkpoint(line, key) or Forged(number)


def _checkpoint(line: bytes, key: Ed25519PublicKey) -> Checkpoint | None:
    try:
        checkpoint = Checkpoint.model_validate_json(line)
    except ValidationError:
        return None
    return checkpoint if checkpoint.genuine(key) else None
