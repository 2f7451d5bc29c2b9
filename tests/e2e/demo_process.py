"""The real `appliance demo` as a process of its own, for tests that try it as a newcomer would."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from needs import missing

from appliance.settings import load_settings

READY_WITHIN_S = 240
_STOP_WITHIN_S = 30


@dataclass(frozen=True)
class Demo:
    """A demo that is ready: its process, the base of its addresses, and where its data lie."""

    process: subprocess.Popen[str]
    url: str
    data_dir: Path


@contextmanager
def running_demo(data_dir: Path, *arguments: str, **variables: str) -> Iterator[Demo]:
    """Start it without an engine on any free port; it is stopped with SIGTERM unless it has ended by then."""
    _lend_models(data_dir)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("APPLIANCE_")}
    environ |= {"APPLIANCE_DATA_DIR": str(data_dir), **variables}
    command = [sys.executable, "-m", "appliance", "demo", "--engine", "none", "--port", "0", *arguments]
    with subprocess.Popen(
        command, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        late = threading.Timer(READY_WITHIN_S, process.kill)
        late.start()
        try:
            yield Demo(process, _address(process), data_dir)
        finally:
            late.cancel()
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if found := re.match(r"Antesala is ready: (http://127\.0\.0\.1:\d+)/demo", line):
            return found[1]
    raise AssertionError(f"the demo ended before it was ready, or was too slow. It said:\n{said}")


def _lend_models(data_dir: Path) -> None:
    models = load_settings({}).models_dir
    if not (models / "multilingual-e5-small").is_dir():
        missing("the embedding model is not here: appliance models fetch multilingual-e5-small")
    if not shutil.which("redis-server"):
        missing("redis-server not found: apt-get install redis-server")
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "models").symlink_to(models)
