"""Collects wheels with pip for the server's Python, and writes the lock that it installs by."""

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from appliance.engine.wheels import PIP_ALONE
from appliance.errors import BundleError

PYTHON, ARCHITECTURE = "3.11", "x86_64"
"""Debian 12's."""
# Its Python is 3.11.2, and some packages ask for more below 3.11.3. pip asks the Python that it runs on.
_SERVER = {"python_full_version": "3.11.2", "python_version": PYTHON, "platform_machine": ARCHITECTURE}
# Debian 12 has glibc 2.36; pip takes the tags one by one.
_GLIBC = ("2_36", "2_35", "2_34", "2_31", "2_28", "2_27", "2_26", "2_24", "2_17", "2_12", "2_5")
_PLATFORMS = (*(f"manylinux_{glibc}_x86_64" for glibc in _GLIBC), "manylinux2014_x86_64", "linux_x86_64")
_LAST_WORDS = 1500
LOCK = "requirements.lock"


def build_project(checkout: Path, into: Path) -> Path:
    """The project's own wheel.

    Raises:
        BundleError: this is no checkout, or the build failed.
    """
    if not (checkout / "pyproject.toml").is_file():
        raise BundleError(f"expected the project's checkout at {checkout}: bundles are built from one")
    into.mkdir(parents=True, exist_ok=True)
    _pip("wheel", "--no-deps", "--wheel-dir", str(into), str(checkout))
    return next(into.glob("antesala-*.whl"))


def collect(
    wanted: Sequence[str], into: Path, *, index: str | None = None, unwanted: Sequence[str] = ()
) -> str:
    """Download requirements with all that they need, and write the lock beside them; gives its digest.

    Raises:
        BundleError: something has no wheel for the server's Python; the text ends with pip's words.
    """
    if f"{sys.version_info.major}.{sys.version_info.minor}" != PYTHON:
        raise BundleError(
            f"expected Python {PYTHON}, as Debian 12 has it, got {sys.version.split()[0]}: which packages "
            "are needed depends on it; build the bundle on a machine with Debian 12"
        )
    into.mkdir(parents=True, exist_ok=True)
    tags = [word for platform in _PLATFORMS for word in ("--platform", platform)]
    source = ["--extra-index-url", index] if index else []
    while wanted:
        _pip("download", "--only-binary=:all:", *tags, *source, "--dest", str(into), *wanted)
        wanted = tuple(_missing(into))
    for wheel in into.glob("*.whl"):
        if canonicalize_name(_distribution(wheel)[0]) in unwanted:
            wheel.unlink()
    return _lock(into)


def _missing(folder: Path) -> Iterator[str]:
    """What the wheels ask for on the server, and did not on this machine."""
    wheels = tuple(folder.glob("*.whl"))
    here = {canonicalize_name(_distribution(wheel)[0]) for wheel in wheels}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
            metadata = HeaderParser().parsestr(archive.read(name).decode())
        for line in metadata.get_all("Requires-Dist") or ():
            wanted = Requirement(line)
            applies = wanted.marker is None or wanted.marker.evaluate({**_SERVER, "extra": ""})
            if applies and canonicalize_name(wanted.name) not in here:
                yield f"{wanted.name}{wanted.specifier}"


def _lock(folder: Path) -> str:
    """Every wheel by name, version and digest: what `pip install --require-hashes` asks for."""
    lines = []
    for wheel in sorted(folder.glob("*.whl"), key=lambda wheel: wheel.name.lower()):
        name, version = _distribution(wheel)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{name}=={version} --hash=sha256:{digest}\n")
    content = "".join(lines)
    (folder / LOCK).write_text(content, encoding="utf-8")
    return hashlib.sha256(content.encode()).hexdigest()


def _distribution(wheel: Path) -> tuple[str, str]:
    name, version, *_ = wheel.name.split("-")
    return name.replace("_", "-"), version


def _pip(verb: str, *arguments: str, environ: Mapping[str, str] = os.environ) -> None:
    command = [sys.executable, "-m", "pip", verb, "--quiet", *arguments]
    done = subprocess.run(  # noqa: S603  (our own interpreter, no shell)
        command, env={**environ, **PIP_ALONE}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = done.stderr.strip()[-_LAST_WORDS:]
        raise BundleError(f"pip {verb} ended with {done.returncode}: {said}")
