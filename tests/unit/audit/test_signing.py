"""The signing key's files: who may read them, and what is refused."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from appliance.audit import load_public_key, load_signing_key, new_signing_key
from appliance.errors import KeyFileError


def test_the_private_key_is_for_its_owner_and_the_public_one_verifies(tmp_path: Path) -> None:
    new_signing_key(tmp_path / "secrets" / "journal.key", tmp_path / "journal.pub")
    assert (tmp_path / "secrets" / "journal.key").stat().st_mode & 0o777 == 0o400
    signature = load_signing_key(tmp_path / "secrets" / "journal.key").sign(b"head")
    load_public_key(tmp_path / "journal.pub").verify(signature, b"head")


def test_a_private_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    new_signing_key(tmp_path / "journal.key", tmp_path / "journal.pub")
    (tmp_path / "journal.key").chmod(0o644)
    with pytest.raises(KeyFileError, match="expected mode 0400, got 0644"):
        load_signing_key(tmp_path / "journal.key")


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    key = generate_private_key(SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "journal.key").write_bytes(pem)
    (tmp_path / "journal.key").chmod(0o400)
    (tmp_path / "journal.pub").write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    with pytest.raises(KeyFileError, match="expected an Ed25519 private key"):
        load_signing_key(tmp_path / "journal.key")
    with pytest.raises(KeyFileError, match="expected an Ed25519 public key"):
        load_public_key(tmp_path / "journal.pub")


@pytest.mark.parametrize("content", [None, b"not a key"])
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
        (tmp_path / "key").chmod(0o400)
    with pytest.raises(KeyFileError, match=r"appliance keys new|in PEM"):
        load_signing_key(tmp_path / "key")
    with pytest.raises(KeyFileError, match=r"public key"):
        load_public_key(tmp_path / "key")
