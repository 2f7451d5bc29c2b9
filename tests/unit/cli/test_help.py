"""The command teaches itself: every command says what it does, and every option what it is for."""

from collections.abc import Iterator

import pytest
import typer
from typer.testing import CliRunner

from appliance.cli.app import COMMANDS, application

WIDE = {"COLUMNS": "200", "TERM": "dumb"}
TEACHES = {
    ("demo",): ["--port", "--engine", "auto|none|URL", "APPLIANCE_TWILIO_AUTH_TOKEN", "APPLIANCE_PUBLIC_URL"],
    ("serve",): ["gateway", "APPLIANCE_", "SIGTERM"],
    ("worker",): ["SIGTERM", "APPLIANCE_WORKER_GRACE_S"],
    ("check",): ["--go-live", "exit code 0"],
    ("ask",): ["--json", "--explain", "--engine", "none|URL", "--name", "appliance ask"],
    ("eval",): ["--engine", "--json", "--html", "--min", "--max", "METRIC=VALUE", "appliance eval"],
    ("knowledge",): ["lint", "build", "list", "activate", "rollback"],
    ("models",): ["list", "fetch", "verify", "serve"],
    ("models", "fetch"): ["--all-local", "--pin", "HF_ENDPOINT"],
    ("inbox",): ["list", "retry", "discard", "fallback", "24 hours", "journal"],
    ("inbox", "list"): ["--open", "pseudonym"],
    ("keys",): ["new", "list", "rotate"],
    ("audit",): ["verify", "export", "rotate", "report", "sbom"],
    ("bundle", "build"): ["--profile", "gpu-24", "--without-engine", "--qdrant", "--debs", "--sbom"],
}


def help_of(*path: str) -> str:
    result = CliRunner().invoke(application(path), [*path, "--help"], env=WIDE)
    assert result.exit_code == 0, result.output
    return result.output


def commands() -> Iterator[tuple[str, ...]]:
    """Every command and group, as a path."""
    for name in COMMANDS:
        yield (name,)
        found = typer.main.get_command(application([name])).commands[name]  # type: ignore[attr-defined]  # a group
        yield from ((name, inner) for inner in getattr(found, "commands", {}))


def test_without_arguments_the_command_says_what_there_is() -> None:
    result = CliRunner().invoke(application([]), [], env=WIDE)
    for name in COMMANDS:
        assert f" {name} " in result.output
    assert "Start with: appliance demo" in result.output


@pytest.mark.parametrize("path", list(TEACHES), ids=" ".join)
def test_help_lists_what_the_command_teaches(path: tuple[str, ...]) -> None:
    shown = help_of(*path)
    for word in TEACHES[path]:
        assert word in shown


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_and_option_is_explained(path: tuple[str, ...]) -> None:
    command = typer.main.get_command(application(path))
    for name in path:
        command = command.commands[name]  # type: ignore[attr-defined]  # a group
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{' '.join(path)}: {parameter.name} has no help"


def test_only_what_the_arguments_name_is_imported() -> None:
    """`appliance models list` on a new machine needs neither pack nor index."""
    loaded = typer.main.get_command(application(["keys", "list"]))
    assert list(loaded.commands) == ["keys"]  # type: ignore[attr-defined]  # a group
