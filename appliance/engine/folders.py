"""Takes a model from this machine: out of a folder, or out of a tar archive."""

import os
import shutil
import tarfile
from pathlib import Path

from appliance.engine.progress import Progress
from appliance.engine.verify import MANIFEST, expect_digest, files_of
from appliance.errors import ModelError


def copy_folder(origin: Path, into: Path, progress: Progress) -> None:
    """Copies every file; on the same file system it is linked, so that weights do not lie there twice.

    Raises:
        ModelError: the folder is missing, or holds links.
    """
    if not origin.is_dir():
        raise ModelError(f"expected a model's folder at {origin}, found none")
    progress.begin(f"copying {origin}")
    for name in files_of(origin):
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(origin / name, target)
        except OSError:
            shutil.copyfile(origin / name, target)


def unpack_bundle(archive: Path, sha256: str, into: Path, progress: Progress) -> None:
    """Checks a tar archive and unpacks it; a manifest in it is left out, since one is written here.

    Raises:
        ModelError: it is missing, is no tar archive, or would write outside of `into`.
        DigestError: it is another archive.
    """
    if not archive.is_file():
        raise ModelError(f"expected a bundle at {archive}, found none")
    progress.begin(f"unpacking {archive}", archive.stat().st_size)
    expect_digest(archive, sha256, str(archive))
    try:
        with tarfile.open(archive) as bundle:
            bundle.extractall(into, filter="data")
    except tarfile.TarError as error:
        raise ModelError(f"{archive}: not a bundle that can be unpacked: {error}") from error
    (into / MANIFEST).unlink(missing_ok=True)
