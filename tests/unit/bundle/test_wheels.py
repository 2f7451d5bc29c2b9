"""What the server's Python asks for goes into the bundle, even where this machine's Python does not ask for it."""

import zipfile
from pathlib import Path

from appliance.bundle.wheels import _distribution, _lock, _missing


def wheel(folder: Path, name: str, *requires: str) -> None:
    """A wheel that is nothing but its metadata."""
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        lines = [f"Name: {name}", *(f"Requires-Dist: {line}" for line in requires)]
        archive.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join(lines) + "\n\n")


def test_a_requirement_of_debians_python_alone_is_found(tmp_path: Path) -> None:
    wheel(
        tmp_path, "redis", 'async-timeout>=4; python_full_version < "3.11.3"', "here>=1", 'x; extra == "tls"'
    )
    wheel(tmp_path, "here", 'pywin32; sys_platform == "win32"')
    assert list(_missing(tmp_path)) == ["async-timeout>=4"]


def test_names_are_compared_as_pip_does(tmp_path: Path) -> None:
    wheel(tmp_path, "typing_extensions")
    wheel(tmp_path, "other", "Typing.Extensions")
    assert list(_missing(tmp_path)) == []


def test_the_lock_names_every_wheel_with_its_digest(tmp_path: Path) -> None:
    wheel(tmp_path, "typing_extensions")
    wheel(tmp_path, "b")
    _lock(tmp_path)
    first, second = (tmp_path / "requirements.lock").read_text().splitlines()
    assert first.startswith("b==1.0 --hash=sha256:")
    assert second.startswith("typing-extensions==1.0 --hash=sha256:")
    assert _distribution(Path("a_b-2-py3-none-any.whl")) == ("a-b", "2")
