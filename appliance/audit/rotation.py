"""Putting a full journal file away, in steps after each of which a crash leaves a whole journal.

The successor is made ready first, with its first record in it; then the old file goes to the archive; then the
successor takes its name. Whoever opens the journal between the last two finishes the second. All of it happens
under the journal's lock.
"""

import os
from pathlib import Path

from appliance.audit.chain import read
from appliance.audit.segments import archive_of, put_away, successor

_MODE = 0o640


def open_newest(path: Path) -> int:
    """A descriptor of the file that is written to, created if there is none; raises OSError."""
    if not path.exists() and (following := successor(path)).exists():
        following.rename(path)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, _MODE)


def is_newest(path: Path, descriptor: int) -> bool:
    """Whether the open file is still the one that is written to: another process may have put it away."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def archived_as(path: Path, descriptor: int, newest: int) -> Path:
    """Where the open file, whose last record has this number, goes."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        begin = read(file.readline())
    return put_away(path, begin.number if begin else 1, newest)


def replace(path: Path, archive: Path, first_line: bytes) -> None:
    """Put the file away and begin a new one with this line; raises OSError."""
    archive_of(path).mkdir(mode=0o750, exist_ok=True)
    following = successor(path)
    descriptor = os.open(following, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(first_line)
        file.flush()
        os.fsync(file.fileno())
    path.rename(archive)
    following.rename(path)
    for folder in (archive.parent, path.parent):
        _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
