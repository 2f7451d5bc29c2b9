"""An installation whose stores are open, without a gateway or a worker."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import pytest
from hospital import ACCOUNT, new_secrets
from redis.asyncio import Redis

from appliance.settings import Settings
from appliance.stores import Stores, open_stores


class Server(Protocol):
    """What is needed of the server here."""

    url: str
    vault_url: str


@pytest.fixture
def settings(tmp_path: Path, redis_server: Server, redis: Redis) -> Settings:
    return Settings.model_validate(
        {
            "data_dir": tmp_path / "data",
            "secrets_dir": new_secrets(tmp_path / "secrets", tmp_path / "data"),
            "redis_url": redis_server.url,
            "vault_url": redis_server.vault_url,
            "twilio_account_sid": ACCOUNT.sid,
        }
    )


@pytest.fixture
async def stores(settings: Settings) -> AsyncIterator[Stores]:
    async with open_stores(settings) as opened:
        yield opened
