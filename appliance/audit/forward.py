"""A copy of the journal on another machine, as it is written: RFC 5424 messages over a unix socket, UDP or TCP.

Whoever can change the journal here cannot change what a collector elsewhere has. Nothing waits for it: a copy
that the collector does not take is lost and counted, the journal is what counts.
"""

import queue
import socket
import threading
from datetime import UTC, datetime
from typing import Literal, Self
from urllib.parse import urlsplit

import structlog

from appliance.errors import SettingsError

_FACILITY_LOG_AUDIT, _INFORMATIONAL = 13, 6
_PRIORITY = _FACILITY_LOG_AUDIT * 8 + _INFORMATIONAL
_MOST_WAITING = 10_000
_CONNECT_WITHIN_S = 5.0
_CLOSE_WITHIN_S = 5.0
_PORTS = {"udp": 514, "tcp": 601}

_log = structlog.get_logger(__name__)


class SyslogForward:
    """Sends lines from a thread of its own; the journal's Forward. To be closed."""

    def __init__(self, url: str, hostname: str, process: str, most_waiting: int = _MOST_WAITING) -> None:
        """`url`: unix:///dev/log, udp://host[:514] or tcp://host[:601]; `process`: PROCID of the messages.

        Raises:
            SettingsError: the URL is of another form.
        """
        self._target = _target(url)
        self._hostname, self._process = hostname, process
        self._waiting: queue.Queue[bytes | None] = queue.Queue(most_waiting)
        self._socket: socket.socket | None = None
        self.lost = 0
        self._thread = threading.Thread(target=self._run, name="syslog", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def offer(self, kind: Literal["record", "checkpoint"], line: bytes) -> None:
        """Send it soon; when too many wait, it is lost and counted."""
        try:
            self._waiting.put_nowait(message(kind, line, datetime.now(UTC), self._hostname, self._process))
        except queue.Full:
            self._lose("too many wait")

    def close(self) -> None:
        """Send what waits, for a few seconds at most."""
        try:
            self._waiting.put(None, timeout=_CLOSE_WITHIN_S)
        except queue.Full:
            self._lose("too many wait at the end")
        self._thread.join(_CLOSE_WITHIN_S)

    def _run(self) -> None:
        while (waiting := self._waiting.get()) is not None:
            try:
                self._send(waiting)
            except OSError as error:
                self._disconnect()
                self._lose(type(error).__name__)
        self._disconnect()

    def _send(self, waiting: bytes) -> None:
        if self._socket is None:
            self._socket = _connected(self._target)
        if self._target.scheme == "tcp":
            # RFC 6587, octet counting: a message may hold line feeds.
            self._socket.sendall(b"%d " % len(waiting) + waiting)
        else:
            self._socket.send(waiting)

    def _disconnect(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _lose(self, reason: str) -> None:
        self.lost += 1
        # Each power of two, so that a collector that is away for a day does not fill the log.
        if self.lost & (self.lost - 1) == 0:
            _log.warning("audit.not_forwarded", lost=self.lost, reason=reason)


def message(kind: str, line: bytes, at: datetime, hostname: str, process: str) -> bytes:
    """The RFC 5424 message of a line: MSGID is its kind, MSG the line as the journal has it."""
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    header = f"<{_PRIORITY}>1 {stamp} {hostname[:255] or '-'} antesala {process[:128] or '-'} {kind} - "
    return header.encode("ascii", errors="replace") + line.rstrip(b"\n")


class _Target:
    def __init__(self, scheme: str, host: str, port: int) -> None:
        self.scheme, self.host, self.port = scheme, host, port


def _target(url: str) -> _Target:
    parts = urlsplit(url)
    if parts.scheme == "unix" and parts.path and not parts.netloc:
        return _Target("unix", parts.path, 0)
    if parts.scheme in _PORTS and parts.hostname:
        return _Target(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme])
    raise SettingsError(f"syslog_url: expected unix:///PATH, udp://HOST:PORT or tcp://HOST:PORT, got {url!r}")


def _connected(target: _Target) -> socket.socket:
    if target.scheme == "tcp":
        return socket.create_connection((target.host, target.port), _CONNECT_WITHIN_S)
    if target.scheme == "unix":
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address: str | tuple[str, int] = target.host
    else:
        family, kind, _, _, found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_DGRAM)[0]
        opened, address = socket.socket(family, kind), (str(found[0]), int(found[1]))
    try:
        opened.settimeout(_CONNECT_WITHIN_S)
        opened.connect(address)
    except OSError:
        opened.close()
        raise
    return opened
