"""Files that hold keys: refused when others can read them, written in one step."""

import os
import secrets
import stat
from pathlib import Path

from appliance.errors import KeyFileError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_key_file(path: Path, made_by: str) -> bytes:
    """The content of a file of keys; `made_by` is the command that makes one.

    Raises:
        KeyFileError: it is missing or unreadable, or group or others have access to it.
    """
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise KeyFileError(
            f"{path}: expected a readable file of keys, got {error.strerror}; run: {made_by}"
        ) from error
    if mode & _OTHERS:
        raise KeyFileError(
            f"{path}: expected mode 0400, got {stat.S_IMODE(mode):04o}: others may have read the keys; "
            f"run: chmod 0400 {path}"
        )
    return content


def write_key_file(path: Path, content: bytes) -> None:
    """Write a file of keys with mode 0400, in one step: a crash leaves the old file or the new one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
