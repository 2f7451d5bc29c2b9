"""The suite's own guard: a test that reaches out fails, also when it hides it, and also through a child."""

import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[2] / "conftest.py"
# 203.0.113.0/24 is reserved: no packet would reach anybody.
PLANTED = {
    "a planted call": "import socket; socket.create_connection(('203.0.113.9', 443), 1)",
    "a call whose failure is hidden": """
import contextlib, socket
with contextlib.suppress(OSError):
    socket.create_connection(("203.0.113.9", 443), 1)
""",
    "a look-up": """
import contextlib, socket
with contextlib.suppress(OSError):
    socket.gethostbyname("evil.invalid")
""",
    "a child's call": """
import subprocess, sys
subprocess.run([sys.executable, "-c", "import socket; socket.create_connection(('203.0.113.9', 443), 1)"])
""",
}


def suite(tmp_path: Path, body: str) -> subprocess.CompletedProcess[str]:
    """A run of pytest with this suite's conftest.py and one test."""
    code = "\n".join(f"    {line}" for line in body.strip().splitlines())
    (tmp_path / "test_planted.py").write_text(f"def test_planted():\n{code}\n", encoding="utf-8")
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)),
        *("-c", "/dev/null", "-p", "conftest", str(tmp_path / "test_planted.py")),
    ]
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(CONFTEST.parent)}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=120)


def test_a_test_that_stays_here_passes(tmp_path: Path) -> None:
    body = """
import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname()).close()
"""
    ended = suite(tmp_path, body)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("planted", list(PLANTED))
def test_a_test_that_reaches_out_fails(tmp_path: Path, planted: str) -> None:
    ended = suite(tmp_path, PLANTED[planted])
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "the egress guard refused" in ended.stdout
