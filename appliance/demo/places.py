"""Where the demo keeps things: its own keys and journal, apart from those of a real installation."""

import secrets
from pathlib import Path

from pydantic import SecretStr

from appliance.audit import CHECKPOINT_KEY, AuditPlaces, new_signing_key
from appliance.demo.redis_server import RedisUrls
from appliance.settings import Settings
from appliance.vault import KEY_RING, KeyRing


class DemoSettings(Settings):
    """Settings whose data lie in a folder of the demo's own, while the models are those of the machine."""

    machine_dir: Path

    @property
    def models_dir(self) -> Path:
        """Where fetched models lie."""
        return self.machine_dir / "models"


def demo_settings(machine: Settings, redis: RedisUrls, gateway_url: str, standin_url: str) -> DemoSettings:
    """The machine's settings with the demo's places in them; a configured token and public base stay.

    Makes the demo's keys when they are missing. Without a configured token there is a new one for each run.
    """
    data_dir = machine.data_dir / "demo"
    values = dict(machine) | {
        "machine_dir": machine.data_dir,
        "data_dir": data_dir,
        "secrets_dir": _keys(data_dir),
        "redis_url": redis.values,
        "vault_url": redis.keys,
        "qdrant_url": "",
        "engine_url": "",
        "public_url": machine.public_url or gateway_url,
        "twilio_api_url": standin_url,
        "twilio_account_sid": machine.twilio_account_sid or f"AC{secrets.token_hex(16)}",
        "twilio_auth_token": machine.twilio_auth_token or SecretStr(secrets.token_hex(16)),
    }
    return DemoSettings.model_validate(values)


def _keys(data_dir: Path) -> Path:
    """The folder with the key ring and the key that signs the journal."""
    folder = data_dir / "keys"
    if not (folder / KEY_RING).exists():
        KeyRing.new("demo").save(folder / KEY_RING)
    if not (folder / CHECKPOINT_KEY).exists():
        new_signing_key(folder / CHECKPOINT_KEY, AuditPlaces.under(data_dir).public_key)
    return folder
