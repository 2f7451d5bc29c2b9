"""What the tests of whole programs share: the command, and the environment of an installation."""

import importlib.util
import subprocess
from pathlib import Path

import hospital
import pytest
from program import COMMAND, LONGEST_COMMAND_S, Command, Environment, bare_environment

# By its place: conftest.py is the name of several modules here.
_spec = importlib.util.spec_from_file_location(
    "integration", Path(__file__).parents[1] / "integration" / "conftest.py"
)
assert _spec is not None
assert _spec.loader is not None
_integration = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_integration)
redis_server = _integration.redis_server
missing = hospital.missing


@pytest.fixture
def appliance() -> Command:
    """Runs `appliance ARGUMENTS` to its end, with the machine's models unless an environment is given."""

    def run(*arguments: str, env: Environment | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            env=bare_environment() if env is None else env,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_COMMAND_S,
        )

    return run


@pytest.fixture
def box(tmp_path: Path, redis_server: object, appliance: Command) -> dict[str, str]:
    """The environment of an installation: keys made by the command, Redis, models; no public address yet."""
    redis_server.flush()  # type: ignore[attr-defined]  # the keys are new: what is there belongs to other ones
    data_dir, secrets_dir = hospital.furnish(tmp_path / "data"), tmp_path / "secrets"
    secrets_dir.mkdir(mode=0o700)
    (secrets_dir / "twilio_auth_token").write_text(f"{hospital.ACCOUNT.auth_token}\n", encoding="utf-8")
    environment = bare_environment() | {
        "APPLIANCE_DATA_DIR": str(data_dir),
        "APPLIANCE_SECRETS_DIR": str(secrets_dir),
        "APPLIANCE_REDIS_URL": redis_server.url,  # type: ignore[attr-defined]
        "APPLIANCE_VAULT_URL": redis_server.vault_url,  # type: ignore[attr-defined]
        "APPLIANCE_TWILIO_ACCOUNT_SID": hospital.ACCOUNT.sid,
        "APPLIANCE_WORKER_GRACE_S": "10",
    }
    made = appliance("keys", "new", env=environment)
    assert made.returncode == 0, made.stderr
    return environment
