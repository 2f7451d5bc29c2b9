"""The key that signs checkpoints (Ed25519): a private file for the appliance, a public one for auditors."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from appliance.errors import KeyFileError
from appliance.vault.key_file import read_key_file, write_key_file

_MADE_BY = "appliance keys new"


def new_signing_key(private: Path, public: Path) -> None:
    """Make a key pair: the private half with mode 0400, the public half as PEM for whoever verifies."""
    key = Ed25519PrivateKey.generate()
    content = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_key_file(private, content)
    public.parent.mkdir(parents=True, exist_ok=True)
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )


def load_signing_key(path: Path) -> Ed25519PrivateKey:
    """The private key in a file.

    Raises:
        KeyFileError: it is missing, open to others, or no Ed25519 key in PEM.
    """
    content = read_key_file(path, _MADE_BY)
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path}: expected an Ed25519 private key in PEM, got something else") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path}: expected an Ed25519 private key, got {type(key).__name__}")
    return key


def load_public_key(path: Path) -> Ed25519PublicKey:
    """The public key in a file.

    Raises:
        KeyFileError: it is missing, or no Ed25519 key in PEM.
    """
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise KeyFileError(f"{path}: expected the journal's public key, got {error.strerror}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path}: expected an Ed25519 public key in PEM, got something else") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(f"{path}: expected an Ed25519 public key, got {type(key).__name__}")
    return key
