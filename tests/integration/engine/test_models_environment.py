"""Installing vLLM's environment, with small wheels in vLLM's place."""

import json
import subprocess
from pathlib import Path

import pytest
from heard import Heard
from wheelhouse import make_wheel, only_from

from appliance.engine.environment import Flavour, install_environment, installed_environment
from appliance.engine.wheels import DownloadFailed

FLAVOUR = Flavour(
    name="cpu",
    requirements=("tinyvllm==1.0", "tinytorch==2.0"),
    unwanted=("tinyvision",),
    index=None,
    arguments=(),
    variables={},
)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    for name, version in (("tinyvllm", "1.0"), ("tinytorch", "2.0"), ("tinyvision", "3.0")):
        make_wheel(tmp_path / "index", name, version, {f"{name}.py": b""})
    return tmp_path / "index"


def test_it_is_installed_once_completely_and_apart(tmp_path: Path, index: Path) -> None:
    heard = Heard()
    environment = install_environment(tmp_path / "engine", FLAVOUR, heard, only_from(index))
    subprocess.run([environment.python, "-c", "import tinyvllm, tinytorch"], check=True)
    assert set(FLAVOUR.requirements) <= set(
        json.loads(environment.stamp.read_text(encoding="utf-8"))["installed"]
    )
    assert "Successfully installed" in environment.log.read_text(encoding="utf-8")
    assert any("Successfully installed" in step for step in heard.steps)

    again = Heard()
    assert install_environment(tmp_path / "engine", FLAVOUR, again, only_from(tmp_path)) == environment
    assert again.steps == []


def test_after_a_failure_it_does_not_count_as_installed_and_the_next_try_goes_on(
    tmp_path: Path, index: Path
) -> None:
    late = index / "tinytorch-2.0-py3-none-any.whl"
    content = late.read_bytes()
    late.unlink()
    with pytest.raises(DownloadFailed, match=r"tinytorch==2\.0.*install\.log"):
        install_environment(tmp_path / "engine", FLAVOUR, Heard(), only_from(index))
    assert installed_environment(tmp_path / "engine", FLAVOUR) is None
    late.write_bytes(content)
    heard = Heard()
    install_environment(tmp_path / "engine", FLAVOUR, heard, only_from(index))
    assert installed_environment(tmp_path / "engine", FLAVOUR) is not None
    assert not any("making an environment" in step for step in heard.steps)


def test_a_package_that_breaks_vllm_is_taken_out_again(tmp_path: Path, index: Path) -> None:
    wanting = Flavour(
        name="cpu",
        requirements=("tinyvllm==1.0", "tinyvision==3.0"),
        unwanted=FLAVOUR.unwanted,
        index=None,
        arguments=(),
        variables={},
    )
    environment = install_environment(tmp_path / "engine", wanting, Heard(), only_from(index))
    installed = json.loads(environment.stamp.read_text(encoding="utf-8"))["installed"]
    assert "tinyvllm==1.0" in installed
    assert not any(line.startswith("tinyvision") for line in installed)
