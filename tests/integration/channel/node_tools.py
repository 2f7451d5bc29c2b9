"""Programs from npm that the tests hold the channel against: installed once, into the user's cache.

Versions are exact, nothing of the packages is run while installing, and no lock file is written.
"""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from needs import missing
from platformdirs import user_cache_path

TWILIO = "twilio@6.2.0"
PRISM = "@stoplight/prism-cli@5.14.2"
TWILIO_CLI_CORE = "@twilio/cli-core@8.3.2"
_OPENAPI = "package/src/services/twilio-api/twilio_api_v2010.json"
_LONGEST_NPM_S = 300


def installed(package: str) -> Path:
    """The folder in whose node_modules a package and what it needs are installed."""
    folder = _folder(package)
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=_cache()) as scratch:
            options = ["--no-package-lock", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"]
            prefix = Path(scratch) / "prefix"
            prefix.mkdir()
            _npm("install", "--prefix", str(prefix), *options, package)
            _publish(prefix, folder)
    return folder


def twilio_openapi() -> Path:
    """Twilio's OpenAPI document of the REST API, 2010-04-01, as npm's @twilio/cli-core carries it."""
    document = _folder(TWILIO_CLI_CORE).with_suffix(".json")
    if not document.exists():
        with tempfile.TemporaryDirectory(dir=_cache()) as scratch:
            _npm("pack", "--silent", "--pack-destination", scratch, TWILIO_CLI_CORE)
            (archive,) = Path(scratch).glob("*.tgz")
            with tarfile.open(archive) as packed:
                packed.extract(_OPENAPI, scratch, filter="data")
            _publish(Path(scratch) / _OPENAPI, document)
    return document


def node() -> str:
    """The path of node; the test is skipped where there is none."""
    found = shutil.which("node")
    if not found or not shutil.which("npm"):
        missing("node or npm not found: apt-get install nodejs npm")
    return found


def _npm(*arguments: str) -> None:
    node()
    try:
        subprocess.run(
            ["npm", *arguments],
            check=True,
            capture_output=True,
            text=True,
            timeout=_LONGEST_NPM_S,
            cwd=_cache(),
        )
    except subprocess.CalledProcessError as error:
        missing(f"npm {' '.join(arguments)} failed: {error.stderr!s}")
    except subprocess.TimeoutExpired:
        missing(f"npm {' '.join(arguments)} took longer than {_LONGEST_NPM_S} s")


def _publish(made: Path, target: Path) -> None:
    """Move into place in one step: another test run may be doing the same."""
    try:
        made.rename(target)
    except OSError:
        if not target.exists():
            raise


def _folder(package: str) -> Path:
    name = "".join(c if c.isalnum() else "-" for c in package).strip("-")
    return _cache() / f"{name}-{hashlib.sha256(package.encode()).hexdigest()[:8]}"


def _cache() -> Path:
    return user_cache_path("antesala", ensure_exists=True)
