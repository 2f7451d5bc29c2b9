"""A process that dies leaves no image of its memory."""

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SECRET = "kept in memory " * 3
DIES = f"import os; secret = {SECRET!r}; {{}}; os.abort()"


def cores_after(code: str, folder: Path) -> list[Path]:
    process = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2),
    )
    assert process.returncode == -signal.SIGABRT
    return list(folder.iterdir())


def test_no_core_is_written_where_one_would_be(tmp_path: Path) -> None:
    folders = [tmp_path / "without", tmp_path / "with"]
    for folder in folders:
        folder.mkdir()
    if resource.getrlimit(resource.RLIMIT_CORE)[1] != resource.RLIM_INFINITY:
        pytest.skip("this machine forbids cores already")
    if not cores_after(DIES.format("pass"), folders[0]):
        pytest.skip("this machine writes no cores into the working directory")
    quiet = "from appliance.telemetry.crash import leave_no_core; leave_no_core()"
    assert cores_after(DIES.format(quiet), folders[1]) == []
