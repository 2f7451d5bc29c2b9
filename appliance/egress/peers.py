"""Who a production process talks to, as its settings say: nobody else is let through."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from appliance.egress.policy import UNIX, Peer, Policy
from appliance.settings import Settings
from appliance.vault.sentinels import WatchedAddress

_OWN = frozenset({"public_url"})
"""URLs of this appliance itself, at which others reach it."""
_PORTS = {"redis": 6379, "rediss": 6379, "http": 80, "https": 443, "udp": 514, "tcp": 601}


def production_policy(settings: Settings, environ: Mapping[str, str]) -> Policy:
    """For `serve` and `worker`: the configured peers, no other program."""
    return Policy(peers=peers_of(settings, environ))


def peers_of(settings: Settings, environ: Mapping[str, str]) -> tuple[Peer, ...]:
    """The configured peers, each with the setting that names it; and systemd, which is told that all is well."""
    return tuple(_peers(settings, environ))


def _peers(settings: Settings, environ: Mapping[str, str]) -> Iterator[Peer]:
    # With a proxy, it alone is connected to.
    replaced = _OWN | {"twilio_api_url"} if settings.twilio_proxy_url else _OWN
    for name in Settings.model_fields:
        if name.endswith("_url") and name not in replaced and (url := getattr(settings, name)):
            address = WatchedAddress.read(url)
            yield from _watched(name, address) if address else (peer(name, url),)
    if supervisor := environ.get("NOTIFY_SOCKET"):
        yield Peer("systemd", f"{UNIX}:{supervisor.replace('@', chr(0), 1)}", 0)


def _watched(name: str, address: WatchedAddress) -> Iterator[Peer]:
    """The sentinels, and the servers that they may name: those run on the same hosts."""
    for host, port in address.sentinels:
        yield Peer(name, host, port)
        yield Peer(name, host, address.port)


def place(url: str) -> str:
    """Where a URL leads to, for people."""
    address = WatchedAddress.read(url)
    return str(address) if address else peer("", url).place


def peer(name: str, url: str) -> Peer:
    """Whom a URL leads to."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return Peer(name, f"{UNIX}:{parts.path}", 0)
    return Peer(name, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0))
