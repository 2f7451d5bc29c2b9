"""What a long job tells about itself while it runs."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

_LOOK_EVERY_S = 0.25


class Progress(Protocol):
    """Is told how a job goes on; may be called from any thread."""

    def begin(self, step: str, total_bytes: int | None = None) -> None:
        """A step begins, and the one before has ended; without a total its length is unknown."""

    def reach(self, done_bytes: int) -> None:
        """The step has come this far."""


class Silent:
    """Tells nobody."""

    def begin(self, step: str, total_bytes: int | None = None) -> None:
        """Is ignored."""

    def reach(self, done_bytes: int) -> None:
        """Is ignored."""


@contextmanager
def growing(folder: Path, progress: Progress) -> Iterator[None]:
    """While the body runs, reports the size of `folder`: for clients that do not tell how far they are."""
    finished = threading.Event()

    def look() -> None:
        while not finished.wait(_LOOK_EVERY_S):
            progress.reach(_size(folder))

    watcher = threading.Thread(target=look, name=f"watch {folder.name}", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        finished.set()
        watcher.join()


def _size(folder: Path) -> int:
    # Unlike Path.rglob, os.walk does not mind folders that vanish under it, as those of a download do.
    return sum(_size_or_gone(Path(at, name)) for at, _, names in os.walk(folder) for name in names)


def _size_or_gone(file: Path) -> int:
    try:
        return file.lstat().st_size
    except FileNotFoundError:
        return 0
