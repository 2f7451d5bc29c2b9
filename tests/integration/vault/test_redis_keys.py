"""Wrapped data keys on a real Redis."""

import asyncio

import pytest
from redis.asyncio import Redis

from appliance.errors import KeyMissing, StoreUnavailable
from appliance.vault import ConversationId, KeyRing, RedisDataKeyStore, Vault, connect
from appliance.vault.envelope import wrapped_by
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
    assert await store.tombstones(ANA) == (1_800_000_000.0, 1_800_000_900.5)
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
    assert not await store.replace(ANA, b"other", b"two")
    assert await store.replace(ANA, b"one", b"two")
    assert await store.get(ANA) == b"two"


async def test_a_store_that_is_not_there_is_a_temporary_failure(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    client = connect(f"unix://{tmp_path_factory.mktemp('none')}/redis.sock")
    vault = Vault(KeyRing.new("first"), RedisDataKeyStore(client))
    with pytest.raises(StoreUnavailable, match="reading a data key: Redis failed with ConnectionError"):
        await vault.seal(ANA, "session", "1", b"secret")
    await client.aclose()
