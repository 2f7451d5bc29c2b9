"""A span of time, and when a record says that it was written."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from appliance.errors import SettingsError


@dataclass(frozen=True)
class Span:
    """From `since` on, and before `until`; both know their time zone."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since >= self.until:
            raise SettingsError(
                f"expected a span that begins before it ends, got {self.since.isoformat()} to "
                f"{self.until.isoformat()}"
            )

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies in it."""
        return self.since <= moment < self.until


def moment(text: str, option: str) -> datetime:
    """A day (2026-11-03, its beginning in UTC) or a time (2026-11-03T12:00, UTC unless it says otherwise).

    Raises:
        SettingsError: it is neither; `option` names where it was given.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{option}: expected 2026-11-03 or 2026-11-03T12:00:00, got {text!r}") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def record_of(line: bytes) -> dict[str, Any]:
    """The record in a line of the journal whose form was checked."""
    record: dict[str, Any] = json.loads(line)["record"]
    return record


def written_at(record: dict[str, Any]) -> datetime:
    """When a record says that it was written."""
    return moment(str(record["time"]), "time of a record")
