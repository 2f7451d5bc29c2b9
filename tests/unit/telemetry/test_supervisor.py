"""A supervisor that wants to know hears that the process is ready."""

import socket
from pathlib import Path

import pytest

from appliance.telemetry.supervisor import tell_ready


@pytest.mark.parametrize("abstract", [False, True])
def test_the_supervisor_hears_it(tmp_path: Path, *, abstract: bool) -> None:
    name = f"@antesala-test-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(f"\0{name[1:]}" if abstract else name)
        supervisor.settimeout(10)
        tell_ready({"NOTIFY_SOCKET": name})
        assert supervisor.recv(64) == b"READY=1"


def test_without_a_supervisor_nothing_is_said() -> None:
    tell_ready({})
