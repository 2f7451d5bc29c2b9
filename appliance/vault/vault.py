"""The vault: seals a conversation's values, opens them, and erases the conversation for good.

No data key is kept in the process. Each use asks the key store, so that an erasure holds in every process at
once: nothing can be sealed under a destroyed key for long, and nothing can be opened with a remembered one.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from appliance.errors import KeyMissing, SealBroken
from appliance.vault.envelope import DataKey, wrapped_by, wrapped_key_id
from appliance.vault.erasures import Erasure, Erasures, ForgetfulErasures
from appliance.vault.keyring import KeyRing
from appliance.vault.pseudonym import ConversationId


class DataKeyStore(Protocol):
    """Where wrapped data keys live, apart from the values. Each method raises StoreUnavailable."""

    async def get(self, conversation: ConversationId) -> bytes | None:
        """The wrapped data key, or None when there is none; it is in use, so its term begins anew."""

    async def add(self, conversation: ConversationId, wrapped: bytes) -> bytes:
        """Keep a wrapped data key unless there is one already; return the one that is kept."""

    async def remove(self, conversation: ConversationId, wrapped: bytes) -> bool:
        """Destroy this wrapped data key; False when it was not this one that was there."""

    async def bury(self, erasure: Erasure) -> None:
        """Keep a tombstone."""

    async def block(self, erasure: Erasure, wrapped: bytes, until_s: float) -> bool:
        """Put this wrapped data key out of `get`'s reach until it ends by itself; False as for `remove`."""


def _unheard(_: str) -> None:
    """Nobody counts."""


class Vault:
    """Seals and opens values by their place: a conversation, a kind (`session`, `inbox` …), a position."""

    def __init__(
        self,
        ring: KeyRing,
        store: DataKeyStore,
        clock: Callable[[], float] = time.time,
        fresh: Callable[[], KeyRing] | None = None,
        *,
        erasures: Erasures | None = None,
        broken: Callable[[str], None] = _unheard,
    ) -> None:
        """Seal with the ring's current master key.

        Args:
            ring: opens what any of its master keys wrapped.
            store: where data keys are.
            clock: seconds since 1970, which tombstones are dated with.
            fresh: the ring as it is now. It is asked before a key is wrapped and when a master key is missing,
                so that a rotation gets here.
            erasures: the book of erasures; without one they are remembered as long as this object lives.
            broken: hears the kind of each value that was altered, cut or moved.
        """
        self._ring = ring
        self._fresh = fresh
        self._store = store
        self._clock = clock
        self._erasures = ForgetfulErasures() if erasures is None else erasures
        self._broken = broken

    def pseudonym(self, sender: str) -> ConversationId:
        """The conversation id of a sender."""
        return self._ring.pseudonym(sender)

    async def data_key(self, conversation: ConversationId) -> DataKey:
        """The conversation's data key, made at the first use. Use it for one step and let it go.

        Raises:
            StoreUnavailable: the key store or the book of erasures does not answer.
            KeyFileError: the ring lacks the master key; the text says which.
            SealBroken: the wrapped key was altered.
        """
        wrapped = await self._living(conversation)
        if wrapped is None:
            if self._fresh:
                self._ring = self._fresh()
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
        wrapped = await self._living(conversation)
        if wrapped is None:
            raise KeyMissing(f"{kind} {position} of {conversation}: the conversation has no data key")
        return self.open_under(self._unwrapped(conversation, wrapped), kind, position, sealed)

    def open_under(self, key: DataKey, kind: str, position: str, sealed: bytes) -> bytes:
        """As `open`, with a data key at hand: for several values of one step."""
        try:
            return key.open(kind, position, sealed)
        except SealBroken:
            self._broken(kind)
            raise

    def open_wrapped(
        self, conversation: ConversationId, wrapped: bytes, kind: str, position: str, sealed: bytes
    ) -> bytes:
        """As `open`, by a wrapped data key that is not the one in use; raises SealBroken, KeyFileError."""
        return self.open_under(self._unwrapped(conversation, wrapped), kind, position, sealed)

    async def erase(self, conversation: ConversationId) -> bool:
        """Destroy the data key: all that was sealed under it is unreadable. Later values start anew.

        The book of erasures comes first. When this dies half-way, the key is never used again all the same.

        Returns:
            Whether there was anything to erase.

        Raises:
            StoreUnavailable: it may have happened or not; ask again.
        """
        while wrapped := await self._store.get(conversation):
            await self._written_down(conversation, wrapped)
            # A rotation may have wrapped it anew meanwhile: then it is still there, and goes in the next round.
            if await self._store.remove(conversation, wrapped):
                return True
        return False

    async def block(self, conversation: ConversationId, until_s: float) -> DataKey | None:
        """As `erase`, but the data key lives on out of the service's reach until the time (since 1970) is up.

        Returns:
            The key, for sealing once more what is to be kept; None when there was nothing.
        """
        while wrapped := await self._living(conversation):
            key = self._unwrapped(conversation, wrapped)
            erasure = await self._written_down(conversation, wrapped)
            if await self._store.block(erasure, wrapped, until_s):
                return key
        return None

    async def _living(self, conversation: ConversationId) -> bytes | None:
        """The wrapped data key, unless it was destroyed before and a backup has brought it back."""
        wrapped = await self._store.get(conversation)
        if wrapped is None or not self._erasures.holds(self._key_id(conversation, wrapped)):
            return wrapped
        await self._store.remove(conversation, wrapped)
        return None

    async def _written_down(self, conversation: ConversationId, wrapped: bytes) -> Erasure:
        erasure = Erasure(self._clock(), conversation, self._key_id(conversation, wrapped))
        await asyncio.to_thread(self._erasures.add, [erasure])
        await self._store.bury(erasure)
        return erasure

    def _key_id(self, conversation: ConversationId, wrapped: bytes) -> bytes:
        try:
            return wrapped_key_id(wrapped)
        except SealBroken as error:
            self._broken("data key")
            raise SealBroken(f"data key of {conversation}: {error}") from error

    def _unwrapped(self, conversation: ConversationId, wrapped: bytes) -> DataKey:
        if self._fresh and wrapped_by(wrapped) not in self._ring.masters:
            self._ring = self._fresh()
        try:
            return DataKey.unwrap(self._ring, conversation, wrapped)
        except SealBroken:
            self._broken("data key")
            raise
