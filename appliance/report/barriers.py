"""What the host's own barriers counted: the firewall's counters and the proxy's log, read from files."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from appliance.audit.span import Span
from appliance.egress.policy import discreet

_NAMES = ("egress_allowed", "egress_refused")


@dataclass(frozen=True)
class FirewallCounter:
    """One named counter of nftables."""

    name: str
    packets: int
    bytes: int


@dataclass(frozen=True)
class Firewall:
    """The firewall's counters as a file had them at `at`; or what is wrong with the file."""

    at: datetime | None = None
    counters: tuple[FirewallCounter, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Proxy:
    """Requests through the proxy in the span, by host; or what is wrong with its log."""

    allowed: tuple[tuple[str, int], ...] = ()
    denied: tuple[tuple[str, int], ...] = ()
    problem: str = ""


def read_firewall(path: Path | None) -> Firewall:
    """What `nft -j list counters` wrote into a file."""
    if path is None:
        return Firewall(problem="not configured (APPLIANCE_FIREWALL_COUNTERS)")
    try:
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        listed = json.loads(path.read_text(encoding="utf-8"))["nftables"]
        counters = [item["counter"] for item in listed if "counter" in item]
        found = tuple(
            FirewallCounter(str(counter["name"]), int(counter["packets"]), int(counter["bytes"]))
            for counter in counters
            if str(counter["name"]).startswith(_NAMES)
        )
    except OSError as error:
        return Firewall(problem=f"{path}: cannot be read: {error.strerror}")
    except (ValueError, KeyError, TypeError):
        return Firewall(problem=f"{path}: expected the output of `nft -j list counters`, got something else")
    if not found:
        return Firewall(at, problem=f"{path}: no counter is named {_NAMES[0]}… or {_NAMES[1]}…")
    return Firewall(at, found)


def read_proxy(path: Path | None, span: Span) -> Proxy:
    """Squid's access.log in its native format, the span's lines of it."""
    if path is None:
        return Proxy(problem="not configured (APPLIANCE_PROXY_LOG)")
    allowed: Counter[str] = Counter()
    denied: Counter[str] = Counter()
    try:
        for result, host in _requests(path, span):
            (denied if "DENIED" in result else allowed)[host] += 1
    except OSError as error:
        return Proxy(problem=f"{path}: cannot be read: {error.strerror}")
    return Proxy(tuple(allowed.most_common()), tuple(denied.most_common()))


def _requests(path: Path, span: Span) -> Iterator[tuple[str, str]]:
    """The result and the host of each request: time elapsed client result/status bytes method URL."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            match line.split():
                case [stamp, _, _, result, _, _, url, *_] if _at(stamp) and span.holds(
                    _at(stamp) or span.until
                ):
                    host = url.partition("://")[2] or url
                    yield (
                        result,
                        discreet(host.partition("/")[0].rpartition(":")[0] or host.partition("/")[0]),
                    )
                case _:
                    continue


def _at(stamp: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(stamp), UTC)
    except (ValueError, OverflowError, OSError):
        return None
