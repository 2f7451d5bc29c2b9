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
from typing import Literal, Protocol, Self

import structlog

from appliance.audit.chain import GENESIS, Record, forge, read
from appliance.audit.checkpoints import CheckpointBook, utc_now
from appliance.audit.rotation import archived_as, is_newest, open_newest, replace
from appliance.audit.tail import read_tail
from appliance.errors import JournalBroken, JournalUnavailable

_log = structlog.get_logger(__name__)


class Forward(Protocol):
    """Is shown every line that was written, to keep a copy on another machine."""

    def offer(self, kind: Literal["record", "checkpoint"], line: bytes) -> None:
        """Take it or lose it, at once: the journal waits for nobody."""


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
        *,
        rotate_bytes: int | None = None,
        forward: Forward | None = None,
    ) -> None:
        """Open or create the file, and repair what a crash left of an unfinished line.

        Args:
            path: the file that is written to; others are put away into `archive/` beside it.
            checkpoints: where signatures go.
            checkpoint_every: this many records.
            durability: when a record must be on the disk.
            clock: the time as records state it.
            rotate_bytes: put the file away once it has grown beyond; None: only when asked.
            forward: is shown every record and every checkpoint.

        Raises:
            JournalBroken: the newest record is damaged, or signed records are missing.
            JournalUnavailable: the file or its directory cannot be written.
        """
        self._path = path
        self._checkpoints = checkpoints
        self._checkpoint_every = checkpoint_every
        self._durability = durability
        self._clock = clock
        self._rotate_bytes = rotate_bytes
        self._forward = forward
        self._threads = threading.Lock()
        self._seen = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o640)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            try:
                self._file = open_newest(path)
            finally:
                fcntl.flock(self._lock, fcntl.LOCK_UN)
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
            if self._rotate_bytes is not None and os.fstat(self._file).st_size > self._rotate_bytes:
                number, head, _ = self._put_away(number, head)
            return self._write(number + 1, head, {"time": self._clock(), **record})

    def rotate(self) -> Path:
        """Put the file away, begin a new one whose first record says so, and return where the old one lies.

        Raises:
            JournalUnavailable: the disk refuses; everything is as before.
            JournalBroken: somebody damaged the file since.
        """
        with self._alone():
            return self._put_away(*self._newest())[2]

    def sign(self) -> None:
        """Sign the newest record, unless it is signed.

        Raises:
            JournalBroken: somebody damaged the file since.
        """
        with self._alone():
            self._sign_newest()

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
        self._written(number, digest, line)
        return digest

    def _written(self, number: int, digest: str, line: bytes) -> None:
        self._seen = number
        if self._forward:
            self._forward.offer("record", line)
        if number % self._checkpoint_every == 0:
            self._sign(number, digest)

    def _put_away(self, number: int, head: str) -> tuple[int, str, Path]:
        """Begin a new file: the number and the hash of its first record, and where the old one lies."""
        self._sign_newest()
        archive = archived_as(self._path, self._file, number)
        record: Record = {"time": self._clock(), "kind": "rotated", "file": archive.name}
        digest, line = forge(number + 1, head, record)
        try:
            os.fsync(self._file)
            replace(self._path, archive, line)
        except OSError as error:
            raise JournalUnavailable(f"{self._path}: cannot be put away: {error.strerror}") from error
        self._follow()
        self._written(number + 1, digest, line)
        return number + 1, digest, archive

    def _follow(self) -> None:
        """Go on in the file that is written to now."""
        if not is_newest(self._path, self._file):
            os.close(self._file)
            self._file = open_newest(self._path)

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
            line = self._checkpoints.write(number, head)
        except OSError as error:
            # The records are there and chained; the next checkpoint covers them too.
            _log.warning("audit.checkpoint_failed", path=str(self._path), error=str(error))
        else:
            if self._forward:
                self._forward.offer("checkpoint", line)

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
                self._follow()
                yield
            finally:
                fcntl.flock(self._lock, fcntl.LOCK_UN)
