"""`appliance models` on the shell: what it shows, and the exit codes that it ends with."""

from pathlib import Path

import pytest
from typer.testing import CliRunner
from wheelhouse import sha256

from appliance.cli.models import models_app
from appliance.errors import ModelError

ENTRY = """
name = "tiny"
kind = "chat"
description = "for tests"
licence = "MIT"
languages = ["en"]
context_tokens = 64
gpu_memory_gib = 3

[source]
type = "directory"
path = "{path}"

[[files]]
path = "model.safetensors"
sha256 = "{digest}"
"""


class Shell:
    """The command with a catalogue of one model that lies in a folder."""

    def __init__(self, directory: Path) -> None:
        (directory / "origin").mkdir()
        (directory / "origin" / "model.safetensors").write_bytes(b"weights")
        (directory / "catalogue").mkdir()
        entry = ENTRY.format(path=directory / "origin", digest=sha256(b"weights"))
        (directory / "catalogue" / "tiny.toml").write_text(entry, encoding="utf-8")
        self.models = directory / "data" / "models"
        self._environ = {
            "APPLIANCE_DATA_DIR": str(directory / "data"),
            "APPLIANCE_MODELS_CATALOGUE": str(directory / "catalogue"),
            "COLUMNS": "100",
        }

    def run(self, *arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(models_app, arguments, env=self._environ)
        if isinstance(result.exception, ModelError):
            raise result.exception
        return result.exit_code, result.output


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_the_list_tells_what_is_here(shell: Shell) -> None:
    code, output = shell.run("list")
    assert code == 0
    for word in ("tiny", "chat", "directory", "MIT", "3", "not here"):
        assert word in output
    shell.run("fetch", "tiny")
    assert "not here" not in shell.run("list")[1]


def test_verify_ends_with_0_when_all_is_right_and_1_when_a_byte_changed(shell: Shell) -> None:
    assert shell.run("fetch", "tiny")[0] == 0
    code, output = shell.run("verify")
    assert code == 0
    assert "right  tiny" in output
    (shell.models / "tiny" / "model.safetensors").unlink()
    (shell.models / "tiny" / "model.safetensors").write_bytes(b"weighty")
    code, output = shell.run("verify")
    assert code == 1
    assert "WRONG  tiny" in output
    assert "model.safetensors" in output


def test_verify_ends_with_1_when_there_is_nothing_to_verify(shell: Shell) -> None:
    assert shell.run("verify")[0] == 1
    code, output = shell.run("verify", "tiny")
    assert code == 1
    assert "not here" in output


def test_fetch_wants_a_name(shell: Shell) -> None:
    code, output = shell.run("fetch")
    assert code == 2
    assert "--all-local" in output


def test_an_unknown_model_is_named(shell: Shell) -> None:
    with pytest.raises(ModelError, match="known are: tiny"):
        shell.run("fetch", "huge")


@pytest.mark.parametrize("command", ["list", "fetch", "verify", "serve"])
def test_every_command_explains_itself(shell: Shell, command: str) -> None:
    code, output = shell.run(command, "--help")
    assert code == 0
    assert len(output.splitlines()) > 5
