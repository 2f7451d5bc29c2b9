"""The key ring: master keys with ids, and the key that pseudonyms are made with, from one guarded file.

The file has one entry a line; the last master key is the current one, older ones only open what they wrapped:

    # antesala key ring
    pseudonym  <64 hex digits, or base64 of 32 bytes>
    master  2026-11-03  <64 hex digits, or base64 of 32 bytes>

One file, so that it can be a systemd credential and so that a rotation replaces it in one step.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Self

from appliance.errors import KeyFileError
from appliance.vault.key_file import read_key_file, write_key_file
from appliance.vault.pseudonym import ConversationId, pseudonym

KEY_RING = "keyring"
"""The ring: its file's name in the secrets directory."""
KEY_BYTES = 32
_PROOF = b"antesala/ring-proof/v1\n"
_HEX_KEY = re.compile(r"[0-9a-fA-F]{64}")
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")


@dataclass(frozen=True)
class KeyRing:
    """Master keys by id (32 bytes each), the id of the one that wraps, and the pseudonym key (32 bytes)."""

    current: str
    masters: Mapping[str, bytes] = field(repr=False)
    pseudonym_key: bytes = field(repr=False)

    @classmethod
    def new(cls, key_id: str) -> Self:
        """A ring of fresh random keys, with one master key of this id."""
        return cls(
            current=_valid_id(key_id, "the new key"),
            masters=MappingProxyType({key_id: secrets.token_bytes(KEY_BYTES)}),
            pseudonym_key=secrets.token_bytes(KEY_BYTES),
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        """The ring in a file.

        Raises:
            KeyFileError: the file is missing, open to group or others, or a line of it is wrong.
        """
        content = read_key_file(path, "appliance keys new")
        return cls.parse(content.decode("ascii", errors="replace"), str(path))

    @classmethod
    def parse(cls, text: str, source: str) -> Self:
        """The ring in a text; `source` names it in errors.

        Raises:
            KeyFileError: a line is wrong, or the pseudonym key or every master key is missing.
        """
        masters: dict[str, bytes] = {}
        pseudonym_key: bytes | None = None
        for number, line in enumerate(text.splitlines(), start=1):
            place = f"{source}, line {number}"
            match line.partition("#")[0].split():
                case []:
                    continue
                case ["pseudonym", encoded] if pseudonym_key is None:
                    pseudonym_key = _decode(encoded, place)
                case ["master", key_id, encoded] if key_id not in masters:
                    masters[_valid_id(key_id, place)] = _decode(encoded, place)
                case _:
                    raise KeyFileError(f"{place}: expected `pseudonym KEY` once or `master ID KEY`, ids once")
        if pseudonym_key is None or not masters:
            raise KeyFileError(f"{source}: expected one `pseudonym KEY` and at least one `master ID KEY`")
        return cls(current=list(masters)[-1], masters=MappingProxyType(masters), pseudonym_key=pseudonym_key)

    def with_new_master(self, key_id: str) -> Self:
        """A ring that also holds a fresh master key, which becomes the current one.

        Raises:
            KeyFileError: the id is taken, or is not 1 to 32 letters, digits, dots, dashes and underlines.
        """
        if key_id in self.masters:
            raise KeyFileError(f"master key {key_id!r} exists already; choose another id")
        masters = {**self.masters, _valid_id(key_id, "the new key"): secrets.token_bytes(KEY_BYTES)}
        return type(self)(key_id, MappingProxyType(masters), self.pseudonym_key)

    def without(self, key_id: str) -> Self:
        """A ring that no longer holds a master key; not for the current one."""
        masters = {name: key for name, key in self.masters.items() if name != key_id}
        return type(self)(self.current, MappingProxyType(masters), self.pseudonym_key)

    def proof(self) -> bytes:
        """What tells this ring's pseudonym key (which no rotation changes) from another, and gives nothing away."""
        return hmac.new(self.pseudonym_key, _PROOF, hashlib.sha256).digest()

    def save(self, path: Path) -> None:
        """Write the ring with mode 0400, in one step."""
        lines = ["# antesala key ring", f"pseudonym  {self.pseudonym_key.hex()}"]
        lines += [f"master  {key_id}  {key.hex()}" for key_id, key in self.masters.items()]
        write_key_file(path, ("\n".join(lines) + "\n").encode())

    def master(self, key_id: str) -> bytes:
        """The master key of an id.

        Raises:
            KeyFileError: the ring lacks it; the text says which id is wanted.
        """
        try:
            return self.masters[key_id]
        except KeyError as error:
            known = ", ".join(self.masters)
            raise KeyFileError(f"master key {key_id!r} is wanted, the ring holds {known}; add it") from error

    def pseudonym(self, sender: str) -> ConversationId:
        """The conversation id of a sender: the same before and after every rotation."""
        return pseudonym(self.pseudonym_key, sender)


class RingFile:
    """The ring in a file that may be replaced while the process runs."""

    def __init__(self, path: Path) -> None:
        """Raises KeyFileError as `KeyRing.load` does."""
        self._path = path
        self._read = _version(path)
        self._ring = KeyRing.load(path)

    def ring(self) -> KeyRing:
        """The ring as it is now: one look at the file, and read again when that is another.

        Raises:
            KeyFileError: the file that is there now is no good.
        """
        version = _version(self._path)
        if version != self._read:
            self._ring = KeyRing.load(self._path)
            self._read = version
        return self._ring


def _version(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()  # reading it tells why
    return found.st_ino, found.st_size, found.st_mtime_ns


def _valid_id(key_id: str, place: str) -> str:
    if not _KEY_ID.fullmatch(key_id):
        raise KeyFileError(f"{place}: a key id is 1 to 32 letters, digits, `.`, `-`, `_`, got {key_id!r}")
    return key_id


def _decode(encoded: str, place: str) -> bytes:
    try:
        if _HEX_KEY.fullmatch(encoded):
            return bytes.fromhex(encoded)
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise KeyFileError(f"{place}: expected a key as hex or base64, got neither") from error
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{place}: expected a key of {KEY_BYTES} bytes, got {len(key)}")
    return key
