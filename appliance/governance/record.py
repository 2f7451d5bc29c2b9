"""The hospital's own record: controller, data protection officer, alerts and sign-offs, from a TOML file."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from appliance.errors import SettingsError

Role = Literal["clinical", "dpo", "security", "legal"]
ROLES: dict[Role, str] = {
    "clinical": "Clinical safety",
    "dpo": "Data protection officer",
    "security": "Information security",
    "legal": "Legal counsel",
}
EXAMPLE = Path(__file__).with_name("example.toml")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Controller(_Frozen):
    """Who decides why and how patients' data are processed."""

    name: str = Field(min_length=1)
    address: str = Field(min_length=1)
    contact: str = Field(min_length=1)


class Officer(_Frozen):
    """The data protection officer."""

    name: str = Field(min_length=1)
    contact: str = Field(min_length=1)


class Alerts(_Frozen):
    """Who hears of emergencies and of failures, and when that was last tried out."""

    emergencies: str = Field(min_length=1)
    operations: str = Field(min_length=1)
    tested_on: date


class SignOff(_Frozen):
    """Somebody's agreement to one release."""

    role: Role
    name: str = Field(min_length=1)
    date: date
    release: str = Field(min_length=1)
    reference: str = ""


class Governance(_Frozen):
    """The file as a whole."""

    jurisdiction: Literal["ES", "EU", "UK", "US"]
    controller: Controller
    data_protection_officer: Officer
    alerts: Alerts
    sign_off: tuple[SignOff, ...] = ()


def load_governance(path: Path) -> Governance:
    """The record in a file.

    Raises:
        SettingsError: it cannot be read, or a field of it is wrong; each is named.
    """
    try:
        return Governance.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(
            f"governance: expected a readable TOML file, got {path} ({error.strerror})"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not TOML: {error}") from error
    except ValidationError as error:
        problems = (
            f"{path}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
        )
        raise SettingsError("\n".join(problems)) from error
