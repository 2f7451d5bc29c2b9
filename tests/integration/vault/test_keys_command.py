"""`appliance keys`: made once, listed by id, rotated while there is something sealed."""

import asyncio
from pathlib import Path
from typing import Protocol

import pytest
from redis.asyncio import Redis
from typer.testing import CliRunner

from appliance.audit import AuditPlaces, load_public_key, load_signing_key
from appliance.cli.keys import keys_app
from appliance.errors import KeyFileError, KeyStillNeeded, SettingsError
from appliance.vault import ConversationId, KeyRing, RedisDataKeyStore, Vault, connect

ANA = ConversationId("ana")


class Server(Protocol):
    """What is needed of the server here."""

    vault_url: str


def run(directory: Path, *arguments: str, vault_url: str = "redis://127.0.0.1:1/0") -> str:
    variables = {
        "APPLIANCE_SECRETS_DIR": str(directory / "secrets"),
        "APPLIANCE_DATA_DIR": str(directory / "data"),
        "APPLIANCE_VAULT_URL": vault_url,
    }
    result = CliRunner().invoke(keys_app, arguments, env=variables, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "secrets").mkdir()
    return tmp_path


def test_what_is_missing_is_made_and_what_is_there_is_kept(directory: Path) -> None:
    assert run(directory, "new", "--id", "first").count("made  /") == 2
    ring = KeyRing.load(directory / "secrets" / "keyring")
    assert ring.current == "first"
    signature = load_signing_key(directory / "secrets" / "checkpoint.key").sign(b"head")
    load_public_key(AuditPlaces.under(directory / "data").public_key).verify(signature, b"head")
    assert run(directory, "new").count("kept  /") == 2
    assert KeyRing.load(directory / "secrets" / "keyring") == ring


def test_no_key_is_ever_shown(directory: Path) -> None:
    said = run(directory, "new", "--id", "first") + run(directory, "list")
    ring = KeyRing.load(directory / "secrets" / "keyring")
    assert "first  0 keys  current" in said
    assert ring.master("first").hex() not in said
    assert ring.pseudonym_key.hex() not in said


def test_without_a_secrets_directory_the_setting_is_named() -> None:
    with pytest.raises(SettingsError, match="APPLIANCE_SECRETS_DIR"):
        CliRunner().invoke(keys_app, ["list"], env={"APPLIANCE_SECRETS_DIR": None}, catch_exceptions=False)


@pytest.mark.redis
def test_a_rotation_reaches_what_is_sealed(directory: Path, redis_server: Server) -> None:
    run(directory, "new", "--id", "first")
    path = directory / "secrets" / "keyring"

    async def sealed() -> bytes:
        redis: Redis = connect(redis_server.vault_url)
        await redis.flushdb()
        value = await Vault(KeyRing.load(path), RedisDataKeyStore(redis)).seal(ANA, "session", "1", b"secret")
        await redis.aclose()
        return value

    async def opened(ring: KeyRing, value: bytes) -> bytes:
        redis: Redis = connect(redis_server.vault_url)
        try:
            return await Vault(ring, RedisDataKeyStore(redis)).open(ANA, "session", "1", value)
        finally:
            await redis.aclose()

    value = asyncio.run(sealed())
    said = run(directory, "rotate", "--id", "second", vault_url=redis_server.vault_url)
    assert "master key second is current; 1 keys wrapped by it, 0 had been" in said
    ring = KeyRing.load(path)
    only_new = KeyRing("second", {"second": ring.masters["second"]}, ring.pseudonym_key)
    assert asyncio.run(opened(only_new, value)) == b"secret"
    again = run(directory, "rotate", "--rewrap-only", vault_url=redis_server.vault_url)
    assert "0 keys wrapped by it, 1 had been" in again
    assert "second  1 keys  current" in run(directory, "list", vault_url=redis_server.vault_url)
    with pytest.raises(KeyStillNeeded, match="current"):
        run(directory, "remove", "second", vault_url=redis_server.vault_url)
    assert "is out of" in run(directory, "remove", "first", vault_url=redis_server.vault_url)
    assert asyncio.run(opened(KeyRing.load(path), value)) == b"secret"
    with pytest.raises(KeyFileError, match="exists already"):
        run(directory, "rotate", "--id", "second", vault_url=redis_server.vault_url)
