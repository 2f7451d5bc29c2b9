"""Lets one process at a time do a piece of work on this machine; the others wait, and say so."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from appliance.engine.progress import Progress


@contextmanager
def alone(lock: Path, what: str, progress: Progress) -> Iterator[None]:
    """Holds the lock file while the body runs; the system lets go of it if the process dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    held = FileLock(lock)
    try:
        held.acquire(blocking=False)
    except Timeout:
        progress.begin(f"waiting: another process is busy with {what}")
        held.acquire()
    try:
        yield
    finally:
        held.release()
