"""A key store in memory, for tests of the vault."""

from collections.abc import AsyncIterator

from appliance.vault import ConversationId, Erasure
from appliance.vault.redis_keys import KeyPlace


class MemoryKeyStore:
    """`wrapped`, `kept_blocked` (with their ends) and `tombstones` are there to look at."""

    def __init__(self) -> None:
        self.wrapped: dict[ConversationId, bytes] = {}
        self.kept_blocked: dict[KeyPlace, tuple[bytes, float]] = {}
        self.tombstones: list[Erasure] = []
        self.proof: bytes | None = None

    async def get(self, conversation: ConversationId) -> bytes | None:
        return self.wrapped.get(conversation)

    async def add(self, conversation: ConversationId, wrapped: bytes) -> bytes:
        return self.wrapped.setdefault(conversation, wrapped)

    async def remove(self, conversation: ConversationId, wrapped: bytes) -> bool:
        return self.wrapped.get(conversation) == wrapped and bool(self.wrapped.pop(conversation))

    async def bury(self, erasure: Erasure) -> None:
        self.tombstones.append(erasure)

    async def block(self, erasure: Erasure, wrapped: bytes, until_s: float) -> bool:
        if not await self.remove(erasure.conversation, wrapped):
            return False
        self.kept_blocked[KeyPlace(erasure.conversation, erasure.key_id.hex())] = (wrapped, until_s)
        return True

    async def places(self) -> AsyncIterator[KeyPlace]:
        for place in [*(KeyPlace(conversation) for conversation in self.wrapped), *self.kept_blocked]:
            yield place

    async def peek(self, place: KeyPlace) -> bytes | None:
        return self.kept_blocked[place][0] if place.blocked else self.wrapped.get(place.conversation)

    async def replace(self, place: KeyPlace, old: bytes, new: bytes) -> bool:
        if await self.peek(place) != old:
            return False
        if place.blocked:
            self.kept_blocked[place] = (new, self.kept_blocked[place][1])
        else:
            self.wrapped[place.conversation] = new
        return True

    async def ring_proof(self, offered: bytes) -> bytes:
        self.proof = self.proof or offered
        return self.proof
