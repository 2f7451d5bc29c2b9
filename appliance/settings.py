"""Frozen settings, read from an injected environment, a TOML file and a secrets directory."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from appliance.errors import SettingsError

PREFIX = "APPLIANCE_"
# Read by the test suite, not by the product.
_FOREIGN = frozenset({"APPLIANCE_TEST_REQUIRE"})
_SECRETS = frozenset({"twilio_auth_token", "qdrant_api_key"})
# May lie in the secrets directory too, since they can hold a password.
_IN_FILES = _SECRETS | {"redis_url", "vault_url"}
_HERE = Path(__file__).resolve().parent


def shipped(folder: str) -> Path:
    """A folder delivered with the package: `knowledge` or `models`, from a checkout or from a wheel."""
    checkout = _HERE.parent / folder
    return checkout if checkout.is_dir() else _HERE / "_data" / folder


class Settings(BaseModel):
    """Everything that can be set. No secret has a default; times are in seconds.

    Each key can come from the environment (`APPLIANCE_PUBLIC_URL`), from the TOML file that
    `APPLIANCE_CONFIG` names (`public_url`), or, for secrets and the addresses of Redis, which may hold a
    password, from a file of that name in `secrets_dir`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    config: Path | None = Field(None, description="a TOML file with further settings")
    data_dir: Path = Field(
        default_factory=lambda: user_data_path("antesala"), description="models, journal, what is learned"
    )
    secrets_dir: Path | None = Field(
        None, description="a directory with one file a secret (systemd credentials)"
    )
    pack: Path = Field(
        default_factory=lambda: shipped("knowledge") / "reedy-preop", description="the knowledge pack"
    )
    models_catalogue: Path = Field(
        default_factory=lambda: shipped("models"), description="the catalogue's TOML files"
    )
    embedding_model: str = Field("multilingual-e5-small", description="catalogue name of the embedding model")
    chat_model: str = Field("smollm2-135m-instruct", description="catalogue name of the chat model")
    wording: Literal["approved", "fluent"] | None = Field(
        None, description="overrides the pack's wording mode"
    )

    public_url: str = Field("", description="the base that Twilio signs webhooks for: https://host[/prefix]")
    twilio_account_sid: str = Field("", pattern=r"^(AC[0-9a-fA-F]{32})?$", description="Twilio account")
    twilio_auth_token: SecretStr | None = Field(None, description="signs webhooks, authenticates sends")
    twilio_sender: str = Field(
        "", description="whatsapp:+number that replies come from; empty: the webhook's To"
    )
    twilio_api_url: str = Field("https://api.twilio.com", description="where replies are posted")
    twilio_timeout_s: float = Field(10.0, gt=0)
    twilio_patience_s: float = Field(
        30.0, ge=0, description="a reply in doubt is repeated when Twilio has not listed it for so long"
    )
    twilio_proxy_url: str = Field(
        "",
        pattern=r"^(http://[^/@]+)?$",
        description="http://host:port of the proxy that replies go through; empty: none",
    )

    redis_url: str = Field(
        "redis://127.0.0.1:6379/0",
        description="inbox, outbox and sessions; or sentinel(s)://HOST:PORT,…/NAME?db=0&port=6379",
    )
    vault_url: str = Field("redis://127.0.0.1:6379/1", description="wrapped data keys; apart from the values")
    erasures: Path | None = Field(
        None, description="the book of erasures, on storage that no restore sets back; empty: in data_dir"
    )
    erasure: Literal["destroy", "block"] = Field(
        "destroy", description="block: kept out of the service's reach for a term first (LOPDGDD art. 32)"
    )
    keep_blocked_days: int = Field(1095, ge=1, description="what an erasure blocked is destroyed after")
    keep_session_hours: int = Field(24, ge=1, le=24, description="a conversation, from its last message")
    keep_sid_hours: int = Field(72, ge=24, description="ids of messages, so that none is answered twice")
    keep_receipt_days: int = Field(7, ge=1, description="what became of each reply")
    keep_dead_letter_days: int = Field(30, ge=1, description="what could not be answered or sent")
    keep_request_days: int = Field(90, ge=1, description="a copy that a patient asked for and nobody made")
    keep_opt_out_days: int = Field(0, ge=0, description="wishes for no more messages; 0: until taken back")
    keep_export_days: int = Field(30, ge=1, description="copies for patients under data_dir/exports")
    keep_erasure_days: int = Field(
        400, ge=1, description="the book of erasures: longer than any backup of the key store is kept"
    )
    qdrant_url: str = Field("", description="http(s)://host:port of Qdrant; empty: embedded, in memory")
    qdrant_api_key: SecretStr | None = Field(None, description="where Qdrant wants one")

    engine_url: str = Field("", description="base of vLLM's OpenAI-compatible API; empty: no engine")
    engine_model: str = Field("", description="the name that vLLM serves; empty: asked from the server")
    # The pilot's median was 2.1 s: this one holds even if every draft comes too late.
    engine_deadline_s: float = Field(1.8, gt=0, description="longest wait for a draft")
    engine_max_tokens: int = Field(200, ge=16, le=1000)

    checkpoints_file: Path | None = Field(
        None, description="the journal's signed checkpoints, on another disk or share; empty: beside it"
    )
    journal_rotate_mib: int = Field(
        256, ge=1, description="the journal goes on in a new file when one has grown beyond"
    )
    syslog_url: str = Field(
        "", description="a copy of the journal goes to unix:///PATH, udp://HOST:PORT or tcp://HOST:PORT"
    )

    twilio_redaction: Literal["off", "replies", "all"] = Field(
        "off",
        description="whether Twilio is told to empty what was delivered: replies, or inbound messages too",
    )

    governance: Path | None = Field(
        None, description="a TOML file with controller, alerts and sign-offs: `appliance check --go-live`"
    )
    tls_certificate: Path | None = Field(
        None, description="the front door's certificate in PEM; looked at by `check`, never sent"
    )
    egress_guard: bool = Field(
        default=True, description="serve, worker and demo refuse to reach anybody but the configured peers"
    )

    firewall_counters: Path | None = Field(
        None, description="a file with the output of `nft -j list counters`, for the report"
    )
    proxy_log: Path | None = Field(None, description="Squid's access.log, for the report")

    burst_quiet_s: float = Field(1.2, ge=0, description="a turn is taken this long after the last message …")
    burst_most_s: float = Field(3.0, ge=0, description="… and no later than this after the first")
    burst_eager: bool = Field(
        default=True,
        description="a message that comes alone is answered at once, unless it reads as a beginning or is followed",
    )
    limit_sender_burst: int = Field(
        30,
        ge=1,
        description="messages of a patient in a minute; with the next one they are told, then silence",
    )
    limit_sender_day: int = Field(300, ge=1, description="messages of a patient in 24 hours; likewise")
    limit_minute: int = Field(
        6000, ge=8, description="messages of all patients in a minute; what is above gets the fallback"
    )
    limit_waiting: int = Field(
        20_000, ge=8, description="patients who wait for an answer; a further one gets the fallback"
    )
    lease_s: float = Field(
        30.0, ge=1, le=60, description="what a worker that died had in hand is taken over after so long"
    )
    prometheus_url: str = Field(
        "", description="base of Prometheus for the console; empty: this process's own last hours"
    )
    metrics_bind: str = Field(
        "", pattern=r"^(.+:\d+)?$", description="host:port where a worker shows its metrics; empty: nowhere"
    )

    worker_concurrency: int = Field(16, ge=1)
    worker_grace_s: float = Field(20.0, ge=0)
    max_body_bytes: int = Field(64 * 1024, ge=1024)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="patients' words are in no log, whatever the level"
    )
    bind: str = Field("127.0.0.1:8080", description="host:port, or unix:PATH")

    @property
    def models_dir(self) -> Path:
        """Where fetched models lie."""
        return self.data_dir / "models"

    @property
    def exports_dir(self) -> Path:
        """Where copies for patients lie unless staff say otherwise."""
        return self.data_dir / "exports"

    @property
    def erasure_book(self) -> Path:
        """Where it is written down which data keys were destroyed."""
        return self.erasures or self.data_dir / "vault" / "erasures.log"


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the environment, the TOML file that it names, and the secrets directory.

    The environment goes before the secrets directory (systemd's $CREDENTIALS_DIRECTORY if none is named), and
    that before the file.

    Raises:
        SettingsError: a key is unknown or of the wrong form; the text names each one.
    """
    values: dict[str, object] = {}
    from_environ = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and name not in _FOREIGN
    }
    if config := from_environ.get("config"):
        values |= _toml(Path(config))
    named = (
        from_environ.get("secrets_dir") or environ.get("CREDENTIALS_DIRECTORY") or values.get("secrets_dir")
    )
    if isinstance(named, str):
        values |= _secrets(Path(named))
    values |= from_environ
    for key in _SECRETS:
        if values.get(key) == "":
            raise SettingsError(f"{key} ({PREFIX}{key.upper()}): expected a secret, got an empty text")
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(problem) for problem in error.errors())) from error


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"{PREFIX}CONFIG: expected a readable TOML file, got {path} ({error.strerror})"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not TOML: {error}") from error


def _secrets(directory: Path) -> dict[str, object]:
    if not directory.is_dir():
        raise SettingsError(f"{PREFIX}SECRETS_DIR: expected a directory, got {directory}")
    found: dict[str, object] = {"secrets_dir": directory}
    for key in _IN_FILES:
        file = directory / key
        try:
            found[key] = file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{key}: expected a readable text file, got {file}: {error}") from error
    return found


def _explain(problem: Mapping[str, object]) -> str:
    location = problem["loc"]
    key = ".".join(map(str, location)) if isinstance(location, tuple) else str(location)
    if problem["type"] == "extra_forbidden":
        known = ", ".join(sorted(Settings.model_fields))
        return f"{key} ({PREFIX}{key.upper()}): unknown setting; known are: {known}"
    got = "a secret" if key in _IN_FILES else repr(problem.get("input"))
    return f"{key} ({PREFIX}{key.upper()}): {problem['msg']}, got {got}"
