"""Tells systemd that a process is ready, so that a start is complete when patients are answered, and not before."""

import os
import socket
from collections.abc import Mapping


def tell_ready(environ: Mapping[str, str] = os.environ) -> None:
    """Says READY=1 to the supervisor that asked for it (`Type=notify`); without one, nothing is done.

    Raises:
        OSError: the supervisor's socket cannot be reached.
    """
    address = environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        # A leading @ stands for the zero byte of Linux's abstract names.
        supervisor.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        supervisor.sendall(b"READY=1")
