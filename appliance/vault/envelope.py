"""Sealing with AES-256-GCM: values under a conversation's data key, data keys under a master key.

A sealed value is `AV1`, the id of the data key (8 bytes), a random nonce (12), ciphertext and tag. A wrapped
data key is `AK2`, the length of the master key's id (1), that id, the id of the data key (8), a nonce (12),
ciphertext and tag. All that stands before the nonce, and the place where it belongs, is authenticated with it.

Nonces: 96 random bits from the kernel for each value, so that neither a fork, a restart, a restored backup nor
a second host can bring one back, as each of them can bring back a counter. Two values under one key share a
nonce with a probability below 2^-32 up to 2^32 values (NIST SP 800-38D, 8.3). A data key serves one
conversation and ends with it; a master key wraps one key a conversation, and is replaced by a rotation.
"""

import os
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from appliance.errors import KeyMissing, SealBroken
from appliance.vault.keyring import KEY_BYTES, KeyRing
from appliance.vault.pseudonym import ConversationId

VALUE_MAGIC = b"AV1"
KEY_MAGIC = b"AK2"
KEY_ID_BYTES = 8
_NONCE_BYTES = 12
_TAG_BYTES = 16


@dataclass(frozen=True)
class DataKey:
    """The key of one conversation: its id (8 bytes) is public, the key itself (32 bytes) is not."""

    conversation: ConversationId
    key_id: bytes
    key: bytes = field(repr=False)

    @classmethod
    def new(cls, conversation: ConversationId) -> Self:
        """A fresh random key for a conversation."""
        return cls(conversation, os.urandom(KEY_ID_BYTES), os.urandom(KEY_BYTES))

    def seal(self, kind: str, position: str, plaintext: bytes) -> bytes:
        """The sealed value, which opens only as this kind, at this position, of this conversation."""
        header = VALUE_MAGIC + self.key_id
        nonce = os.urandom(_NONCE_BYTES)
        place = _bound(header, self.conversation, kind, position)
        return header + nonce + AESGCM(self.key).encrypt(nonce, plaintext, place)

    def open(self, kind: str, position: str, sealed: bytes) -> bytes:
        """The plaintext of a value sealed for this place.

        Raises:
            KeyMissing: it was sealed under another data key of the conversation, destroyed since.
            SealBroken: it is no sealed value, was altered or cut, or belongs to another place.
        """
        if sealed_under(sealed) != self.key_id:
            raise KeyMissing(f"{kind} {position} of {self.conversation}: its data key was destroyed")
        header, nonce, body = _parts(sealed, len(VALUE_MAGIC) + KEY_ID_BYTES)
        try:
            return AESGCM(self.key).decrypt(nonce, body, _bound(header, self.conversation, kind, position))
        except InvalidTag as error:
            raise SealBroken(
                f"{kind} {position} of {self.conversation}: altered, or not of this place"
            ) from error

    def wrap(self, ring: KeyRing) -> bytes:
        """This key wrapped by the ring's current master key, bound to the conversation."""
        master_id = ring.current.encode()
        header = KEY_MAGIC + bytes([len(master_id)]) + master_id + self.key_id
        nonce = os.urandom(_NONCE_BYTES)
        place = _bound(header, self.conversation, "data key", "")
        master = AESGCM(ring.master(ring.current))
        return header + nonce + master.encrypt(nonce, self.key, place)

    @classmethod
    def unwrap(cls, ring: KeyRing, conversation: ConversationId, wrapped: bytes) -> Self:
        """The data key in a wrapped one.

        Raises:
            KeyFileError: the ring lacks the master key that it was wrapped by.
            SealBroken: it was altered, belongs to another conversation, or that master key is a wrong one.
        """
        master_id = wrapped_by(wrapped)
        header, nonce, body = _parts(wrapped, len(KEY_MAGIC) + 1 + len(master_id) + KEY_ID_BYTES)
        place = _bound(header, conversation, "data key", "")
        try:
            key = AESGCM(ring.master(master_id)).decrypt(nonce, body, place)
        except InvalidTag as error:
            raise SealBroken(
                f"data key of {conversation}: altered, or master key {master_id!r} is another"
            ) from error
        return cls(conversation, wrapped_key_id(wrapped), key)


def sealed_under(sealed: bytes) -> bytes:
    """The id of the data key (8 bytes) that a value claims to be sealed under.

    Raises:
        SealBroken: it is no sealed value.
    """
    header_bytes = len(VALUE_MAGIC) + KEY_ID_BYTES
    if not sealed.startswith(VALUE_MAGIC) or len(sealed) < header_bytes + _NONCE_BYTES + _TAG_BYTES:
        raise SealBroken(f"expected a sealed value, got {len(sealed)} bytes that are none")
    return sealed[len(VALUE_MAGIC) : header_bytes]


def wrapped_key_id(wrapped: bytes) -> bytes:
    """The id of the data key (8 bytes) that a wrapped one claims to hold, which needs no master key.

    Raises:
        SealBroken: it is no wrapped data key.
    """
    start = len(KEY_MAGIC) + 1 + len(wrapped_by(wrapped))
    return wrapped[start : start + KEY_ID_BYTES]


def wrapped_by(wrapped: bytes) -> str:
    """The id of the master key that a data key claims to be wrapped by.

    Raises:
        SealBroken: it is no wrapped data key.
    """
    start = len(KEY_MAGIC) + 1
    id_bytes = wrapped[start - 1] if len(wrapped) >= start else 0
    whole = start + id_bytes + _NONCE_BYTES + KEY_ID_BYTES + KEY_BYTES + _TAG_BYTES
    if not wrapped.startswith(KEY_MAGIC) or len(wrapped) != whole:
        raise SealBroken(f"expected a wrapped data key, got {len(wrapped)} bytes that are none")
    return wrapped[start : start + id_bytes].decode("ascii", errors="replace")


def _parts(value: bytes, header_bytes: int) -> tuple[bytes, bytes, bytes]:
    nonce_end = header_bytes + _NONCE_BYTES
    return value[:header_bytes], value[header_bytes:nonce_end], value[nonce_end:]


def _bound(header: bytes, *place: str) -> bytes:
    # Lengths before the parts: ("a", "bc") and ("ab", "c") must not authenticate the same bytes.
    parts = [header, *(part.encode() for part in place)]
    return b"antesala/sealed/v1\n" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
