"""The vault: seals a conversation's values, opens them, and erases the conversation for good.

No data key is kept in the process. Each use asks the key store, so that an erasure holds in every process at
once: nothing can be sealed under a destroyed key for long, and nothing can be opened with a remembered one.
"""

import time
from collections.abc import Callable
from typing import Protocol

from appliance.errors import KeyMissing
from appliance.vault.envelope import DataKey, wrapped_by
from appliance.vault.keyring import KeyRing
from appliance.vault.pseudonym import ConversationId


class DataKeyStore(Protocol):
    """Where wrapped data keys live, apart from the values. Each method raises StoreUnavailable."""

    async def get(self, conversation: ConversationId) -> bytes | None:
        """The wrapped data key, or None when there is none."""

    async def add(self, conversation: ConversationId, wrapped: bytes) -> bytes:
        """Keep a wrapped data key unless there is one already; return the one that is kept."""

    async def destroy(self, conversation: ConversationId, erased_at_s: float) -> bool:
        """Destroy the data key and leave a tombstone, in one step; whether there was a key."""


class Vault:
    """Seals and opens values by their place: a conversation, a kind (`session`, `inbox` …), a position."""

    def __init__(
        self,
        ring: KeyRing,
        store: DataKeyStore,
        clock: Callable[[], float] = time.time,
        reload: Callable[[], KeyRing] | None = None,
    ) -> None:
        """Seal with the ring's current master key.

        Args:
            ring: opens what any of its master keys wrapped.
            store: where data keys are.
            clock: seconds since 1970, which tombstones are dated with.
            reload: reads the ring again when a master key is missing, so that a rotation gets here.
        """
        self._ring = ring
        self._reload = reload
        self._store = store
        self._clock = clock

    def pseudonym(self, sender: str) -> ConversationId:
        """The conversation id of a sender."""
        return self._ring.pseudonym(sender)

    async def data_key(self, conversation: ConversationId) -> DataKey:
        """The conversation's data key, made at the first use. Use it for one step and let it go.

        Raises:
            StoreUnavailable: the key store does not answer.
            KeyFileError: the ring lacks the master key; the text says which.
            SealBroken: the wrapped key was altered.
        """
        wrapped = await self._store.get(conversation)
        if wrapped is None:
            # Two gateways may get here together: the store keeps one key, and both use that one.
            wrapped = await self._store.add(conversation, DataKey.new(conversation).wrap(self._ring))
        return self._unwrapped(conversation, wrapped)

    async def seal(self, conversation: ConversationId, kind: str, position: str, plaintext: bytes) -> bytes:
        """The sealed value; raises as `data_key` does."""
        return (await self.data_key(conversation)).seal(kind, position, plaintext)

    async def open(self, conversation: ConversationId, kind: str, position: str, sealed: bytes) -> bytes:
        """The plaintext of a value that was sealed for this place.

        Raises:
            KeyMissing: the conversation was erased since the value was sealed.
            SealBroken: the value was altered, cut, or moved here from another place.
            StoreUnavailable, KeyFileError: as for `data_key`.
        """
        wrapped = await self._store.get(conversation)
        if wrapped is None:
            raise KeyMissing(f"{kind} {position} of {conversation}: the conversation has no data key")
        return self._unwrapped(conversation, wrapped).open(kind, position, sealed)

    async def erase(self, conversation: ConversationId) -> bool:
        """Destroy the data key: all that was sealed under it is unreadable. Later values start anew.

        Returns:
            Whether there was anything to erase.
        """
        return await self._store.destroy(conversation, self._clock())

    def _unwrapped(self, conversation: ConversationId, wrapped: bytes) -> DataKey:
        if self._reload and wrapped_by(wrapped) not in self._ring.masters:
            self._ring = self._reload()
        return DataKey.unwrap(self._ring, conversation, wrapped)
