"""Writes down each message that arrives, at once and for good: a harness reads it while others are killed."""

import json
from pathlib import Path
from types import TracebackType
from typing import Self

from appliance.demo.standin.ledger import Received


class Record:
    """A file of JSON objects, one a line: sid, to, from, body, and `at`, seconds since 1970."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._file = self._path.open("a", encoding="utf-8", buffering=1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, message: Received) -> None:
        """Append a message."""
        entry = {
            "sid": message.sid,
            "to": message.to,
            "from": message.sender,
            "body": message.body,
            "at": message.at.timestamp(),
        }
        self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
