"""Where the demo keeps things: its own keys and journal, apart from those of a real installation."""

import json
import secrets
from pathlib import Path

from pydantic import SecretStr

from appliance.audit import CHECKPOINT_KEY, AuditPlaces, new_signing_key
from appliance.demo.redis_server import RedisUrls
from appliance.engine.environment import fitting_flavour
from appliance.settings import Settings
from appliance.vault import KEY_RING, KeyRing

CPU_DEADLINE_S = 20.0
"""Without a GPU a draft takes seconds. In the demo it is waited for, since it is what people want to see."""


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
        "engine_deadline_s": _deadline_s(machine),
        "twilio_account_sid": machine.twilio_account_sid or f"AC{secrets.token_hex(16)}",
        "twilio_auth_token": machine.twilio_auth_token or SecretStr(secrets.token_hex(16)),
    }
    settings = DemoSettings.model_validate(values)
    _write_config(settings)
    return settings


def _write_config(settings: DemoSettings) -> None:
    """Settings without secrets, so that other commands can be tried on a running demo (APPLIANCE_CONFIG)."""
    models = settings.data_dir / "models"
    if not models.is_symlink():
        models.symlink_to(settings.models_dir)
    names = (
        *("data_dir", "secrets_dir", "pack", "redis_url", "vault_url"),
        *("public_url", "twilio_api_url", "twilio_account_sid"),
    )
    lines = [f"{name} = {json.dumps(str(getattr(settings, name)))}\n" for name in names]
    (settings.data_dir / "appliance.toml").write_text("".join(lines), encoding="utf-8")


def _deadline_s(machine: Settings) -> float:
    configured = "engine_deadline_s" in machine.model_fields_set
    return machine.engine_deadline_s if configured or fitting_flavour().name == "gpu" else CPU_DEADLINE_S


def _keys(data_dir: Path) -> Path:
    """The folder with the key ring and the key that signs the journal."""
    folder = data_dir / "keys"
    if not (folder / KEY_RING).exists():
        KeyRing.new("demo").save(folder / KEY_RING)
    if not (folder / CHECKPOINT_KEY).exists():
        new_signing_key(folder / CHECKPOINT_KEY, AuditPlaces.under(data_dir).public_key)
    return folder
