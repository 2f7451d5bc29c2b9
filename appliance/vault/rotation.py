"""Live rotation: every data key is wrapped anew by the current master key, while reads go on."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from appliance.errors import KeyFileError, KeyStillNeeded
from appliance.vault.envelope import DataKey, wrapped_by
from appliance.vault.keyring import KeyRing
from appliance.vault.redis_keys import KeyPlace


class WalkedStore(Protocol):
    """A key store whose entries can be walked. Each method raises StoreUnavailable."""

    def places(self) -> AsyncIterator[KeyPlace]:
        """Where every data key is."""

    async def peek(self, place: KeyPlace) -> bytes | None:
        """The wrapped data key of a place, or None when there is none."""


class RotatableStore(WalkedStore, Protocol):
    """A key store whose entries can also be exchanged."""

    async def replace(self, place: KeyPlace, old: bytes, new: bytes) -> bool:
        """Put `new` in the place of `old`; False when it was not `old` that was there."""


@dataclass(frozen=True)
class Rotated:
    """How many data keys were wrapped anew, and how many were under the current master key already."""

    rewrapped: int = 0
    current: int = 0


async def rotate(ring: KeyRing, store: RotatableStore) -> AsyncIterator[Rotated]:
    """Wrap each data key by the ring's current master key; yields the progress after each key.

    Every process must have the new ring before this starts. The data keys themselves do not change, so that
    every value stays readable throughout; a key that is erased at the same moment stays erased.

    Raises:
        KeyFileError: the ring lacks a master key that still wraps something.
        SealBroken: a wrapped key was altered.
        StoreUnavailable: the store does not answer; what was done stays done, and it may be run again.
    """
    done = Rotated()
    async for place in store.places():
        wrapped = await store.peek(place)
        if wrapped is None:
            continue
        if wrapped_by(wrapped) == ring.current:
            done = Rotated(done.rewrapped, done.current + 1)
        else:
            anew = DataKey.unwrap(ring, place.conversation, wrapped).wrap(ring)
            done = Rotated(done.rewrapped + await store.replace(place, wrapped, anew), done.current)
        yield done


async def wrapped_counts(store: WalkedStore) -> Mapping[str, int]:
    """How many data keys each master key wraps, by its id; raises SealBroken, StoreUnavailable."""
    counts: Counter[str] = Counter()
    async for place in store.places():
        if wrapped := await store.peek(place):
            counts[wrapped_by(wrapped)] += 1
    return counts


async def without(ring: KeyRing, key_id: str, store: WalkedStore) -> KeyRing:
    """The ring without a master key that nothing is wrapped by any more.

    Raises:
        KeyFileError: the ring has no such key.
        KeyStillNeeded: it is the current one, or still wraps data keys.
        StoreUnavailable: the store does not answer, so that nobody can tell.
    """
    if key_id not in ring.masters:
        raise KeyFileError(f"master key {key_id!r}: the ring holds {', '.join(ring.masters)}")
    if key_id == ring.current:
        raise KeyStillNeeded(f"master key {key_id!r} is the current one; first: appliance keys rotate")
    if count := (await wrapped_counts(store)).get(key_id, 0):
        raise KeyStillNeeded(
            f"master key {key_id!r} still wraps {count} data keys; first: appliance keys rotate --rewrap-only"
        )
    return ring.without(key_id)
