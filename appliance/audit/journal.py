"""The journal: records appended to a hash-chained file, by several processes of one host, across crashes.

One file, and a lock for each append, rather than a file for each process: so there is one chain, in the order
in which decisions were written, and nobody has to say how many files there should be.
"""

import fcntl
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Self

import structlog

from appliance.audit.chain import GENESIS, Record, forge, read
from appliance.audit.checkpoints import CheckpointBook, utc_now
from appliance.audit.tail import read_tail
from appliance.errors import JournalBroken, JournalUnavailable

_log = structlog.get_logger(__name__)


class Durability(StrEnum):
    """When a record must be on the disk."""

    EACH = "each"
    """Before `append` returns: a power cut loses nothing that was decided."""
    CLOSE = "close"
    """When the journal is closed: a killed process loses nothing, a power cut may."""


class Journal:
    """A journal that is open for appending. Safe for threads and for processes of one host.

    Appending blocks on the lock and on the disk: from a coroutine, call it through `asyncio.to_thread`.
    """

    def __init__(
        self,
        path: Path,
        checkpoints: CheckpointBook,
        checkpoint_every: int = 100,
        durability: Durability = Durability.EACH,
        clock: Callable[[], str] = utc_now,
    ) -> None:
        """Open or create the file, and repair what a crash left of an unfinished line.

        Raises:
            JournalBroken: the newest record is damaged, or signed records are missing.
            JournalUnavailable: the file or its directory cannot be written.
        """
        self._path = path
        self._checkpoints = checkpoints
        self._checkpoint_every = checkpoint_every
        self._durability = durability
        self._clock = clock
        self._threads = threading.Lock()
        self._seen = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o640)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
        except OSError as error:
            raise JournalUnavailable(f"{path}: cannot be opened: {error.strerror}") from error
        try:
            with self._alone():
                signed = checkpoints.last()
                self._seen = signed.count if signed else 0
                self._sign_newest()
        except BaseException:
            self._close_files()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, record: Record) -> str:
        """Append a record, stamped with the time if it has none, and return its hash.

        Args:
            record: time, pseudonym, action, statement ids, versions, verdicts, latencies; no patient text.

        Raises:
            JournalUnavailable: the disk refuses; the file is as before, and the record may be offered again.
            JournalBroken: somebody damaged the file since.
        """
        with self._alone():
            number, head = self._newest()
            return self._write(number + 1, head, {"time": self._clock(), **record})

    def close(self) -> None:
        """Sign what there is, and close; nothing may be appended afterwards.

        Raises:
            JournalBroken: somebody damaged the file since; it is closed all the same.
        """
        try:
            with self._alone():
                os.fsync(self._file)
                self._sign_newest()
        finally:
            self._close_files()

    def _write(self, number: int, head: str, record: Record) -> str:
        digest, line = forge(number, head, record)
        size_bytes = os.fstat(self._file).st_size
        try:
            written_bytes = os.write(self._file, line)
            if self._durability is Durability.EACH:
                os.fdatasync(self._file)
        except OSError as error:
            raise self._refused(number, size_bytes, str(error.strerror)) from error
        if written_bytes < len(line):
            raise self._refused(number, size_bytes, "the disk took only a part")
        self._seen = number
        if number % self._checkpoint_every == 0:
            self._sign(number, digest)
        return digest

    def _refused(self, number: int, size_bytes: int, reason: str) -> JournalUnavailable:
        # If even this fails, the next append finds an unfinished line and repairs it.
        with suppress(OSError):
            os.ftruncate(self._file, size_bytes)
        return JournalUnavailable(f"{self._path}: record {number} was not written: {reason}")

    def _newest(self) -> tuple[int, str]:
        """The number and the hash of the newest record, after a repair if the last line is unfinished."""
        line, torn = read_tail(self._file)
        number, head = 0, GENESIS
        if line:
            link = read(line)
            if link is None or not link.intact:
                raise JournalBroken(
                    f"{self._path}: the newest record is damaged; run: appliance audit verify"
                )
            number, head = link.number, link.hash
        if number < self._seen:
            loss = f"there were {self._seen} records, {number} are left"
            raise JournalBroken(f"{self._path}: {loss}; run: appliance audit verify")
        if torn:
            number, head = number + 1, self._recover(number, head, torn)
        self._seen = number
        return number, head

    def _recover(self, number: int, head: str, torn: bytes) -> str:
        # Only a crash leaves this: a writer holds the lock until its line is complete.
        os.ftruncate(self._file, os.fstat(self._file).st_size - len(torn))
        _log.warning("audit.recovered", path=str(self._path), cut_bytes=len(torn), after_record=number)
        record: Record = {
            "time": self._clock(),
            "action": "recovered",
            "cut_bytes": len(torn),
            "cut_sha256": hashlib.sha256(torn).hexdigest(),
        }
        return self._write(number + 1, head, record)

    def _sign(self, number: int, head: str) -> None:
        try:
            self._checkpoints.write(number, head)
        except OSError as error:
            # The records are there and chained; the next checkpoint covers them too.
            _log.warning("audit.checkpoint_failed", path=str(self._path), error=str(error))

    def _sign_newest(self) -> None:
        number, head = self._newest()
        signed = self._checkpoints.last()
        if signed is None or signed.count < number:
            self._sign(number, head)

    def _close_files(self) -> None:
        os.close(self._file)
        os.close(self._lock)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._threads:
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._lock, fcntl.LOCK_UN)
