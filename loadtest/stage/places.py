"""The appliance's environment on the stage: keys and data of its own, the machine's models."""

import os
from collections.abc import Mapping
from pathlib import Path

from appliance.audit import CHECKPOINT_KEY, AuditPlaces, new_signing_key
from appliance.settings import load_settings
from appliance.vault import KEY_RING, KeyRing
from loadtest.stage.plan import ACCOUNT_SID, AUTH_TOKEN
from loadtest.stage.program import StageError


def bare_environment() -> dict[str, str]:
    """This process's environment without any setting of the appliance: they must not decide what is tried."""
    return {name: value for name, value in os.environ.items() if not name.startswith("APPLIANCE_")}


def appliance_environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of gateways and workers; makes their keys.

    Raises:
        StageError: the embedding model is not on this machine.
    """
    machine = load_settings()
    if not (machine.models_dir / machine.embedding_model).is_dir():
        raise StageError(f"the embedding model is not here: appliance models fetch {machine.embedding_model}")
    data_dir, secrets_dir = folder / "data", folder / "secrets"
    data_dir.mkdir()
    (machine.data_dir / "learned").mkdir(exist_ok=True)
    for name in ("models", "learned"):
        (data_dir / name).symlink_to(machine.data_dir / name)
    KeyRing.new("load").save(secrets_dir / KEY_RING)
    new_signing_key(secrets_dir / CHECKPOINT_KEY, AuditPlaces.under(data_dir).public_key)
    return bare_environment() | {
        "APPLIANCE_DATA_DIR": str(data_dir),
        "APPLIANCE_SECRETS_DIR": str(secrets_dir),
        "APPLIANCE_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "APPLIANCE_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        **settings,
    }
