"""Collects Debian packages with all that they need, and makes a repository of them that apt reads from a disk."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import yaml

from appliance.errors import BundleError

_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_TOOLS = {"apt-get": "apt", "apt-ftparchive": "apt-utils"}
_LAST_WORDS = 1500


@dataclass(frozen=True)
class Archive:
    """Where Debian's packages come from."""

    mirror: str
    security: str
    suite: str = "bookworm"

    @classmethod
    def chosen(cls, mirror: str, security: str) -> Self:
        """The given mirrors; for one that is "", the one that this machine's apt uses.

        Raises:
            BundleError: it is to be this machine's, and its apt names none.
        """
        return cls(
            mirror or _of_this_machine("--mirror", security=False),
            security or _of_this_machine("--security", security=True),
        )

    def sources(self) -> str:
        """An apt sources list."""
        suites = ((self.mirror, ""), (self.mirror, "-updates"), (self.security, "-security"))
        return "".join(f"deb [signed-by={_KEYRING}] {url} {self.suite}{end} main\n" for url, end in suites)


def _of_this_machine(option: str, *, security: bool) -> str:
    listed = _run("apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)", "Created-By: Packages")
    for line in listed.splitlines():
        site, _, release = line.partition(" ")
        if site.startswith("http") and release.endswith("-security") == security:
            return site
    raise BundleError(f"expected a mirror of Debian in this machine's apt sources, found none; give {option}")


def packages_of(playbook: Path) -> tuple[str, ...]:
    """What the roles install: every default whose name ends in `_packages`."""
    found: set[str] = set()
    for defaults in sorted(playbook.glob("roles/*/defaults/main.yml")):
        values = yaml.safe_load(defaults.read_text(encoding="utf-8")) or {}
        for name, packages in values.items():
            if name.endswith("_packages"):
                found.update(packages)
    if not found:
        raise BundleError(f"expected roles that name packages in {playbook}/roles/*/defaults/main.yml")
    return tuple(sorted(found))


def collect(packages: Sequence[str], archive: Archive, cache: Path, into: Path) -> int:
    """Download packages and the whole of what they depend on, as for a machine that has nothing.

    So the bundle fits a server whatever is installed on it, and brings it up to the newest of each. apt checks
    Debian's signatures. Gives the number of packages.

    Raises:
        BundleError: a tool is missing, a package is unknown, or the mirror cannot be reached.
    """
    for tool, package in _TOOLS.items():
        if shutil.which(tool) is None:
            raise BundleError(f"expected {tool}, found none; run: apt-get install {package}")
    options = _own_apt(cache, archive)
    _run("apt-get", *options, "-qq", "update")
    _run(
        *("apt-get", *options, "-qq", "--yes", "--no-install-recommends", "--download-only"),
        *("install", *packages),
    )
    wanted = _archives(options, packages)
    into.mkdir(parents=True, exist_ok=True)
    for name in wanted:
        _place(cache / "archives" / name, into / name)
    return len(wanted)


def index(folder: Path) -> None:
    """Write `Packages`, so that apt reads the folder as a repository."""
    (folder / "Packages").write_text(_run("apt-ftparchive", "packages", ".", cwd=folder), encoding="utf-8")


def _own_apt(cache: Path, archive: Archive) -> tuple[str, ...]:
    """Options that give apt a world of its own: nothing of this machine is read or changed."""
    for folder in ("lists/partial", "archives/partial"):
        (cache / folder).mkdir(parents=True, exist_ok=True)
    (cache / "status").touch()
    (cache / "sources.list").write_text(archive.sources(), encoding="utf-8")
    settings = {
        "Dir::Etc::sourcelist": cache / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State": cache,
        "Dir::State::status": cache / "status",
        "Dir::Cache": cache,
        "APT::Architecture": "amd64",
        "APT::Get::List-Cleanup": "false",
        "APT::Sandbox::User": "",
        "APT::Keep-Downloaded-Packages": "true",
    }
    return tuple(word for name, value in settings.items() for word in ("-o", f"{name}={value}"))


def _archives(options: Sequence[str], packages: Sequence[str]) -> tuple[str, ...]:
    """The file names of what would be installed; apt names those that it need not fetch again too."""
    listed = _run(
        *("apt-get", *options, "-qq", "--yes", "--no-install-recommends", "--print-uris"),
        *("-o", "Dir::Cache::archives=nowhere/", "install", *packages),
    )
    lines = [line.split() for line in listed.splitlines() if line.startswith("'")]
    return tuple(name for _, name, *_ in lines)


def _place(file: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)


def _run(*command: str, cwd: Path | None = None, environ: Mapping[str, str] = os.environ) -> str:
    environment = {**environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(  # noqa: S603  (fixed tools, no shell)
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BundleError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-_LAST_WORDS:]}")
    return done.stdout
