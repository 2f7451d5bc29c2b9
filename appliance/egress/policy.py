"""What a process may reach: pure rules over addresses, without any knowledge of settings or sockets."""

import ipaddress
from dataclasses import dataclass

UNIX = "unix"
"""The host of a peer on this machine that is reached through a socket in the file system; no port."""


@dataclass(frozen=True)
class Peer:
    """Somebody that is talked to.

    Attributes:
        name: the setting that names it, as reports show it.
        host: a name, an IP address, or `unix:/PATH`.
        port: 0 for a unix socket.
    """

    name: str
    host: str
    port: int

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return self.host if self.host.startswith(f"{UNIX}:") else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Policy:
    """What is allowed.

    Attributes:
        peers: who may be reached.
        this_machine: whether everything on loopback and every unix socket may be reached too.
        children: whether other programs may be started; the guard does not reach into them.
        beside_python: whether libraries may be loaded that connect in C, where the guard sees nothing.
    """

    peers: tuple[Peer, ...]
    this_machine: bool = False
    children: bool = False
    beside_python: bool = False

    def to_unix(self, path: str) -> str | None:
        """The name of the peer at this socket, or None when it may not be reached."""
        named = next((peer.name for peer in self.peers if peer.host == f"{UNIX}:{path}"), None)
        return named or ("this machine" if self.this_machine else None)

    def to_address(self, host: str, port: int) -> str | None:
        """The name of the peer at this address or name, or None when it may not be reached."""
        host = bare(host)
        for peer in self.peers:
            if peer.port == port and bare(peer.host) == host:
                return peer.name
        return "this machine" if self.this_machine and is_loopback(host) else None

    def may_look_up(self, host: str) -> bool:
        """Whether this name may be asked of a name server; an address or localhost never reaches one."""
        host = bare(host)
        return is_address(host) or host == "localhost" or any(bare(peer.host) == host for peer in self.peers)


def bare(host: str) -> str:
    """A host in one form: lower case, no final dot, no brackets, no scope, IPv4 not dressed up as IPv6."""
    host = host.strip("[]").rstrip(".").lower().partition("%")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def is_address(host: str) -> bool:
    """Whether it is an IP address in the usual form, which needs no look-up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether it is an address of this machine's loopback, or its name."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)


def discreet(host: str) -> str:
    """A host as it may be written down: of a name only its end, since its beginning may carry what was to leak."""
    host = bare(host)
    if is_address(host) or host.startswith(f"{UNIX}:"):
        return host
    labels = host.split(".")
    return host[:64] if len(labels) <= 2 else f"*.{'.'.join(labels[-2:])[:64]}"
