"""Settings: where each key comes from, which wins, and what is said about a wrong one."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from appliance.errors import SettingsError
from appliance.settings import PREFIX, Settings, load_settings, shipped

TOKEN = "a-reserved-token"


def load(**environ: str) -> Settings:
    return load_settings({f"{PREFIX}{name}": value for name, value in environ.items()})


def write(file: Path, text: str) -> str:
    file.write_text(text, encoding="utf-8")
    return str(file)


def secrets(tmp_path: Path, **values: str) -> str:
    directory = tmp_path / "secrets"
    directory.mkdir()
    for name, value in values.items():
        write(directory / name, value)
    return str(directory)


def test_without_anything_set_there_are_defaults_and_no_secret() -> None:
    settings = load_settings({})
    assert settings.pack == shipped("knowledge") / "reedy-preop"
    assert settings.twilio_auth_token is None
    assert settings.qdrant_api_key is None
    assert settings.bind == "127.0.0.1:8080"
    assert settings.models_dir == settings.data_dir / "models"


def test_the_environment_sets_every_kind_of_value() -> None:
    settings = load(
        PUBLIC_URL="https://example.org", ENGINE_DEADLINE_S="1.5", WORDING="approved", PACK="/srv/pack"
    )
    assert settings.public_url == "https://example.org"
    assert settings.engine_deadline_s == 1.5
    assert settings.wording == "approved"
    assert settings.pack == Path("/srv/pack")


def test_other_variables_are_none_of_its_business() -> None:
    environ = {"PATH": "/bin", "HOME": "/root", "APPLIANCE_TEST_REQUIRE": "all"}
    assert load_settings(environ) == load_settings({})


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings({}).bind = "0.0.0.0:80"  # type: ignore[misc]  # that it raises is the test


# ---- what wins --------------------------------------------------------------------------------------------------


def test_the_file_is_read_and_the_environment_goes_before_it(tmp_path: Path) -> None:
    config = write(tmp_path / "a.toml", 'public_url = "https://file.example"\nworker_concurrency = 4\n')
    settings = load(CONFIG=config, PUBLIC_URL="https://environment.example")
    assert settings.public_url == "https://environment.example"
    assert settings.worker_concurrency == 4
    assert settings.config == Path(config)


def test_a_secret_is_read_from_its_file(tmp_path: Path) -> None:
    settings = load(SECRETS_DIR=secrets(tmp_path, twilio_auth_token=f"{TOKEN}\n", qdrant_api_key="key"))
    assert settings.twilio_auth_token is not None
    assert settings.twilio_auth_token.get_secret_value() == TOKEN
    assert settings.qdrant_api_key is not None
    assert settings.secrets_dir == tmp_path / "secrets"


def test_a_secret_goes_before_the_file_and_the_environment_before_both(tmp_path: Path) -> None:
    config = write(tmp_path / "a.toml", 'twilio_auth_token = "of the file"')
    directory = secrets(tmp_path, twilio_auth_token="of the directory")
    assert _token(load(CONFIG=config)) == "of the file"
    assert _token(load(CONFIG=config, SECRETS_DIR=directory)) == "of the directory"
    assert _token(load(CONFIG=config, SECRETS_DIR=directory, TWILIO_AUTH_TOKEN=TOKEN)) == TOKEN


def test_the_addresses_of_redis_may_lie_with_the_secrets_for_they_hold_passwords(tmp_path: Path) -> None:
    url = "unix://worker:secret@/run/redis.sock"
    assert load(SECRETS_DIR=secrets(tmp_path, redis_url=f"{url}\n")).redis_url == url


def test_the_file_may_name_the_secrets_directory(tmp_path: Path) -> None:
    directory = secrets(tmp_path, twilio_auth_token=TOKEN)
    settings = load(CONFIG=write(tmp_path / "a.toml", f'secrets_dir = "{directory}"'))
    assert _token(settings) == TOKEN


def test_systemds_credentials_are_the_secrets_directory(tmp_path: Path) -> None:
    settings = load_settings({"CREDENTIALS_DIRECTORY": secrets(tmp_path, twilio_auth_token=TOKEN)})
    assert _token(settings) == TOKEN
    assert settings.secrets_dir == tmp_path / "secrets"


def test_other_files_in_the_secrets_directory_are_left_alone(tmp_path: Path) -> None:
    assert load(SECRETS_DIR=secrets(tmp_path, keyring="…", bind="0.0.0.0:80")).bind == "127.0.0.1:8080"


def _token(settings: Settings) -> str:
    assert settings.twilio_auth_token is not None
    return settings.twilio_auth_token.get_secret_value()


# ---- what is said -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"PUBLIC_ULR": "x"}, ["public_ulr", "APPLIANCE_PUBLIC_ULR", "unknown setting", "public_url"]),
        ({"ENGINE_DEADLINE_S": "soon"}, ["engine_deadline_s", "APPLIANCE_ENGINE_DEADLINE_S", "'soon'"]),
        ({"ENGINE_DEADLINE_S": "0"}, ["engine_deadline_s", "greater than 0"]),
        ({"ENGINE_DEADLINE_S": "inf"}, ["engine_deadline_s", "finite"]),
        ({"ENGINE_MAX_TOKENS": "5000"}, ["engine_max_tokens", "1000"]),
        ({"WORDING": "free"}, ["wording", "approved", "fluent"]),
        ({"TWILIO_ACCOUNT_SID": "AC123"}, ["twilio_account_sid", "'AC123'"]),
        ({"TWILIO_AUTH_TOKEN": ""}, ["twilio_auth_token", "APPLIANCE_TWILIO_AUTH_TOKEN"]),
        ({"CONFIG": "/nowhere/a.toml"}, ["APPLIANCE_CONFIG", "/nowhere/a.toml"]),
        ({"SECRETS_DIR": "/nowhere"}, ["APPLIANCE_SECRETS_DIR", "/nowhere"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, Mapping) else "",
)
def test_a_wrong_setting_is_named_with_what_was_expected(
    environ: Mapping[str, str], named: list[str]
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(**environ)
    for part in named:
        assert part in str(refused.value)


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        load(PUBLIC_ULR="x", WORKER_CONCURRENCY="0")
    assert [line.split(" ")[0] for line in str(refused.value).splitlines()] == [
        "worker_concurrency",
        "public_ulr",
    ]


@pytest.mark.parametrize("text", ["public_url", "\x00", 'unknown = "x"', "worker_concurrency = []"])
def test_a_broken_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError):
        load(CONFIG=write(tmp_path / "a.toml", text))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not TOML"):
        load(CONFIG=str(file))


def test_a_secret_that_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "twilio_auth_token").mkdir()
    with pytest.raises(SettingsError, match="twilio_auth_token: expected a readable text file"):
        load(SECRETS_DIR=str(tmp_path))


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    """A signature made with an empty token could be made by anybody."""
    with pytest.raises(SettingsError, match="twilio_auth_token"):
        load(SECRETS_DIR=secrets(tmp_path, twilio_auth_token="\n"))


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    config = write(tmp_path / "a.toml", "twilio_auth_token = 123456789")
    with pytest.raises(SettingsError) as refused:
        load(CONFIG=config)
    assert "123456789" not in str(refused.value)
    assert TOKEN not in repr(load(TWILIO_AUTH_TOKEN=TOKEN))
