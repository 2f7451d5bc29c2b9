"""Live rotation: every data key is wrapped anew by the current master key, while reads go on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from appliance.vault.envelope import DataKey, wrapped_by
from appliance.vault.keyring import KeyRing
from appliance.vault.pseudonym import ConversationId


class RotatableStore(Protocol):
    """A key store whose entries can be walked and exchanged. Each method raises StoreUnavailable."""

    def conversations(self) -> AsyncIterator[ConversationId]:
        """Every conversation that has a data key."""

    async def get(self, conversation: ConversationId) -> bytes | None:
        """The wrapped data key, or None when there is none."""

    async def replace(self, conversation: ConversationId, old: bytes, new: bytes) -> bool:
        """Put `new` in the place of `old`; False when it was not `old` that was there."""


@dataclass(frozen=True)
class Rotated:
    """How many data keys were wrapped anew, and how many were under the current master key already."""

    rewrapped: int = 0
    current: int = 0


async def rotate(ring: KeyRing, store: RotatableStore) -> AsyncIterator[Rotated]:
    """Wrap each data key by the ring's current master key; yields the progress after each key.

    Every process must have the new ring before this starts. The data keys themselves do not change, so that
    every value stays readable throughout; a key that is erased at the same moment stays erased. When this has
    run to its end, the older master keys can be removed.

    Raises:
        KeyFileError: the ring lacks a master key that still wraps something.
        SealBroken: a wrapped key was altered.
        StoreUnavailable: the store does not answer; what was done stays done, and it may be run again.
    """
    done = Rotated()
    async for conversation in store.conversations():
        wrapped = await store.get(conversation)
        if wrapped is None:
            continue
        if wrapped_by(wrapped) == ring.current:
            done = Rotated(done.rewrapped, done.current + 1)
        else:
            anew = DataKey.unwrap(ring, conversation, wrapped).wrap(ring)
            done = Rotated(done.rewrapped + await store.replace(conversation, wrapped, anew), done.current)
        yield done
