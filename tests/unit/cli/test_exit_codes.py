"""What the command says when something is wrong, and with which exit code."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import Result
from pack_files import MANIFEST, files, write_pack
from typer.testing import CliRunner

from appliance.cli.app import application
from appliance.errors import PackError, SettingsError
from appliance.evaluation.questions import QuestionSetError

# Nothing listens there.
NO_REDIS = {"APPLIANCE_REDIS_URL": "redis://127.0.0.1:1/0", "APPLIANCE_VAULT_URL": "redis://127.0.0.1:1/1"}


def run(*arguments: str, environ: Mapping[str, str] | None = None) -> Result:
    return CliRunner().invoke(application(arguments), arguments, env={"COLUMNS": "200", **(environ or {})})


def small(tmp_path: Path, **more: str) -> dict[str, str]:
    """An environment with a data directory and a small pack that calls itself a demonstration."""
    contents = files() | {"pack.toml": f"demonstration = true\n{MANIFEST}"}
    pack = write_pack(tmp_path / "pack", contents)
    return {"APPLIANCE_DATA_DIR": str(tmp_path), "APPLIANCE_PACK": str(pack), **NO_REDIS, **more}


def question(tmp_path: Path) -> str:
    file = tmp_path / "one.jsonl"
    file.write_text(
        '{"id":"1","lang":"en","category":"c","turns":[{"text":"hi"}],"expected":{"action":"greeting",'
    )
    return str(file)


# ---- check ------------------------------------------------------------------------------------------------------


def test_check_lists_everything_that_is_missing_at_once(tmp_path: Path) -> None:
    result = run("check", environ=small(tmp_path))
    assert result.exit_code == 1
    for part in (
        "appliance models fetch multilingual-e5-small",
        "appliance keys new",
        "APPLIANCE_TWILIO_ACCOUNT_SID",
        "APPLIANCE_TWILIO_AUTH_TOKEN",
        "APPLIANCE_PUBLIC_URL",
        "APPLIANCE_REDIS_URL",
        "APPLIANCE_VAULT_URL",
    ):
        assert part in result.output
    assert "demonstration" not in result.output


def test_check_for_going_live_refuses_a_demonstration(tmp_path: Path) -> None:
    environ = small(tmp_path, APPLIANCE_PUBLIC_URL="http://plain.example")
    result = run("check", "--go-live", environ=environ)
    assert result.exit_code == 1
    for part in ("pack.toml, demonstration", "expected https", "twilio_sender"):
        assert part in result.output


def test_check_with_a_broken_pack_still_says_the_rest(tmp_path: Path) -> None:
    environ = small(tmp_path)
    (tmp_path / "pack" / "pack.toml").write_text("name = 1")
    result = run("check", "--go-live", environ=environ)
    assert result.exit_code == 1
    assert f"{tmp_path}/pack/pack.toml, name" in result.output
    assert "APPLIANCE_REDIS_URL" in result.output


def test_a_secret_is_never_printed_by_check(tmp_path: Path) -> None:
    result = run("check", environ=small(tmp_path, APPLIANCE_TWILIO_AUTH_TOKEN="a-reserved-token"))
    assert "auth_token" not in result.output
    assert "a-reserved-token" not in result.output


# ---- eval and ask -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--min", "covrage=1"], "unknown metric 'covrage'"),
        (["--min", "coverage"], "expected METRIC=NUMBER"),
        (["--max", "coverage=all"], "expected METRIC=NUMBER"),
        (["--json", "/nowhere/out.json"], "--json /nowhere/out.json: expected a directory that exists"),
        (["--html", "/nowhere/out.html"], "--html /nowhere/out.html: expected a directory that exists"),
    ],
)
def test_eval_refuses_a_wrong_option_before_it_plays(tmp_path: Path, options: list[str], said: str) -> None:
    result = run("eval", str(tmp_path / "not even read.jsonl"), *options)
    assert isinstance(result.exception, SettingsError)
    assert said in str(result.exception)


def test_eval_names_the_line_of_a_broken_question_set(tmp_path: Path) -> None:
    result = run("eval", question(tmp_path))
    assert isinstance(result.exception, QuestionSetError)
    assert "one.jsonl, line 1" in str(result.exception)


def test_an_engine_is_none_or_a_url() -> None:
    result = run("ask", "may I drink?", "--engine", "localhost")
    assert isinstance(result.exception, SettingsError)
    assert "--engine" in str(result.exception)


def test_ask_needs_something_to_be_asked() -> None:
    assert run("ask").exit_code == 2


# ---- knowledge --------------------------------------------------------------------------------------------------


def test_lint_of_a_broken_pack_names_the_place(tmp_path: Path) -> None:
    result = run("knowledge", "lint", str(tmp_path))
    assert isinstance(result.exception, PackError)
    assert result.exception.file == tmp_path / "pack.toml"


def test_without_versions_the_list_says_what_is_served(tmp_path: Path) -> None:
    result = run("knowledge", "list", environ=small(tmp_path))
    assert result.exit_code == 0
    assert "the files of the configured pack are served" in result.output


def test_rollback_needs_a_version_before(tmp_path: Path) -> None:
    result = run("knowledge", "rollback", environ=small(tmp_path))
    assert isinstance(result.exception, SettingsError)
    assert "no version of small was active before" in str(result.exception)


def test_there_is_no_way_around_the_floors(tmp_path: Path) -> None:
    result = run("knowledge", "activate", "small-000000000000", "--force", environ=small(tmp_path))
    assert result.exit_code == 2
    assert "No such option" in result.output
