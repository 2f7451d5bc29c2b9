"""Wrapped data keys on a real Redis."""

import asyncio
import time

import pytest
from redis.asyncio import Redis

from appliance.errors import KeyFileError, KeyMissing, StoreUnavailable
from appliance.vault import ConversationId, KeyRing, RedisDataKeyStore, Vault, check_ring, connect
from appliance.vault.envelope import DataKey, wrapped_by
from appliance.vault.redis_keys import KeyPlace
from appliance.vault.rotation import rotate

pytestmark = pytest.mark.redis

ANA = ConversationId("ana")


@pytest.fixture
def store(vault_redis: Redis) -> RedisDataKeyStore:
    return RedisDataKeyStore(vault_redis)


async def test_gateways_that_meet_a_patient_together_agree_on_one_key(store: RedisDataKeyStore) -> None:
    ring = KeyRing.new("first")
    vaults = [Vault(ring, store) for _ in range(10)]
    sealed = await asyncio.gather(*(vault.seal(ANA, "inbox", "SM1", b"hello") for vault in vaults))
    assert [await vaults[0].open(ANA, "inbox", "SM1", value) for value in sealed] == [b"hello"] * 10


async def test_an_erasure_leaves_a_tombstone_each_time(store: RedisDataKeyStore) -> None:
    times = iter([1_800_000_000.0, 1_800_000_900.5])
    vault = Vault(KeyRing.new("first"), store, clock=lambda: next(times))
    for _ in range(2):
        sealed = await vault.seal(ANA, "session", "1", b"secret")
        assert await vault.erase(ANA)
        with pytest.raises(KeyMissing):
            await vault.open(ANA, "session", "1", sealed)
    tombstones = await store.tombstones(ANA)
    assert [each.at_s for each in tombstones] == [1_800_000_000.0, 1_800_000_900.5]
    assert len({each.key_id for each in tombstones}) == 2
    assert await store.get(ANA) is None


async def test_keys_are_rotated_while_they_are_read(store: RedisDataKeyStore) -> None:
    old = KeyRing.new("first")
    new = old.with_new_master("second")
    vault = Vault(new, store)
    patients = [ConversationId(f"patient{number}") for number in range(60)]
    sealed = {patient: await Vault(old, store).seal(patient, "session", "1", b"text") for patient in patients}

    async def rotated() -> int:
        return [done async for done in rotate(new, store)][-1].rewrapped

    async def read() -> list[bytes]:
        return [await vault.open(patient, "session", "1", value) for patient, value in sealed.items()]

    count, *readings = await asyncio.gather(rotated(), read(), read())
    assert count == 60
    assert readings == [[b"text"] * 60] * 2
    wrapped = [await store.get(patient) for patient in patients]
    assert {wrapped_by(key) for key in wrapped if key} == {"second"}


async def test_only_the_key_that_was_read_is_replaced(store: RedisDataKeyStore) -> None:
    await store.add(ANA, b"one")
    assert not await store.replace(KeyPlace(ANA), b"other", b"two")
    assert await store.replace(KeyPlace(ANA), b"one", b"two")
    assert await store.get(ANA) == b"two"
    assert not await store.remove(ANA, b"one")
    assert await store.remove(ANA, b"two")


async def test_a_key_ends_by_itself_when_nobody_used_it_for_its_term(vault_redis: Redis) -> None:
    store = RedisDataKeyStore(vault_redis, keep_s=100)
    await store.add(ANA, b"one")
    await vault_redis.pexpire(KeyPlace(ANA).name, 40_000)
    await store.peek(KeyPlace(ANA))
    await store.replace(KeyPlace(ANA), b"one", b"two")
    assert await vault_redis.pttl(KeyPlace(ANA).name) <= 40_000
    await store.get(ANA)
    assert 40_000 < await vault_redis.pttl(KeyPlace(ANA).name) <= 100_000


async def test_a_blocked_key_is_found_only_by_who_asks_for_blocked_ones_and_ends_at_its_time(
    store: RedisDataKeyStore, vault_redis: Redis
) -> None:
    until_s = time.time() + 3600
    ring = KeyRing.new("first")
    key = await Vault(ring, store).data_key(ANA)
    assert await Vault(ring, store).block(ANA, until_s) is not None
    assert await store.get(ANA) is None
    (place,) = [place async for place in store.places()]
    assert place == KeyPlace(ANA, key.key_id.hex())
    assert await vault_redis.pexpiretime(place.name) == round(until_s * 1000)
    new = ring.with_new_master("second")
    assert [done.rewrapped async for done in rotate(new, store)] == [1]
    blocked = await store.blocked(ANA)
    assert DataKey.unwrap(new, ANA, blocked[key.key_id.hex()]) == key
    assert await vault_redis.pexpiretime(place.name) == round(until_s * 1000)


async def test_the_first_ring_leaves_its_proof(store: RedisDataKeyStore) -> None:
    ring = KeyRing.new("first")
    await check_ring(ring, store)
    await check_ring(ring.with_new_master("second"), store)
    with pytest.raises(KeyFileError, match="pseudonym key is another"):
        await check_ring(KeyRing.new("first"), store)


async def test_a_store_that_is_not_there_is_a_temporary_failure(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    client = connect(f"unix://{tmp_path_factory.mktemp('none')}/redis.sock")
    vault = Vault(KeyRing.new("first"), RedisDataKeyStore(client))
    with pytest.raises(StoreUnavailable, match="reading a data key: Redis failed with ConnectionError"):
        await vault.seal(ANA, "session", "1", b"secret")
    await client.aclose()
