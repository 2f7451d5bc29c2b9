"""The key check at start: is this the ring that the stored data keys were wrapped with?"""

import hmac
from typing import Protocol

from appliance.errors import KeyFileError, SealBroken
from appliance.vault.envelope import DataKey, wrapped_by
from appliance.vault.keyring import KeyRing
from appliance.vault.rotation import WalkedStore


class CheckedStore(WalkedStore, Protocol):
    """A key store that remembers the ring that it was first used with."""

    async def ring_proof(self, offered: bytes) -> bytes:
        """The proof that the first ring left, or the offered one when there was none."""


async def check_ring(ring: KeyRing, store: CheckedStore) -> None:
    """Whether the ring opens what is stored; every wrapped key is looked at, one of each master key is opened.

    Raises:
        KeyFileError: a master key is missing or is another than the one of its id, or the pseudonym key is
            another; the text says which id is wanted.
        StoreUnavailable: the store does not answer.
    """
    offered = ring.proof()
    if not hmac.compare_digest(await store.ring_proof(offered), offered):
        raise KeyFileError(
            "the ring's pseudonym key is another than the one that this key store was used with: no patient "
            "would be recognised; bring back the ring that belongs to this store"
        )
    opened: set[str] = set()
    broken: dict[str, str] = {}
    async for place in store.places():
        wrapped = await store.peek(place)
        key_id = _wrapped_by(wrapped)
        if wrapped is None or key_id is None or key_id in opened:
            continue
        ring.master(key_id)
        try:
            DataKey.unwrap(ring, place.conversation, wrapped)
        except SealBroken as error:
            broken.setdefault(key_id, str(error))
        else:
            opened.add(key_id)
    # One key that does not open was altered; when none of its master key opens, the master key is wrong.
    if wrong := [key_id for key_id in broken if key_id not in opened]:
        raise KeyFileError(
            f"master key {wrong[0]!r} is wanted, and the ring's key of this id is another: it opens nothing that "
            f"is stored ({broken[wrong[0]]})"
        )


def _wrapped_by(wrapped: bytes | None) -> str | None:
    # What is no wrapped key at all says nothing about the ring: its patient's values are found broken later.
    try:
        return None if wrapped is None else wrapped_by(wrapped)
    except SealBroken:
        return None
