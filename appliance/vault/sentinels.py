"""The address of a Redis that sentinels watch, read from its setting."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from appliance.errors import SettingsError

PLAIN, SECURE = "sentinel", "sentinels"
_FORM = "HOST:PORT,HOST:PORT/NAME?db=0&port=6379"


@dataclass(frozen=True)
class WatchedAddress:
    """A master by its name, and who knows where it is.

    Attributes:
        name: what the sentinels call it.
        sentinels: hosts and ports.
        port: where the servers listen that the sentinels may name; they run on the sentinels' hosts.
        tls: for the sentinels and for the servers; user and password are then for both, else for the servers alone.
    """

    name: str
    sentinels: tuple[tuple[str, int], ...]
    db: int = 0
    port: int = 6379
    user: str | None = None
    password: str | None = None
    tls: bool = False

    @classmethod
    def read(cls, url: str) -> Self | None:
        """What a `sentinel://` or `sentinels://` (TLS) address says; None for one of another kind.

        Raises:
            SettingsError: a host, a port or the name is missing. The text does not repeat the address: it may hold
                a password.
        """
        scheme, _, rest = url.partition("://")
        if scheme not in {PLAIN, SECURE}:
            return None
        parts = urlsplit(url)
        login, _, netloc = parts.netloc.rpartition("@")
        user, _, password = login.partition(":")
        places = [place.rpartition(":") for place in netloc.split(",")]
        asked = parse_qs(parts.query)
        numbers = [asked.get(key, [default])[0] for key, default in (("db", "0"), ("port", "6379"))]
        sound = all(host and port.isdecimal() for host, _, port in places)
        if not rest or not parts.path.strip("/") or not sound or not all(map(str.isdecimal, numbers)):
            raise SettingsError(f"expected {scheme}://{_FORM}, got {scheme}://… without one of them")
        return cls(
            name=parts.path.strip("/"),
            sentinels=tuple((host, int(port)) for host, _, port in places),
            db=int(numbers[0]),
            port=int(numbers[1]),
            user=unquote(user) or None,
            password=unquote(password) or None,
            tls=scheme == SECURE,
        )

    def __str__(self) -> str:
        """For people: no password."""
        return f"{self.name} of {','.join(f'{host}:{port}' for host, port in self.sentinels)}"
