"""The playbook, applied for real: a booted Debian without a route outside, from a bundle; and its lint."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from needs import missing
from unguarded import unguarded_environment

PLAYBOOK = Path(__file__).parents[2] / "ansible"
LONGEST_S = 45 * 60
# All but --check, which takes a minute to say that it has nothing to say: ansible/test.sh alone runs it too.
_STAGES = "install again verify answer killed planted broken upgrade restore rotate reboot"
_TOOLS = ("debootstrap", "systemd-nspawn", "nsenter", "openssl", "apt-ftparchive")


@pytest.mark.nspawn
def test_a_bare_server_becomes_a_running_appliance_and_stays_one() -> None:
    """First run, repeat, checks, kills, planted calls, a broken release, an upgrade, a restore, new keys, a reboot."""
    if os.geteuid() != 0:
        missing("only root can boot a Debian in systemd-nspawn")
    if absent := [tool for tool in _TOOLS if shutil.which(tool) is None]:
        missing(f"not here: {', '.join(absent)}; apt-get install debootstrap systemd-container apt-utils")
    if not (Path(sys.executable).parent / "ansible-playbook").exists():
        missing("ansible-playbook is not here: pip install -e '.[test,playbook]'")
    # The bundle is built from the package index, and the machine has a network of its own.
    done = subprocess.run(
        [PLAYBOOK / "test.sh"],
        env=unguarded_environment() | {"STAGES": _STAGES},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_S,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "All of it holds" in done.stdout


@pytest.mark.nspawn
def test_the_roles_pass_ansible_lint_at_the_production_profile() -> None:
    linter = shutil.which("ansible-lint") or shutil.which(
        "ansible-lint", path=str(Path(sys.executable).parent)
    )
    if linter is None:
        missing("ansible-lint is not here: pip install -e '.[test,playbook]'")
    environment = os.environ | {"PATH": f"{Path(linter).parent}:{os.environ['PATH']}", "NO_COLOR": "1"}
    done = subprocess.run(
        [linter, "--offline", "--profile", "production", "--strict", "-q", "."],
        cwd=PLAYBOOK,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
