"""Files that hold keys: refused when others can read them, written in one step."""

import os
import secrets
import stat
import struct
from pathlib import Path

from appliance.errors import KeyFileError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_ACL = "system.posix_acl_access"
_ACL_ENTRY = struct.Struct(
    "<HHI"
)  # tag, permissions, id: linux/posix_acl_xattr.h, after a version of 4 bytes
_ACL_VERSION_BYTES = 4
_ACL_USER, _ACL_GROUP_OBJ, _ACL_GROUP, _ACL_OTHER = 0x02, 0x04, 0x08, 0x20


def read_key_file(path: Path, made_by: str) -> bytes:
    """The content of a file of keys; `made_by` is the command that makes one.

    Raises:
        KeyFileError: it is missing or unreadable, or group or others have access to it.
    """
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
        acl = _acl(path)
    except OSError as error:
        raise KeyFileError(
            f"{path}: expected a readable file of keys, got {error.strerror}; run: {made_by}"
        ) from error
    if mode & _OTHERS and not (acl and only_for(acl, os.geteuid())):
        raise KeyFileError(
            f"{path}: expected mode 0400, got {stat.S_IMODE(mode):04o}: others may have read the keys; "
            f"run: chmod 0400 {path}"
        )
    return content


def only_for(acl: bytes, user_id: int) -> bool:
    """Whether an access list lets nobody but the file's owner and this user at the file.

    systemd gives a service its credentials so: owned by root, with a list that names the service's user. The
    mode shows 0440 then, of which the middle digit is the list's mask and no group's permission.
    """
    for tag, permissions, who in _ACL_ENTRY.iter_unpack(acl[_ACL_VERSION_BYTES:]):
        stranger = tag in {_ACL_GROUP_OBJ, _ACL_GROUP, _ACL_OTHER} or (tag == _ACL_USER and who != user_id)
        if stranger and permissions:
            return False
    return True


def _acl(path: Path) -> bytes:
    try:
        return os.getxattr(path, _ACL)
    except OSError:
        return b""  # none, or a file system that knows no access lists: the mode says all


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
