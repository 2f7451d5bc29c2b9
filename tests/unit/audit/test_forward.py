"""The copy of the journal on another machine: the form of a message, each way to send it, and its loss."""

import re
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.audit import CheckpointBook, Durability, Journal
from appliance.audit.forward import SyslogForward, message
from appliance.errors import SettingsError

LINE = b'{"hash":"00","n":1,"prev":"00","record":{"action":"answer"}}\n'
RFC_5424 = re.compile(
    rb"<110>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z box antesala 7 (record|checkpoint) - (\{.*\})"
)


def test_a_line_becomes_a_message_of_rfc_5424() -> None:
    at = datetime(2026, 11, 3, 12, tzinfo=UTC)
    assert message("record", LINE, at, "box", "7") == (
        b"<110>1 2026-11-03T12:00:00.000Z box antesala 7 record - " + LINE.rstrip(b"\n")
    )


def test_a_unix_socket_gets_records_and_checkpoints_as_the_journal_has_them(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as collector:
        collector.bind(str(tmp_path / "log"))
        collector.settimeout(60)
        book = CheckpointBook(tmp_path / "checkpoints.jsonl", Ed25519PrivateKey.generate())
        with SyslogForward(f"unix://{tmp_path}/log", "box", "7") as forward:
            with Journal(tmp_path / "journal.jsonl", book, 1, Durability.CLOSE, forward=forward) as journal:
                journal.append({"action": "answer"})
            got = [RFC_5424.fullmatch(collector.recv(65536)) for _ in range(3)]
    parts = [found.groups() for found in got if found]
    lines = (tmp_path / "journal.jsonl").read_bytes() + (tmp_path / "checkpoints.jsonl").read_bytes()
    # The empty journal was signed when it was opened.
    assert [kind for kind, _ in parts] == [b"checkpoint", b"record", b"checkpoint"]
    assert all(line + b"\n" in lines for _, line in parts)


def test_udp_gets_a_datagram_a_line() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
        collector.bind(("127.0.0.1", 0))
        collector.settimeout(60)
        with SyslogForward(f"udp://127.0.0.1:{collector.getsockname()[1]}", "box", "7") as forward:
            forward.offer("record", LINE)
            assert RFC_5424.fullmatch(collector.recv(65536))


def test_tcp_gets_counted_octets() -> None:
    with socket.create_server(("127.0.0.1", 0)) as collector:
        got = bytearray()

        def collect() -> None:
            connection, _ = collector.accept()
            with connection:
                while data := connection.recv(65536):
                    got.extend(data)

        collecting = threading.Thread(target=collect)
        collecting.start()
        with SyslogForward(f"tcp://127.0.0.1:{collector.getsockname()[1]}", "box", "7") as forward:
            forward.offer("record", LINE)
            forward.offer("checkpoint", LINE)
        collecting.join()
    size, rest = bytes(got).split(b" ", 1)
    assert RFC_5424.fullmatch(rest[: int(size)])
    size, rest = rest[int(size) :].split(b" ", 1)
    assert len(rest) == int(size)


def test_without_a_collector_lines_are_lost_and_counted_and_nothing_waits(tmp_path: Path) -> None:
    with SyslogForward(f"unix://{tmp_path}/nobody", "box", "7") as forward:
        for _ in range(3):
            forward.offer("record", LINE)
    assert forward.lost == 3


@pytest.mark.parametrize("url", ["/dev/log", "http://collector", "udp://", "unix://host/path", "tls://a:1"])
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="syslog_url"):
        SyslogForward(url, "box", "7")
