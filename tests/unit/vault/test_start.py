"""The key check at start: the ring must be the one that the stored keys were wrapped with."""

import pytest
from vault_fakes import MemoryKeyStore

from appliance.errors import KeyFileError
from appliance.vault import ConversationId, KeyRing, Vault, check_ring

ANA, BRAM = ConversationId("ana"), ConversationId("bram")


async def sealed_under(ring: KeyRing) -> MemoryKeyStore:
    store = MemoryKeyStore()
    await check_ring(ring, store)
    for patient in (ANA, BRAM):
        await Vault(ring, store).seal(patient, "session", "1", b"secret")
    return store


async def test_an_empty_store_takes_any_ring() -> None:
    await check_ring(KeyRing.new("first"), MemoryKeyStore())


async def test_the_ring_of_the_store_is_accepted_also_after_a_rotation() -> None:
    ring = KeyRing.new("first")
    store = await sealed_under(ring)
    await check_ring(ring, store)
    await check_ring(ring.with_new_master("second"), store)


async def test_a_missing_master_key_is_named() -> None:
    ring = KeyRing.new("first")
    store = await sealed_under(ring)
    other = ring.with_new_master("second").without("first")
    with pytest.raises(KeyFileError, match="'first' is wanted, the ring holds second"):
        await check_ring(other, store)


async def test_another_master_key_of_the_same_id_is_told_apart() -> None:
    ring = KeyRing.new("first")
    store = await sealed_under(ring)
    wrong = KeyRing("first", {"first": bytes(32)}, ring.pseudonym_key)
    with pytest.raises(KeyFileError, match="'first' is wanted, and the ring's key of this id is another"):
        await check_ring(wrong, store)


async def test_another_pseudonym_key_is_told_apart() -> None:
    ring = KeyRing.new("first")
    store = await sealed_under(ring)
    with pytest.raises(KeyFileError, match="pseudonym key is another"):
        await check_ring(KeyRing("first", ring.masters, bytes(32)), store)


async def test_one_damaged_key_does_not_stop_everybody() -> None:
    """Its own patient's values are found broken later; the ring is not to blame."""
    ring = KeyRing.new("first")
    store = await sealed_under(ring)
    store.wrapped[ANA] = store.wrapped[ANA][:-1] + bytes([store.wrapped[ANA][-1] ^ 1])
    await check_ring(ring, store)
    store.wrapped[ANA] = b"garbage"
    await check_ring(ring, store)
