"""Sealing, opening and erasing, over a key store in memory."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import KeyFileError, KeyMissing, SealBroken
from appliance.vault import ConversationId, KeyRing, Vault
from appliance.vault.envelope import DataKey, wrapped_by
from appliance.vault.rotation import Rotated, rotate

ANA, BRAM = ConversationId("ana"), ConversationId("bram")


class MemoryKeyStore:
    """A key store in memory; `wrapped` and `tombstones` are there to look at."""

    def __init__(self) -> None:
        self.wrapped: dict[ConversationId, bytes] = {}
        self.tombstones: dict[ConversationId, list[float]] = {}

    async def get(self, conversation: ConversationId) -> bytes | None:
        return self.wrapped.get(conversation)

    async def add(self, conversation: ConversationId, wrapped: bytes) -> bytes:
        return self.wrapped.setdefault(conversation, wrapped)

    async def destroy(self, conversation: ConversationId, erased_at_s: float) -> bool:
        if self.wrapped.pop(conversation, None) is None:
            return False
        self.tombstones.setdefault(conversation, []).append(erased_at_s)
        return True

    async def conversations(self) -> AsyncIterator[ConversationId]:
        for conversation in list(self.wrapped):
            yield conversation

    async def replace(self, conversation: ConversationId, old: bytes, new: bytes) -> bool:
        if self.wrapped.get(conversation) != old:
            return False
        self.wrapped[conversation] = new
        return True


@pytest.fixture
def store() -> MemoryKeyStore:
    return MemoryKeyStore()


@pytest.fixture
def vault(store: MemoryKeyStore) -> Vault:
    return Vault(KeyRing.new("first"), store, clock=lambda: 1_800_000_000.0)


async def test_what_is_sealed_opens_at_its_place(vault: Vault) -> None:
    sealed = await vault.seal(ANA, "session", "7", b"how long may I drink?")
    assert await vault.open(ANA, "session", "7", sealed) == b"how long may I drink?"
    assert b"drink" not in sealed


@pytest.mark.parametrize(
    ("conversation", "kind", "position"),
    [(ANA, "session", "8"), (ANA, "inbox", "7"), (ANA, "sessio", "n7"), (ANA, "session", "")],
)
async def test_a_value_does_not_open_at_another_place(
    vault: Vault, conversation: ConversationId, kind: str, position: str
) -> None:
    sealed = await vault.seal(ANA, "session", "7", b"secret")
    with pytest.raises(SealBroken, match="not of this place"):
        await vault.open(conversation, kind, position, sealed)


async def test_a_value_does_not_open_in_another_conversation_even_with_the_same_key() -> None:
    """The key alone is not enough: the conversation is bound to the value too."""
    key = DataKey.new(ANA)
    stolen = DataKey(BRAM, key.key_id, key.key)
    with pytest.raises(SealBroken):
        stolen.open("session", "7", key.seal("session", "7", b"secret"))


async def test_a_wrapped_data_key_does_not_open_for_another_conversation(
    vault: Vault, store: MemoryKeyStore
) -> None:
    sealed = await vault.seal(ANA, "session", "7", b"secret")
    store.wrapped[BRAM] = store.wrapped[ANA]
    with pytest.raises(SealBroken, match="data key of bram"):
        await vault.open(BRAM, "session", "7", sealed)


@given(at=st.integers(0, 200), bit=st.integers(0, 7), plain=st.binary(max_size=60))
def test_every_altered_bit_is_detected(at: int, bit: int, plain: bytes) -> None:
    key = DataKey.new(ANA)
    sealed = bytearray(key.seal("inbox", "SM1", plain))
    sealed[at % len(sealed)] ^= 1 << bit
    # A changed key id looks like a value of an erased key: it is not opened either.
    with pytest.raises((SealBroken, KeyMissing)):
        key.open("inbox", "SM1", bytes(sealed))


@given(keep=st.integers(0, 90))
def test_every_cut_is_detected(keep: int) -> None:
    key = DataKey.new(ANA)
    sealed = key.seal("inbox", "SM1", b"x" * 60)
    with pytest.raises(SealBroken):
        key.open("inbox", "SM1", sealed[:keep])


async def test_the_same_value_is_never_sealed_to_the_same_bytes(vault: Vault) -> None:
    assert len({await vault.seal(ANA, "session", "7", b"same") for _ in range(50)}) == 50


async def test_erasing_makes_older_values_unreadable_and_leaves_a_tombstone(
    vault: Vault, store: MemoryKeyStore
) -> None:
    sealed = await vault.seal(ANA, "session", "7", b"secret")
    assert await vault.erase(ANA)
    with pytest.raises(KeyMissing):
        await vault.open(ANA, "session", "7", sealed)
    assert store.tombstones == {ANA: [1_800_000_000.0]}


async def test_after_an_erasure_a_conversation_starts_anew(vault: Vault) -> None:
    old = await vault.seal(ANA, "session", "7", b"secret")
    await vault.erase(ANA)
    new = await vault.seal(ANA, "session", "7", b"hello again")
    assert await vault.open(ANA, "session", "7", new) == b"hello again"
    with pytest.raises(KeyMissing):
        await vault.open(ANA, "session", "7", old)


async def test_an_erasure_by_one_process_holds_in_another_at_once(store: MemoryKeyStore) -> None:
    ring = KeyRing.new("first")
    here, there = Vault(ring, store), Vault(ring, store)
    sealed = await here.seal(ANA, "session", "7", b"secret")
    await there.erase(ANA)
    with pytest.raises(KeyMissing):
        await here.open(ANA, "session", "7", sealed)


async def test_erasing_nobody_leaves_no_trace(vault: Vault, store: MemoryKeyStore) -> None:
    assert not await vault.erase(ANA)
    assert store.tombstones == {}


async def test_a_missing_master_key_is_named_and_nothing_is_taken_for_erased(
    vault: Vault, store: MemoryKeyStore
) -> None:
    sealed = await vault.seal(ANA, "session", "7", b"secret")
    with pytest.raises(KeyFileError, match="'first' is wanted"):
        await Vault(KeyRing.new("second"), store).open(ANA, "session", "7", sealed)


async def test_a_wrong_master_key_of_the_right_id_is_told_apart(vault: Vault, store: MemoryKeyStore) -> None:
    sealed = await vault.seal(ANA, "session", "7", b"secret")
    with pytest.raises(SealBroken, match="master key 'first' is another"):
        await Vault(KeyRing.new("first"), store).open(ANA, "session", "7", sealed)


async def test_rotation_wraps_every_key_anew_and_every_value_stays_readable(store: MemoryKeyStore) -> None:
    old = KeyRing.new("first")
    sealed = await Vault(old, store).seal(ANA, "session", "7", b"secret")
    new = old.with_new_master("second")
    await Vault(new, store).seal(BRAM, "session", "1", b"other")
    progress = [done async for done in rotate(new, store)]
    assert progress[-1] == Rotated(rewrapped=1, current=1)
    assert {wrapped_by(wrapped) for wrapped in store.wrapped.values()} == {"second"}
    without_old = KeyRing("second", {"second": new.masters["second"]}, new.pseudonym_key)
    assert await Vault(without_old, store).open(ANA, "session", "7", sealed) == b"secret"


async def test_a_running_vault_reads_the_ring_again_when_it_meets_a_newer_master_key(
    store: MemoryKeyStore,
) -> None:
    old = KeyRing.new("first")
    new = old.with_new_master("second")
    reloads = []

    def reload() -> KeyRing:
        reloads.append(1)
        return new

    vault = Vault(old, store, reload=reload)
    sealed = await vault.seal(ANA, "session", "7", b"secret")
    assert [done.rewrapped async for done in rotate(new, store)] == [1]
    for _ in range(2):
        assert await vault.open(ANA, "session", "7", sealed) == b"secret"
    assert len(reloads) == 1


async def test_rotation_does_not_bring_back_a_key_that_is_erased_meanwhile() -> None:
    class ErasedAtTheLastMoment(MemoryKeyStore):
        async def replace(self, conversation: ConversationId, old: bytes, new: bytes) -> bool:
            await self.destroy(conversation, 0)
            return await super().replace(conversation, old, new)

    store = ErasedAtTheLastMoment()
    ring = KeyRing.new("first")
    await Vault(ring, store).seal(ANA, "session", "7", b"secret")
    assert [done async for done in rotate(ring.with_new_master("second"), store)] == [Rotated()]
    assert store.wrapped == {}
