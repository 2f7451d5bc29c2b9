"""Which version of a pack is the active one, and which was before it."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from appliance.errors import SettingsError


@dataclass(frozen=True)
class Active:
    """Versions by name; "" where there is none."""

    version: str = ""
    before: str = ""


class Register(Protocol):
    """Where the active version is written down."""

    async def active(self, name: str) -> Active:
        """Of the pack of that name; may raise IndexUnavailable."""

    async def switch(self, name: str, version: str) -> None:
        """Make a version the active one, and the active one the one before, in one atomic step."""


class FileRegister:
    """A file a pack, for one machine whose index is embedded."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def active(self, name: str) -> Active:
        """Raises SettingsError if the file is damaged."""
        file = self._file(name)
        try:
            return Active(**json.loads(file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return Active()
        except (OSError, ValueError, TypeError) as error:
            raise SettingsError(
                f"{file}: expected which version is active, got {error}; run: appliance knowledge activate"
            ) from error

    async def switch(self, name: str, version: str) -> None:
        """Replaces the file as a whole."""
        found = after(await self.active(name), version)
        file = self._file(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_suffix(".new")
        with aside.open("w", encoding="utf-8") as stream:
            json.dump(asdict(found), stream)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(file)

    def _file(self, name: str) -> Path:
        return self._directory / f"{name}.active.json"


def after(active: Active, version: str) -> Active:
    """What is active after switching to the version; the same one again changes nothing."""
    return active if version == active.version else Active(version, before=active.version)
