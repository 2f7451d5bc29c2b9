"""The book of erasures: which data keys were destroyed, kept apart from both stores and their backups.

A backup of the key store, restored, would bring destroyed keys back. So each destruction is first written into
this file, and a key whose id stands in it is never used again, wherever it comes from. The file holds
pseudonyms and key ids, nothing of the patient. A restore must never put an older one in its
place.
"""

import fcntl
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from appliance.errors import StoreUnavailable
from appliance.vault.pseudonym import ConversationId


@dataclass(frozen=True, order=True)
class Erasure:
    """A data key that was destroyed, or put out of the service's reach, at a time (seconds since 1970)."""

    at_s: float
    conversation: ConversationId
    key_id: bytes

    def line(self) -> str:
        """The erasure as a line of the book."""
        return f"{self.at_s:.3f} {self.conversation} {self.key_id.hex()}\n"

    @classmethod
    def read(cls, line: str) -> Self:
        """The erasure of a line; raises ValueError for anything else."""
        at_s, conversation, key_id = line.split(" ")
        return cls(float(at_s), ConversationId(conversation), bytes.fromhex(key_id))


class Erasures(Protocol):
    """What the vault asks before it uses a data key, and tells before it destroys one. Both block."""

    def holds(self, key_id: bytes) -> bool:
        """Whether the key of this id was destroyed."""

    def add(self, erasures: Iterable[Erasure]) -> None:
        """Write down what will not come back; raises StoreUnavailable, and then nothing is destroyed."""


class ForgetfulErasures:
    """Erasures for as long as the process lives: where nothing is backed up, and in tests."""

    def __init__(self) -> None:
        self._key_ids: set[bytes] = set()

    def holds(self, key_id: bytes) -> bool:
        """Whether the key of this id was destroyed."""
        return key_id in self._key_ids

    def add(self, erasures: Iterable[Erasure]) -> None:
        """Remember."""
        self._key_ids |= {erasure.key_id for erasure in erasures}


class ErasureBook:
    """The book in a file, shared by the processes of a host and safe for threads.

    What another process appends is seen at the next question: it costs one look at the file's size.
    """

    def __init__(self, path: Path) -> None:
        """The file is made at the first erasure.

        Raises:
            StoreUnavailable: it is there and cannot be read, or a line of it is damaged.
        """
        self.path = path
        self._threads = threading.Lock()
        self._erasures: dict[bytes, Erasure] = {}
        self._inode = self._read_bytes = 0
        with self._threads:
            self._refresh()

    def holds(self, key_id: bytes) -> bool:
        """Whether the key of this id was destroyed; raises StoreUnavailable."""
        with self._threads:
            if self._changed():
                self._refresh()
            return key_id in self._erasures

    def all(self) -> tuple[Erasure, ...]:
        """Every erasure, the oldest first; raises StoreUnavailable."""
        with self._threads:
            self._refresh()
            return tuple(sorted(self._erasures.values()))

    def add(self, erasures: Iterable[Erasure]) -> None:
        """Append what is not in it yet, on the disk before this returns; raises StoreUnavailable."""
        with self._alone():
            lines = [erasure.line() for erasure in erasures if erasure.key_id not in self._erasures]
            if lines:
                self._append("".join(lines).encode("ascii"))
                self._refresh()

    def forget_before(self, at_s: float) -> int:
        """Drop erasures older than every backup that could bring their keys back; how many went.

        Raises:
            StoreUnavailable: the file cannot be written.
        """
        with self._alone():
            kept = sorted(erasure for erasure in self._erasures.values() if erasure.at_s >= at_s)
            dropped = len(self._erasures) - len(kept)
            if dropped:
                self._rewrite(kept)
                self._erasures.clear()
                self._refresh()
            return dropped

    def _refresh(self) -> None:
        try:
            with self.path.open("rb") as file:
                found = os.fstat(file.fileno())
                if found.st_ino != self._inode or found.st_size < self._read_bytes:
                    # Another process dropped old lines, or somebody put an older file back: what is known stays.
                    self._inode, self._read_bytes = found.st_ino, 0
                file.seek(self._read_bytes)
                content = file.read()
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unavailable(error) from error
        # A line without its end is still being written, or was cut by a crash before its key was destroyed.
        whole = content[: content.rfind(b"\n") + 1]
        for line in whole.decode("ascii", errors="replace").splitlines():
            try:
                erasure = Erasure.read(line)
            except ValueError as error:
                raise StoreUnavailable(
                    f"{self.path}: expected `TIME CONVERSATION KEY` on each line, got a line that is not; "
                    "put the newest copy of the book in its place"
                ) from error
            self._erasures.setdefault(erasure.key_id, erasure)
        self._read_bytes += len(whole)

    def _changed(self) -> bool:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._unavailable(error) from error
        return (found.st_ino, found.st_size) != (self._inode, self._read_bytes)

    def _append(self, lines: bytes) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
        try:
            _cut_unfinished_line(descriptor)
            os.write(descriptor, lines)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _rewrite(self, kept: Iterable[Erasure]) -> None:
        draft = self.path.with_name(f".{self.path.name}.draft")
        with draft.open("w", encoding="ascii") as file:
            file.writelines(erasure.line() for erasure in kept)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, among the threads and the processes of this host."""
        with self._threads:
            try:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                lock = os.open(self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o640)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX)
                    self._refresh()
                    yield
                finally:
                    os.close(lock)
            except OSError as error:
                raise self._unavailable(error) from error

    def _unavailable(self, error: OSError) -> StoreUnavailable:
        return StoreUnavailable(f"{self.path}: the book of erasures failed: {error.strerror}")


def _cut_unfinished_line(descriptor: int) -> None:
    # A crash left it, before its key was destroyed: whoever asked for that asks again.
    size_bytes = os.fstat(descriptor).st_size
    start = max(0, size_bytes - 512)
    tail = os.pread(descriptor, size_bytes - start, start)
    os.ftruncate(descriptor, start + tail.rfind(b"\n") + 1)
