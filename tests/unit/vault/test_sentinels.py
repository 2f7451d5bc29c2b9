"""Addresses of a Redis that sentinels watch."""

import pytest
from redis.asyncio.sentinel import SentinelManagedConnection, SentinelManagedSSLConnection

from appliance.errors import SettingsError
from appliance.vault import connect
from appliance.vault.sentinels import WatchedAddress

SECURE = "sentinels://appliance:s%40cret@a.example:26379,b.example:26380/values?db=2&port=6380"


def test_an_address_says_who_knows_the_master_and_how_to_log_in() -> None:
    assert WatchedAddress.read(SECURE) == WatchedAddress(
        "values", (("a.example", 26379), ("b.example", 26380)), 2, 6380, "appliance", "s@cret", tls=True
    )
    assert WatchedAddress.read("sentinel://:secret@a:1/wards") == WatchedAddress(
        "wards", (("a", 1),), password="secret"
    )


def test_an_address_of_one_server_is_none_of_sentinels() -> None:
    assert WatchedAddress.read("rediss://appliance:secret@store.example:6380/0") is None


@pytest.mark.parametrize(
    "url",
    [
        "sentinel://a:1",
        "sentinel://a/wards",
        "sentinel:///wards",
        "sentinels://a:x/w",
        "sentinel://a:1/w?db=x",
        "sentinels://u:hidden@a:1/w?port=x",
    ],
)
def test_an_address_without_host_port_or_name_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match=r"expected sentinels?://HOST:PORT") as refused:
        WatchedAddress.read(url)
    assert "hidden" not in str(refused.value)


def test_for_people_an_address_holds_no_password() -> None:
    assert str(WatchedAddress.read(SECURE)) == "values of a.example:26379,b.example:26380"


async def test_a_secure_address_uses_tls_and_the_login_for_sentinels_and_servers_alike() -> None:
    client = connect(SECURE)
    pool = client.connection_pool
    asking = pool.sentinel_manager.sentinels[0].connection_pool.connection_kwargs
    assert issubclass(pool.connection_class, SentinelManagedSSLConnection)
    assert (pool.connection_kwargs["username"], pool.connection_kwargs["password"]) == ("appliance", "s@cret")
    assert (asking["username"], asking["password"]) == ("appliance", "s@cret")
    await client.aclose()


async def test_a_plain_address_keeps_the_login_from_the_sentinels() -> None:
    client = connect("sentinel://:secret@a:1/wards")
    pool = client.connection_pool
    asking = pool.sentinel_manager.sentinels[0].connection_pool.connection_kwargs
    assert not issubclass(pool.connection_class, SentinelManagedSSLConnection)
    assert issubclass(pool.connection_class, SentinelManagedConnection)
    assert (pool.connection_kwargs["password"], asking.get("password")) == ("secret", None)
    await client.aclose()
