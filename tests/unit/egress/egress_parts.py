"""What the guard's tests share."""

import socket
from typing import Any

from appliance.egress import Guard, Peer, Policy

PEERS = (
    Peer("redis_url", "127.0.0.1", 6379),
    Peer("twilio_api_url", "api.twilio.com", 443),
    Peer("vault_url", "unix:/run/vault.sock", 0),
)


class Socket:
    """What the hook sees of a socket."""

    def __init__(self, family: socket.AddressFamily = socket.AF_INET) -> None:
        self.family = family


def guard(**changes: Any) -> Guard:
    """A guard that is not installed."""
    return Guard(Policy(PEERS, **changes))
