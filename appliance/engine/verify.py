"""Is the model on disk the one that the catalogue promises? Digests, manifests, and nothing else beside."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from appliance.engine.catalogue import Entry, PinnedFile, Sha256, Source
from appliance.engine.progress import Progress, Silent
from appliance.errors import ModelError

MANIFEST = "antesala-manifest.json"
_CHUNK_BYTES = 4 * 1024 * 1024


class DigestError(ModelError):
    """A file is not the one that its digest promises; it must not be used."""


class Manifest(BaseModel):
    """Written into a model's folder when it is complete: what it was made of, and what it consists of.

    Attributes:
        source: digest of the entry's [source] table; another source means another model.
        files: every file of the model.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    source: Sha256
    files: tuple[PinnedFile, ...]


def sha256_of(file: Path, progress: Progress | None = None, before_bytes: int = 0) -> str:
    """The digest of a file, in hexadecimal; progress is told `before_bytes` and what was read."""
    progress = progress or Silent()
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
            before_bytes += len(chunk)
            progress.reach(before_bytes)
    return digest.hexdigest()


def expect_digest(file: Path, sha256: str, what: str) -> None:
    """Checks one file.

    Raises:
        DigestError: it is another one.
    """
    if (got := sha256_of(file)) != sha256:
        raise DigestError(
            f"{what}: expected SHA-256 {sha256}, got {got}; it was changed or damaged, and is not used"
        )


def files_of(folder: Path) -> tuple[str, ...]:
    """All files of a model, the manifest left out, as sorted relative paths.

    Raises:
        ModelError: there is something that is neither file nor folder, such as a link.
    """
    found = []
    for path in folder.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ModelError(f"{path}: expected plain files and folders only; remove it")
        if path.is_file() and path != folder / MANIFEST:
            found.append(path.relative_to(folder).as_posix())
    return tuple(sorted(found))


def pin_files(folder: Path, progress: Progress | None = None) -> tuple[PinnedFile, ...]:
    """The files of a model with their digests, sorted by path."""
    progress = progress or Silent()
    names = files_of(folder)
    progress.begin("computing digests", sum((folder / name).stat().st_size for name in names))
    pins, done_bytes = [], 0
    for name in names:
        pins.append(PinnedFile(path=name, sha256=sha256_of(folder / name, progress, done_bytes)))
        done_bytes += (folder / name).stat().st_size
    return tuple(pins)


def source_digest(source: Source) -> str:
    """Identifies where a model comes from, with all its pins."""
    return hashlib.sha256(source.model_dump_json().encode()).hexdigest()


def write_manifest(entry: Entry, folder: Path, progress: Progress | None = None) -> Manifest:
    """Records what the folder consists of.

    Raises:
        DigestError: a file that the catalogue pins is missing or different; nothing is written.
    """
    pins = pin_files(folder, progress)
    strangers = _strangers(entry.files, pins) if entry.names_every_file else ()
    _refuse(entry, (*_differences(entry.files, pins), *strangers))
    manifest = Manifest(name=entry.name, source=source_digest(entry.source), files=pins)
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return manifest


def verify_model(entry: Entry, folder: Path, progress: Progress | None = None) -> None:
    """Checks every file of a model against the catalogue's pins and its manifest.

    Raises:
        ModelError: it is not here, its entry is not pinned, or it was made from another source.
        DigestError: a file is missing, different, or does not belong.
    """
    if not entry.pinned:
        raise ModelError(
            f"{entry.name}: its digests are not pinned, so that nothing can be verified; on a staging "
            f"machine run: appliance models fetch {entry.name} --pin"
        )
    manifest = read_manifest(folder)
    if manifest is None:
        raise ModelError(f"{entry.name}: not here ({folder}); run: appliance models fetch {entry.name}")
    if (manifest.name, manifest.source) != (entry.name, source_digest(entry.source)):
        raise ModelError(
            f"{entry.name}: {folder} was made from another source than the catalogue names now; "
            f"run: appliance models fetch {entry.name}"
        )
    found = pin_files(folder, progress)
    # Where both name a file, the catalogue's word counts.
    expected = {file.path: file for file in (*manifest.files, *entry.files)}.values()
    _refuse(entry, (*_differences(expected, found), *_strangers(expected, found)))


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a model, or None if the folder holds no complete model.

    Raises:
        ModelError: the manifest is damaged.
    """
    file = folder / MANIFEST
    if not file.is_file():
        return None
    try:
        return Manifest.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise ModelError(f"{file}: not a manifest: {error}") from error


def _differences(expected: Iterable[PinnedFile], found: Iterable[PinnedFile]) -> tuple[str, ...]:
    digests = {file.path: file.sha256 for file in found}
    return tuple(
        f"{file.path}: expected SHA-256 {file.sha256}, got {digests.get(file.path, 'no such file')}"
        for file in expected
        if digests.get(file.path) != file.sha256
    )


def _strangers(expected: Iterable[PinnedFile], found: Iterable[PinnedFile]) -> tuple[str, ...]:
    known = {file.path for file in expected}
    return tuple(f"{file.path}: does not belong" for file in found if file.path not in known)


def _refuse(entry: Entry, problems: tuple[str, ...]) -> None:
    if problems:
        raise DigestError(
            f"{entry.name}: not the model that was promised, and not used:\n  " + "\n  ".join(problems)
        )
