"""Sealing, opening and erasing, over a key store in memory."""

import asyncio
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vault_fakes import MemoryKeyStore

from appliance.errors import KeyFileError, KeyMissing, KeyStillNeeded, SealBroken
from appliance.vault import ConversationId, KeyRing, Vault
from appliance.vault.envelope import DataKey, wrapped_by, wrapped_key_id
from appliance.vault.erasures import ForgetfulErasures
from appliance.vault.redis_keys import KeyPlace
from appliance.vault.rotation import Rotated, rotate, without

ANA, BRAM = ConversationId("ana"), ConversationId("bram")


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
    assert [(each.conversation, each.at_s) for each in store.tombstones] == [(ANA, 1_800_000_000.0)]


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
    assert store.tombstones == []


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
    rings = [old]
    vault = Vault(old, store, fresh=lambda: rings[-1])
    sealed = await vault.seal(ANA, "session", "7", b"secret")
    rings.append(new)
    assert [done.rewrapped async for done in rotate(new, store)] == [1]
    assert await vault.open(ANA, "session", "7", sealed) == b"secret"


async def test_rotation_does_not_bring_back_a_key_that_is_erased_meanwhile() -> None:
    class ErasedAtTheLastMoment(MemoryKeyStore):
        async def replace(self, place: KeyPlace, old: bytes, new: bytes) -> bool:
            await Vault(ring, self).erase(place.conversation)
            return await super().replace(place, old, new)

    store = ErasedAtTheLastMoment()
    ring = KeyRing.new("first")
    await Vault(ring, store).seal(ANA, "session", "7", b"secret")
    assert [done async for done in rotate(ring.with_new_master("second"), store)] == [Rotated()]
    assert store.wrapped == {}


async def test_a_new_key_is_wrapped_by_the_ring_as_it_is_now(store: MemoryKeyStore) -> None:
    """Else the old master key would gain new work after the rotation has gone through."""
    old = KeyRing.new("first")
    new = old.with_new_master("second")
    await Vault(old, store, fresh=lambda: new).seal(ANA, "session", "7", b"secret")
    assert wrapped_by(store.wrapped[ANA]) == "second"


async def test_a_destroyed_key_that_a_backup_brings_back_is_not_used_and_goes_again(
    store: MemoryKeyStore,
) -> None:
    ring, book = KeyRing.new("first"), ForgetfulErasures()
    sealed = await Vault(ring, store, erasures=book).seal(ANA, "session", "7", b"secret")
    backup = dict(store.wrapped)
    await Vault(ring, store, erasures=book).erase(ANA)
    store.wrapped, store.tombstones = backup, []
    with pytest.raises(KeyMissing):
        await Vault(ring, store, erasures=book).open(ANA, "session", "7", sealed)
    assert store.wrapped == {}


async def test_a_destroyed_key_that_a_backup_brings_back_seals_nothing_new(store: MemoryKeyStore) -> None:
    ring, book = KeyRing.new("first"), ForgetfulErasures()
    vault = Vault(ring, store, erasures=book)
    old = await vault.seal(ANA, "session", "7", b"secret")
    backup = dict(store.wrapped)
    await vault.erase(ANA)
    store.wrapped = backup
    new = await vault.seal(ANA, "session", "8", b"hello again")
    assert await vault.open(ANA, "session", "8", new) == b"hello again"
    with pytest.raises(KeyMissing):
        await vault.open(ANA, "session", "7", old)


async def test_an_erasure_is_written_down_before_the_key_goes(store: MemoryKeyStore) -> None:
    """A crash between the two leaves a key that is never used again; the other way round it would be lost."""

    class FullDisk(ForgetfulErasures):
        def add(self, erasures: object) -> None:
            raise OSError("No space left on device")

    vault = Vault(KeyRing.new("first"), store, erasures=FullDisk())
    await vault.seal(ANA, "session", "7", b"secret")
    with pytest.raises(OSError, match="No space"):
        await vault.erase(ANA)
    assert ANA in store.wrapped


