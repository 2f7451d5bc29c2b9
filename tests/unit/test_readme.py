"""The README says what is so: its commands, its settings and its folders are the program's."""

import re
from pathlib import Path

import typer

from appliance.cli.app import COMMANDS, application
from appliance.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def part(name: str) -> str:
    """What stands between the marks of that name."""
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- /{name} -->", README, re.DOTALL)
    assert found, f"README.md has no part {name!r}"
    return found[1]


def test_the_commands_are_those_of_the_program_in_its_own_words() -> None:
    group = typer.main.get_command(application([]))
    rows = ["| command | what it does |", "|---|---|"]
    for name in COMMANDS:
        help_text = group.commands[name].help or ""  # type: ignore[attr-defined]
        rows.append(f"| `appliance {name}` | {' '.join(help_text.split(chr(10) * 2)[0].split())} |")
    assert part("commands") == "\n".join(rows)


def test_the_settings_are_those_of_the_program_with_their_defaults() -> None:
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        given = not field.is_required() and field.default_factory is None and field.default not in {None, ""}
        default = f"`{field.default}`" if given else ""
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description or ''} |")
    assert part("settings") == "\n".join(rows)


def test_every_folder_that_it_names_is_there() -> None:
    named = re.findall(r"^\| `([a-z/-]+)/` \|", README, re.MULTILINE)
    assert len(named) > 5
    assert [folder for folder in named if not (ROOT / folder).is_dir()] == []


def test_it_opens_with_one_sentence_and_the_two_commands() -> None:
    title, sentence, *_ = [line for line in README.splitlines() if line]
    assert title == "# Antesala"
    assert sentence.count(". ") == 0
    for command in ("pip install -e '.[demo]' && .venv/bin/appliance demo", "pip install -e '.[test]'"):
        assert command in README.split("## ")[0]
