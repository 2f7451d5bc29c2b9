"""The demo's own places: keys and journal apart from a real installation's, models shared with it."""

from pathlib import Path

from pydantic import SecretStr

from appliance.audit import CHECKPOINT_KEY, AuditPlaces, load_public_key, load_signing_key
from appliance.demo.places import CPU_DEADLINE_S, demo_settings
from appliance.demo.redis_server import RedisUrls
from appliance.engine.environment import fitting_flavour
from appliance.settings import Settings
from appliance.vault import KEY_RING, KeyRing

REDIS = RedisUrls("unix:///tmp/a?db=0", "unix:///tmp/a?db=1")
GATEWAY, DESK = "http://127.0.0.1:8080", "http://127.0.0.1:9090"


def test_data_lie_in_a_folder_of_their_own_and_models_are_the_machines(tmp_path: Path) -> None:
    settings = demo_settings(Settings(data_dir=tmp_path), REDIS, GATEWAY, DESK)
    assert settings.data_dir == tmp_path / "demo"
    assert settings.models_dir == tmp_path / "models"
    assert settings.secrets_dir == tmp_path / "demo" / "keys"
    assert (settings.redis_url, settings.vault_url) == (REDIS.values, REDIS.keys)
    assert (settings.public_url, settings.twilio_api_url) == (GATEWAY, DESK)


def test_a_configured_token_and_public_base_stay_and_others_are_new_each_time(tmp_path: Path) -> None:
    machine = Settings(
        data_dir=tmp_path, public_url="https://bot.example", twilio_auth_token=SecretStr("configured")
    )
    settings = demo_settings(machine, REDIS, GATEWAY, DESK)
    assert settings.public_url == "https://bot.example"
    assert settings.twilio_auth_token == SecretStr("configured")
    plain = Settings(data_dir=tmp_path)
    first, second = (demo_settings(plain, REDIS, GATEWAY, DESK) for _ in range(2))
    assert first.twilio_auth_token is not None
    assert first.twilio_auth_token != second.twilio_auth_token


def test_keys_are_made_once_and_fit_together(tmp_path: Path) -> None:
    for _ in range(2):
        demo_settings(Settings(data_dir=tmp_path), REDIS, GATEWAY, DESK)
    keys = tmp_path / "demo" / "keys"
    assert list(KeyRing.load(keys / KEY_RING).masters) == ["demo"]
    private = load_signing_key(keys / CHECKPOINT_KEY)
    public = load_public_key(AuditPlaces.under(tmp_path / "demo").public_key)
    assert private.public_key().public_bytes_raw() == public.public_bytes_raw()


def test_a_configured_deadline_stays_and_without_a_gpu_a_draft_is_waited_for(tmp_path: Path) -> None:
    configured = Settings(data_dir=tmp_path, engine_deadline_s=1.5)
    assert demo_settings(configured, REDIS, GATEWAY, DESK).engine_deadline_s == 1.5
    plain = demo_settings(Settings(data_dir=tmp_path), REDIS, GATEWAY, DESK)
    expected = 3.0 if fitting_flavour().name == "gpu" else CPU_DEADLINE_S
    assert plain.engine_deadline_s == expected


def test_an_engine_of_the_settings_is_not_joined_unasked(tmp_path: Path) -> None:
    machine = Settings(
        data_dir=tmp_path, engine_url="http://127.0.0.1:8000", qdrant_url="http://127.0.0.1:6333"
    )
    settings = demo_settings(machine, REDIS, GATEWAY, DESK)
    assert (settings.engine_url, settings.qdrant_url) == ("", "")
