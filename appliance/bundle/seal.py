"""A bundle's seal: the digest of every file, and one signature over all digests.

`SHA256SUMS` is what `sha256sum --check` reads, and `SHA256SUMS.sig` is a bare Ed25519 signature over its bytes:
a server that has nothing installed yet can check both with coreutils and openssl.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, ValidationError

from appliance.engine.progress import Progress, Silent
from appliance.errors import BundleError

DESCRIPTION, SUMS, SIGNATURE = "bundle.json", "SHA256SUMS", "SHA256SUMS.sig"
_UNSUMMED = frozenset({SUMS, SIGNATURE})
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_CHUNK_BYTES = 4 * 1024 * 1024


class Description(BaseModel):
    """What a bundle says of itself; the playbook reads it.

    Attributes:
        release: the name that the installed program goes by: version, and a digest of what it consists of.
        python: the version that the wheels are for.
        engine: vLLM's build in the bundle, or None.
        engine_requirements: what its environment is stamped with.
        qdrant: the file's name in `qdrant/`, or None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = 1
    release: str
    version: str
    profile: str
    made_at: str
    python: str
    architecture: str
    models: tuple[str, ...]
    models_digest: str
    chat_model: str
    embedding_model: str
    engine: str | None
    engine_digest: str | None
    engine_requirements: tuple[str, ...]
    qdrant: str | None


@dataclass(frozen=True)
class Seal:
    """What a verified bundle is, and what it weighs."""

    description: Description
    files: int
    size_bytes: int


def seal_bundle(directory: Path, key: Ed25519PrivateKey, progress: Progress | None = None) -> None:
    """Write the digests of all files, and sign them."""
    progress = progress or Silent()
    names = _files(directory)
    progress.begin("computing digests", sum((directory / name).stat().st_size for name in names))
    lines = [f"{_sha256(directory / name)}  {name}\n" for name in names]
    content = "".join(lines).encode()
    (directory / SUMS).write_bytes(content)
    (directory / SIGNATURE).write_bytes(key.sign(content))


def verify_bundle(directory: Path, key: Ed25519PublicKey, progress: Progress | None = None) -> Seal:
    """Check the signature and every file.

    Raises:
        BundleError: it is no bundle, somebody else signed it, or files were changed, removed or added.
    """
    progress = progress or Silent()
    sums = _signed_sums(directory, key)
    names = _files(directory)
    problems = [
        *(f"{name}: missing" for name in sums if name not in names),
        *(f"{name}: does not belong" for name in names if name not in sums),
    ]
    size_bytes = sum((directory / name).stat().st_size for name in names)
    progress.begin("comparing digests", size_bytes)
    problems += [
        f"{name}: expected SHA-256 {sums[name]}, got {got}"
        for name in names
        if name in sums and (got := _sha256(directory / name)) != sums[name]
    ]
    if problems:
        raise BundleError(f"{directory}: not as it was signed; copy it again:\n" + "\n".join(problems))
    return Seal(_description(directory), len(names), size_bytes)


def _signed_sums(directory: Path, key: Ed25519PublicKey) -> Mapping[str, str]:
    try:
        content, signature = (directory / SUMS).read_bytes(), (directory / SIGNATURE).read_bytes()
    except OSError as error:
        raise BundleError(
            f"{directory}: expected a bundle with {SUMS} and {SIGNATURE}, got {error.strerror}; "
            "make one with: appliance bundle build"
        ) from error
    try:
        key.verify(signature, content)
    except InvalidSignature as error:
        raise BundleError(
            f"{directory}: {SUMS} is not signed by this key; is it the public key of the machine that made it?"
        ) from error
    lines = [_LINE.fullmatch(line) for line in content.decode().splitlines()]
    return {line[2]: line[1] for line in lines if line}


def _description(directory: Path) -> Description:
    try:
        return Description.model_validate_json((directory / DESCRIPTION).read_bytes())
    except (OSError, ValidationError) as error:
        raise BundleError(f"{directory / DESCRIPTION}: expected what the bundle holds: {error}") from error


def _files(directory: Path) -> tuple[str, ...]:
    found = []
    for path in directory.rglob("*"):
        name = path.relative_to(directory).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise BundleError(f"{path}: expected plain files and folders only")
        if path.is_file() and name not in _UNSUMMED:
            found.append(name)
    return tuple(sorted(found))


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
