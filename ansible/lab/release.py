"""Makes another release of a bundle, for tests of upgrades: release.py BUNDLE OUT VERSION KEY [--broken].

The program is the same but for its version. A broken one cannot serve: its processes end as they start.
"""

import argparse
import hashlib
import os
import shutil
import zipfile
from pathlib import Path

from appliance.audit import load_signing_key
from appliance.bundle.seal import DESCRIPTION, SIGNATURE, SUMS, Description, seal_bundle
from appliance.bundle.wheels import LOCK

_MODULE = "appliance/cli/process.py"
_BREAK = b'raise SystemExit("this release was broken for a test")\n'


def linked(origin: Path, target: Path) -> None:
    """A copy that takes no room."""
    shutil.copytree(origin, target, copy_function=os.link)
    for name in (DESCRIPTION, SUMS, SIGNATURE):
        (target / name).unlink()


def rebuilt(wheel: Path, version: str, *, broken: bool) -> Path:
    """The wheel with another version in its metadata; RECORD is left out of the comparison by pip."""
    old = wheel.name.split("-")[1]
    target = wheel.with_name(wheel.name.replace(f"-{old}-", f"-{version}-"))
    with zipfile.ZipFile(wheel) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name.endswith(".dist-info/METADATA"):
                content = content.replace(f"\nVersion: {old}\n".encode(), f"\nVersion: {version}\n".encode())
            if name.endswith(".dist-info/RECORD"):
                content = content.replace(f"antesala-{old}.".encode(), f"antesala-{version}.".encode())
            if broken and name == _MODULE:
                content = _BREAK + content
            after.writestr(name.replace(f"antesala-{old}.", f"antesala-{version}."), content)
    wheel.unlink()
    return target


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("version")
    parser.add_argument("key", type=Path)
    parser.add_argument("--broken", action="store_true")
    given = parser.parse_args()
    described = Description.model_validate_json((given.bundle / DESCRIPTION).read_bytes())
    linked(given.bundle, given.out)
    wheels = given.out / "wheels" / "appliance"
    (wheel,) = wheels.glob("antesala-*.whl")
    new = rebuilt(wheel, given.version, broken=given.broken)
    lock = (wheels / LOCK).read_text().splitlines(keepends=True)
    (wheels / LOCK).unlink()
    digest = hashlib.sha256(new.read_bytes()).hexdigest()
    content = "".join(
        f"antesala=={given.version} --hash=sha256:{digest}\n" if line.startswith("antesala==") else line
        for line in lock
    )
    (wheels / LOCK).write_text(content)
    release = f"{given.version}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"
    changed = described.model_copy(update={"release": release, "version": given.version})
    (given.out / DESCRIPTION).write_text(changed.model_dump_json(indent=2) + "\n")
    seal_bundle(given.out, load_signing_key(given.key))
    print(release)


if __name__ == "__main__":
    main()
