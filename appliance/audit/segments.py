"""The files of one journal: the one that is written to, and those that were put away before it.

A file that was put away lies in `archive/` beside the journal and is named by the numbers of its first and its
last record. The chain runs on from file to file, so the names only say in which order to read.
"""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

_NUMBERS = re.compile(r"-([0-9]{12})-[0-9]{12}\.jsonl$")


def archive_of(journal: Path) -> Path:
    """The folder for what was put away."""
    return journal.with_name("archive")


def put_away(journal: Path, first: int, last: int) -> Path:
    """Where a file with these records is put."""
    return archive_of(journal) / f"{journal.stem}-{first:012d}-{last:012d}.jsonl"


def successor(journal: Path) -> Path:
    """Where the next file is made ready while the present one is put away."""
    return journal.with_name(f"{journal.name}.next")


def archived(journal: Path) -> tuple[Path, ...]:
    """The files that were put away, in order."""
    found = archive_of(journal).glob(f"{journal.stem}-*.jsonl")
    return tuple(sorted(path for path in found if _NUMBERS.search(path.name)))


def journal_lines(journal: Path) -> Iterator[bytes]:
    """Every line, with its line feed, of all files in order; a writer may go on meanwhile.

    Raises:
        OSError: a file cannot be read, or there is none.
    """
    with ExitStack() as opened:
        # The newest first: if it is put away in between, it shows up among the others and is known by its inode.
        newest = opened.enter_context(_newest(journal).open("rb"))
        before = [
            path for path in archived(journal) if not os.path.samestat(path.stat(), os.fstat(newest.fileno()))
        ]
        for path in before:
            with path.open("rb") as lines:
                yield from lines
        yield from newest


def _newest(journal: Path) -> Path:
    # A crash in the middle of putting a file away leaves its successor under this name.
    following = successor(journal)
    return following if not journal.exists() and following.exists() else journal
