"""The key ring file: what is read, what is refused, what a rotation leaves as it was."""

import base64
import os
import struct
from pathlib import Path

import pytest

from appliance.errors import KeyFileError
from appliance.vault import KeyRing, RingFile
from appliance.vault.key_file import only_for

_KEY = bytes(range(32))
_OTHER = bytes(range(32, 64))
_PSEUDONYM = bytes(range(64, 96))
SENDER = "whatsapp:+15005550006"


def ring_text() -> str:
    return (
        "# keys of the test\n"
        f"pseudonym  {_PSEUDONYM.hex()}\n"
        f"master  2026-01  {_KEY.hex()}   # retired in March\n"
        "\n"
        f"master  2026-03  {base64.b64encode(_OTHER).decode()}\n"
    )


def test_hex_and_base64_are_read_and_the_last_master_key_is_current() -> None:
    ring = KeyRing.parse(ring_text(), "test")
    assert dict(ring.masters) == {"2026-01": _KEY, "2026-03": _OTHER}
    assert ring.current == "2026-03"
    assert ring.pseudonym_key == _PSEUDONYM


def test_a_ring_can_be_saved_and_loaded_and_nobody_else_can_read_the_file(tmp_path: Path) -> None:
    ring = KeyRing.new("first")
    ring.save(tmp_path / "secrets" / "keyring")
    assert (tmp_path / "secrets" / "keyring").stat().st_mode & 0o777 == 0o400
    assert KeyRing.load(tmp_path / "secrets" / "keyring") == ring
    assert [file.name for file in (tmp_path / "secrets").iterdir()] == ["keyring"]


def test_saving_replaces_the_older_ring(tmp_path: Path) -> None:
    ring = KeyRing.new("first")
    ring.save(tmp_path / "keyring")
    newer = ring.with_new_master("second")
    newer.save(tmp_path / "keyring")
    assert KeyRing.load(tmp_path / "keyring") == newer


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o600 | 0o020])
def test_a_ring_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keyring"
    path.write_text(ring_text())
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=f"expected mode 0400, got {mode:04o}"):
        KeyRing.load(path)


def test_a_missing_ring_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="appliance keys new"):
        KeyRing.load(tmp_path / "keyring")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("master new not-a-key!", "neither"),
        ("master new " + "ab" * 16, "32 bytes"),
        ("master 2026-01 " + "ab" * 32, "ids once"),
        ("master bad/id " + "ab" * 32, "a key id is"),
        ("pseudonym " + "ab" * 32, "once"),
        ("something else", "expected"),
    ],
)
def test_a_wrong_line_is_named_and_its_key_is_not_quoted(line: str, problem: str) -> None:
    with pytest.raises(KeyFileError, match=f"test, line 6: .*{problem}") as caught:
        KeyRing.parse(ring_text() + line, "test")
    assert line.rsplit(maxsplit=1)[-1] not in str(caught.value)


@pytest.mark.parametrize("text", ["", "pseudonym " + "ab" * 32, "master a " + "ab" * 32])
def test_a_ring_needs_a_pseudonym_key_and_a_master_key(text: str) -> None:
    with pytest.raises(KeyFileError, match="at least one"):
        KeyRing.parse(text, "test")


def test_a_master_key_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyFileError, match="'2025-01' is wanted, the ring holds 2026-01, 2026-03"):
        KeyRing.parse(ring_text(), "test").master("2025-01")


def test_no_key_is_shown_by_printing_the_ring() -> None:
    shown = repr(KeyRing.parse(ring_text(), "test"))
    assert _KEY.hex() not in shown
    assert repr(_KEY) not in shown
    assert repr(_PSEUDONYM) not in shown


def test_an_id_is_taken_only_once() -> None:
    with pytest.raises(KeyFileError, match="exists already"):
        KeyRing.new("first").with_new_master("first")


def test_a_pseudonym_survives_every_rotation() -> None:
    ring = KeyRing.parse(ring_text(), "test")
    assert ring.with_new_master("2026-05").pseudonym(SENDER) == ring.pseudonym(SENDER)


def test_a_pseudonym_tells_nothing_of_the_sender_and_differs_with_the_key() -> None:
    ring = KeyRing.parse(ring_text(), "test")
    name = ring.pseudonym(SENDER)
    assert len(name) == 26
    assert name.isalnum()
    assert "5005550006" not in name
    assert name != KeyRing.new("other").pseudonym(SENDER)
    assert name != ring.pseudonym("whatsapp:US.13491208655302741918")


def test_a_ring_file_is_read_again_when_it_is_another(tmp_path: Path) -> None:
    path = tmp_path / "keyring"
    old = KeyRing.new("first")
    old.save(path)
    file = RingFile(path)
    assert file.ring() == old
    new = old.with_new_master("second")
    new.save(path)
    assert file.ring() == new
    path.unlink()
    with pytest.raises(KeyFileError, match="appliance keys new"):
        file.ring()


ACL_HEAD = struct.pack("<I", 2)


@pytest.mark.parametrize(
    ("entries", "only_mine"),
    [
        ([(1, 4, 0), (2, 4, 1000), (4, 0, 0), (0x10, 4, 0), (0x20, 0, 0)], True),
        ([(1, 4, 0), (2, 4, 1001), (4, 0, 0), (0x10, 4, 0), (0x20, 0, 0)], False),
        ([(1, 4, 0), (2, 4, 1000), (4, 4, 0), (0x10, 4, 0), (0x20, 0, 0)], False),
        ([(1, 4, 0), (2, 4, 1000), (4, 0, 0), (8, 4, 50), (0x10, 4, 0), (0x20, 0, 0)], False),
        ([(1, 4, 0), (2, 4, 1000), (4, 0, 0), (0x10, 4, 0), (0x20, 4, 0)], False),
    ],
)
def test_an_access_list_as_systemd_makes_it_lets_only_the_service_in(
    entries: list[tuple[int, int, int]], *, only_mine: bool
) -> None:
    acl = ACL_HEAD + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    assert only_for(acl, 1000) is only_mine


def test_a_credential_with_an_access_list_for_this_user_is_read_and_one_for_another_is_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "keyring"
    KeyRing.new("first").save(path)
    for user, readable in ((os.geteuid(), True), (os.geteuid() + 1, False)):
        entries = [
            (1, 4, 2**32 - 1),
            (2, 4, user),
            (4, 0, 2**32 - 1),
            (0x10, 4, 2**32 - 1),
            (0x20, 0, 2**32 - 1),
        ]
        acl = ACL_HEAD + b"".join(struct.pack("<HHI", *entry) for entry in entries)
        try:
            os.setxattr(path, "system.posix_acl_access", acl)
        except OSError:
            pytest.skip("this file system knows no access lists")
        assert path.stat().st_mode & 0o777 == 0o440
        if readable:
            assert KeyRing.load(path).current == "first"
        else:
            with pytest.raises(KeyFileError, match="expected mode 0400, got 0440"):
                KeyRing.load(path)
