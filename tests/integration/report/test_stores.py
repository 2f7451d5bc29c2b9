"""Proof of encryption on a real Redis: sealed values are opened, and whatever lies in clear is named."""

import os

import pytest
from redis.asyncio import Redis

from appliance.inbox import Mailbox
from appliance.report.stores import DataKeys, Examined, examine_store, kind_of
from appliance.vault import KeyRing, RedisDataKeyStore, Vault

pytestmark = pytest.mark.redis
RING = KeyRing.new("2026-11-01")
SENDER = "whatsapp:+34600000001"
SID = f"SM{1:032x}"


async def examined(redis: Redis, vault_redis: Redis, ring: KeyRing | None = RING) -> Examined:
    return await examine_store("redis_url", redis, DataKeys(RedisDataKeyStore(vault_redis), ring))


@pytest.fixture
async def vault(redis: Redis, vault_redis: Redis) -> Vault:
    """A vault, and a message that waits in the mailbox under it."""
    vault = Vault(RING, RedisDataKeyStore(vault_redis))
    await Mailbox(redis, vault).accept(vault.pseudonym(SENDER), SID, b"may I drink water?")
    return vault


async def test_a_sealed_message_is_opened_and_the_rest_is_metadata(
    redis: Redis, vault_redis: Redis, vault: Vault
) -> None:
    found = await examined(redis, vault_redis)
    assert found.kinds["antesala:in:entries"].classes["opened"] == 1
    assert (found.total["clear"], found.total["broken"], found.suspects) == (0, 0, ())


async def test_without_the_ring_seals_are_known_by_their_form(
    redis: Redis, vault_redis: Redis, vault: Vault
) -> None:
    assert (await examined(redis, vault_redis, None)).total["sealed"] == 1


async def test_a_value_whose_key_was_destroyed_is_told_from_the_others(
    redis: Redis, vault_redis: Redis, vault: Vault
) -> None:
    await vault.erase(vault.pseudonym(SENDER))
    assert (await examined(redis, vault_redis)).total["erased"] == 1


async def test_a_value_that_was_altered_is_named(redis: Redis, vault_redis: Redis, vault: Vault) -> None:
    (name,) = [name async for name in redis.scan_iter(match="*:in:entries:*")]
    ((entry, fields),) = await redis.xrange(name)
    await redis.xdel(name, entry)
    await redis.xadd(name, {b"sid": fields[b"sid"], b"body": fields[b"body"][:-1] + b"\x00"})
    found = await examined(redis, vault_redis)
    assert found.suspects == ("antesala:in:entries: broken",)


@pytest.mark.parametrize("kind", ["string", "hash", "list", "set", "zset", "stream"])
async def test_a_text_in_clear_is_named_wherever_it_lies(
    redis: Redis, vault_redis: Redis, vault: Vault, kind: str
) -> None:
    text = b"me duele el pecho"
    match kind:
        case "string":
            await redis.set("antesala:note", text)
        case "hash":
            await redis.hset("antesala:note", mapping={"body": text})
        case "list":
            await redis.rpush("antesala:note", text)
        case "set":
            await redis.sadd("antesala:note", text)
        case "zset":
            await redis.zadd("antesala:note", {text: 1.0})
        case "stream":
            await redis.xadd("antesala:note", {b"body": text})
    found = await examined(redis, vault_redis)
    assert found.suspects == ("antesala:note: clear",)
    assert text.decode() not in repr(found)


async def test_a_text_that_only_begins_like_a_sealed_value_is_found_when_it_is_opened(
    redis: Redis, vault_redis: Redis, vault: Vault
) -> None:
    (name,) = [name async for name in redis.scan_iter(match="*:in:entries:*")]
    await redis.xadd(
        name, {b"sid": SID.encode(), b"body": b"AV1" + os.urandom(8) + b"me duele mucho el pecho desde ayer"}
    )
    found = await examined(redis, vault_redis)
    # Its key id is none that there is, so that it passes for erased; with the right one it is broken.
    assert found.total["opened"] == 1
    assert found.total["erased"] == 1


async def test_the_vault_holds_wrapped_keys(redis: Redis, vault_redis: Redis, vault: Vault) -> None:
    found = await examine_store("vault_url", vault_redis, DataKeys(RedisDataKeyStore(vault_redis), RING))
    assert found.kinds["vault:key"].classes == {"wrapped key": 1}


async def test_looking_prolongs_no_life(redis: Redis, vault_redis: Redis, vault: Vault) -> None:
    (name,) = [name async for name in vault_redis.scan_iter(match="vault:key:*")]
    await vault_redis.pexpire(name, 60_000)
    await examined(redis, vault_redis)
    assert await vault_redis.pttl(name) <= 60_000


async def test_a_store_that_is_away_is_a_problem_and_no_failure(vault_redis: Redis) -> None:
    away = Redis(unix_socket_path="/nowhere/redis.sock")
    found = await examined(away, vault_redis)
    assert "Redis failed" in found.problem
    await away.aclose()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("{antesala:3}:in:entries:abcdefghijklmnopqrstuvwxyz", "antesala:in:entries"),
        (f"{{antesala:3}}:sid:{SID}", "antesala:sid"),
        (f"antesala:receipt:{{{SID}}}", "antesala:receipt"),
        ("optout:{abcdefghijklmnopqrstuvwxyz}", "optout"),
        ("vault:key:{abcdefghijklmnopqrstuvwxyz}", "vault:key"),
    ],
)
def test_a_kind_of_key_names_no_conversation(name: str, kind: str) -> None:
    assert kind_of(name) == kind
