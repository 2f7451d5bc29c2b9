"""The command as a process: one line on stderr for a failure of its own, and exit codes that mean something."""

from pathlib import Path

from program import Command

from appliance.settings import shipped


def test_lint_of_a_sound_pack_counts_what_is_in_it(appliance: Command) -> None:
    ended = appliance("knowledge", "lint", str(shipped("knowledge") / "reedy-preop"))
    assert ended.returncode == 0
    # Its lines are cut to the width of a terminal.
    said = " ".join(ended.stdout.split())
    assert "10 statements" in said
    assert "in 11 languages; nothing is wrong" in said
    assert "not clinically approved" in said


def test_a_failure_of_its_own_is_one_line_and_exit_code_1(appliance: Command, tmp_path: Path) -> None:
    ended = appliance("knowledge", "lint", str(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"appliance: {tmp_path}/pack.toml: expected TOML")
    assert "Traceback" not in ended.stderr


def test_a_command_that_there_is_not_is_exit_code_2(appliance: Command) -> None:
    ended = appliance("keys", "loose")
    assert ended.returncode == 2
    assert "No such command 'loose'" in ended.stderr
