"""The guard: an audit hook that lets this process reach its configured peers and nobody else.

Python raises an audit event before each connection, datagram, look-up of a name and start of a program; the hook
answers with an error for what is not allowed. It cannot be taken away again. It sees what goes through Python,
which all of the appliance's libraries do in what it uses of them. It does not see code of C extensions that open
sockets themselves, nor other programs: those are the firewall's. Only the standard library is imported, so that
a child process can be given the guard too.
"""

import os
import platform
import socket
import sys
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from appliance.egress.policy import UNIX, Policy, bare, discreet
from appliance.errors import EgressRefused, SettingsError

_KIND = 0xF
"""Of a socket's type, the bits that are no flags."""
_MOST_ADDRESSES = 1024
_MOST_DESTINATIONS = 200
_BESIDE_PYTHON = ("pycares", "uvloop")
"""Libraries that look names up or connect in C, where no audit event is raised."""
_CHILDREN = frozenset({
    "subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.fork", "os.forkpty", "pty.spawn",
})  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """What was not allowed: `what` is connect, look up, open socket or start program; `to` is fit for logs."""

    what: str
    to: str


class Guard:
    """Decides and counts. `audit` is the hook; it can be tried without being installed."""

    def __init__(self, policy: Policy, refused: Callable[[Refusal], None] = lambda _: None) -> None:
        """`refused` is told of every refusal, in the thread that was refused; it must not block."""
        self.policy = policy
        self._tell = refused
        self._counting = threading.RLock()
        self._allowed: Counter[str] = Counter()
        self._refused: Counter[Refusal] = Counter()
        self._known: OrderedDict[tuple[str, int], str] = OrderedDict()
        self._handlers: dict[str, Callable[[tuple[Any, ...]], None]] = {
            "socket.connect": self._connect,
            "socket.sendto": self._connect,
            "socket.sendmsg": self._connect,
            "socket.getaddrinfo": self._look_up,
            "socket.gethostbyname": self._look_up,
            "socket.gethostbyaddr": self._look_up,
            "socket.getnameinfo": lambda args: self._look_up(args[0]),
            "socket.__new__": self._open,
        }

    def install(self) -> None:
        """Guard this process from now on, for good.

        Raises:
            SettingsError: a library is loaded that goes round Python; the text says which.
        """
        for name in _BESIDE_PYTHON:
            if name in sys.modules and not self.policy.beside_python:
                raise SettingsError(f"{name} is loaded, which connects beside the egress guard: uninstall it")
        self._remember_look_ups()
        # Python asks the program `uname` for this, once: libraries that name the platform find it known.
        platform.platform()
        sys.addaudithook(self.audit)

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        """The hook; raises EgressRefused."""
        handler = self._handlers.get(event)
        if handler is not None:
            handler(args)
        elif event in _CHILDREN and not self.policy.children:
            self._refuse("start program", Path(os.fsdecode(args[0])).name if args and args[0] else event)
        elif event == "import" and args[0] in _BESIDE_PYTHON and not self.policy.beside_python:
            raise ImportError(f"{args[0]} connects beside the egress guard")

    def learned(self, host: str, addresses: Iterable[str]) -> None:
        """A name of a peer was looked up and has these addresses: its port may be reached there."""
        for peer in self.policy.peers:
            if bare(peer.host) == bare(host):
                with self._counting:
                    for address in addresses:
                        self._known[bare(address), peer.port] = peer.name
                        self._known.move_to_end((bare(address), peer.port))
                    while len(self._known) > _MOST_ADDRESSES:
                        self._known.popitem(last=False)

    @property
    def allowed(self) -> MappingProxyType[str, int]:
        """Connections and datagrams by peer."""
        with self._counting:
            return MappingProxyType(dict(self._allowed))

    @property
    def refused(self) -> MappingProxyType[Refusal, int]:
        """Refusals by what and where to; beyond two hundred destinations, the rest together as `others`."""
        with self._counting:
            return MappingProxyType(dict(self._refused))

    def _connect(self, args: tuple[Any, ...]) -> None:
        opened, address = args[0], args[1]
        if opened.family == socket.AF_UNIX:
            path = os.fsdecode(address)
            self._decide(self.policy.to_unix(path), f"{UNIX}:{path}")
        elif isinstance(address, tuple) and len(address) >= 2:
            host, port = _text(address[0]), int(address[1])
            known = self._known.get((bare(host), port))
            self._decide(known or self.policy.to_address(host, port), f"{discreet(host)}:{port}")
        elif address is not None:
            # Without an address, sendmsg goes to where the socket was connected, which was decided then.
            self._refuse("connect", f"an address of {opened.family!r}")

    def _decide(self, peer: str | None, to: str) -> None:
        if peer is None:
            self._refuse("connect", to)
        with self._counting:
            self._allowed[peer or ""] += 1

    def _look_up(self, args: tuple[Any, ...]) -> None:
        host = _text(args[0])
        if host and not self.policy.may_look_up(host):
            self._refuse("look up", discreet(host))

    def _open(self, args: tuple[Any, ...]) -> None:
        family, kind = args[1], args[2]
        # -1: the family of a descriptor that is taken over, whose connection was decided when it was made.
        if (
            family not in {-1, socket.AF_INET, socket.AF_INET6, socket.AF_UNIX}
            or kind & _KIND == socket.SOCK_RAW
        ):
            self._refuse("open socket", f"family {int(family)}, type {int(kind)}")

    def _refuse(self, what: str, to: str) -> None:
        refusal = Refusal(what, to)
        with self._counting:
            if refusal not in self._refused and len(self._refused) >= _MOST_DESTINATIONS:
                refusal = Refusal(what, "others")
            self._refused[refusal] += 1
        self._tell(refusal)
        raise EgressRefused(f"{what} {to}")

    def _remember_look_ups(self) -> None:
        """Names resolve to changing addresses, and a connection states only the address: note which is whose."""
        look_up = socket.getaddrinfo

        def looked_up(host: Any, port: Any, *args: Any, **options: Any) -> Any:
            found = look_up(host, port, *args, **options)
            if host:
                self.learned(_text(host), (str(entry[4][0]) for entry in found))
            return found

        socket.getaddrinfo = looked_up


def _text(host: object) -> str:
    if isinstance(host, bytes | bytearray):
        return bytes(host).decode("ascii", errors="replace")
    return host if isinstance(host, str) else ""