async def test_a_blocked_conversation_is_out_of_reach_and_its_key_lives_on_until_the_term(
    store: MemoryKeyStore,
) -> None:
    vault = Vault(KeyRing.new("first"), store, clock=lambda: 1_800_000_000.0)
    sealed = await vault.seal(ANA, "session", "7", b"secret")
    key = await vault.block(ANA, until_s=1_900_000_000.0)
    assert key is not None
    with pytest.raises(KeyMissing):
        await vault.open(ANA, "session", "7", sealed)
    assert [until_s for _, until_s in store.kept_blocked.values()] == [1_900_000_000.0]
    assert key.open("session", "7", sealed) == b"secret"
    assert await vault.block(ANA, until_s=1_900_000_000.0) is None


async def test_what_does_not_open_is_counted_by_its_kind(store: MemoryKeyStore) -> None:
    heard: list[str] = []
    ring = KeyRing.new("first")
    vault = Vault(ring, store, broken=heard.append)
    sealed = await vault.seal(ANA, "session", "7", b"secret")
    for value, position in ((sealed[:-1], "7"), (sealed, "8"), (sealed[:-1] + b"x", "7")):
        with pytest.raises(SealBroken):
            await vault.open(ANA, "session", position, value)
    store.wrapped[ANA] = store.wrapped[ANA][:-1] + bytes([store.wrapped[ANA][-1] ^ 1])
    with pytest.raises(SealBroken):
        await vault.open(ANA, "session", "7", sealed)
    store.wrapped[ANA] = b"garbage"
    with pytest.raises(SealBroken):
        await vault.open(ANA, "session", "7", sealed)
    assert heard == ["session", "session", "session", "data key", "data key"]


async def test_an_old_master_key_goes_when_nothing_is_wrapped_by_it_and_not_before(
    store: MemoryKeyStore,
) -> None:
    old = KeyRing.new("first")
    vault = Vault(old, store)
    sealed = await vault.seal(ANA, "session", "7", b"secret")
    await vault.seal(BRAM, "session", "1", b"other")
    await vault.block(BRAM, until_s=1e12)
    new = old.with_new_master("second")
    with pytest.raises(KeyStillNeeded, match="still wraps 2 data keys"):
        await without(new, "first", store)
    with pytest.raises(KeyStillNeeded, match="current"):
        await without(new, "second", store)
    with pytest.raises(KeyFileError, match="'third'"):
        await without(new, "third", store)
    assert [done.rewrapped async for done in rotate(new, store)][-1] == 2
    only_new = await without(new, "first", store)
    assert list(only_new.masters) == ["second"]
    assert await Vault(only_new, store).open(ANA, "session", "7", sealed) == b"secret"


def test_nonces_do_not_repeat_in_one_process_nor_after_a_fork() -> None:
    """A counter would go on at the same number in both halves of a fork; the kernel's randomness does not."""
    key = DataKey.new(ANA)
    head = len(b"AV1") + 8

    def nonces(count: int) -> set[bytes]:
        return {key.seal("session", "7", b"")[head : head + 12] for _ in range(count)}

    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write_end, b"".join(nonces(1000)))
        os._exit(0)
    mine = nonces(20_000)
    os.waitpid(child, 0)
    theirs = os.read(read_end, 64 * 1024)
    os.close(read_end)
    os.close(write_end)
    assert len(mine) == 20_000
    assert len(theirs) == 12_000
    assert mine.isdisjoint(theirs[at : at + 12] for at in range(0, len(theirs), 12))


def test_the_id_of_a_data_key_shows_without_a_master_key_and_is_authenticated() -> None:
    ring = KeyRing.new("first")
    key = DataKey.new(ANA)
    wrapped = bytearray(key.wrap(ring))
    assert wrapped_key_id(bytes(wrapped)) == key.key_id
    wrapped[len(b"AK2") + 1 + len("first")] ^= 1
    with pytest.raises(SealBroken):
        DataKey.unwrap(ring, ANA, bytes(wrapped))


async def test_two_erasures_at_once_destroy_one_key_once(store: MemoryKeyStore) -> None:
    vault = Vault(KeyRing.new("first"), store)
    await vault.seal(ANA, "session", "7", b"secret")
    assert sorted(await asyncio.gather(vault.erase(ANA), vault.erase(ANA))) == [False, True]
    assert len({each.key_id for each in store.tombstones}) == 1
