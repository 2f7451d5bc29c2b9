"""The end of a file of lines: its last whole line, and what a crash left after it."""

import os
from typing import NamedTuple

_BLOCK_BYTES = 8 * 1024


class Tail(NamedTuple):
    """The last line with its line feed (b"" if there is none), and the unfinished bytes after it."""

    line: bytes
    torn: bytes


def read_tail(descriptor: int) -> Tail:
    """The tail of an open file, read from its end; raises OSError."""
    start, block = os.fstat(descriptor).st_size, b""
    # Two line feeds enclose the last line, unless it is the first one.
    while start > 0 and block.count(b"\n") < 2:
        step = min(start, _BLOCK_BYTES)
        start -= step
        block = os.pread(descriptor, step, start) + block
    end = block.rfind(b"\n") + 1
    begin = block.rfind(b"\n", 0, max(end - 1, 0)) + 1
    return Tail(block[begin:end], block[end:])
