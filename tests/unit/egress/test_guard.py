"""The guard's decisions on audit events; it is not installed here but for what conftest.py installs."""

import socket
from typing import Any

import pytest
from egress_parts import Socket, guard

from appliance.egress import Guard, Policy, Refusal
from appliance.errors import EgressRefused

ALLOWED: list[tuple[str, tuple[Any, ...]]] = [
    ("socket.connect", (Socket(), ("127.0.0.1", 6379))),
    ("socket.connect", (Socket(socket.AF_INET6), ("::ffff:127.0.0.1", 6379, 0, 0))),
    ("socket.connect", (Socket(socket.AF_UNIX), "/run/vault.sock")),
    ("socket.connect", (Socket(socket.AF_UNIX), b"/run/vault.sock")),
    ("socket.connect", (Socket(), ("api.twilio.com", 443))),
    ("socket.sendmsg", (Socket(), None)),
    ("socket.getaddrinfo", ("api.twilio.com", 443, 0, 1, 0)),
    ("socket.getaddrinfo", (b"API.Twilio.com.", 443, 0, 1, 0)),
    ("socket.getaddrinfo", ("203.0.113.9", 443, 0, 1, 0)),
    ("socket.getaddrinfo", (None, 80, 0, 1, 0)),
    ("socket.gethostbyname", ("localhost",)),
    ("socket.__new__", (Socket(), socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK, 0)),
    ("socket.__new__", (Socket(), -1, -1, -1)),
    ("open", ("/etc/passwd", "r", 0)),
]
REFUSED: list[tuple[str, tuple[Any, ...], Refusal]] = [
    ("socket.connect", (Socket(), ("127.0.0.1", 6380)), Refusal("connect", "127.0.0.1:6380")),
    ("socket.connect", (Socket(), ("203.0.113.9", 443)), Refusal("connect", "203.0.113.9:443")),
    ("socket.connect", (Socket(socket.AF_INET6), ("2001:db8::1", 443, 0, 0)), Refusal("connect", "2001:db8::1:443")),
    ("socket.connect", (Socket(), ("api.twilio.com", 80)), Refusal("connect", "*.twilio.com:80")),
    ("socket.connect", (Socket(socket.AF_UNIX), "/run/docker.sock"), Refusal("connect", "unix:/run/docker.sock")),
    ("socket.sendto", (Socket(), ("203.0.113.9", 53)), Refusal("connect", "203.0.113.9:53")),
    ("socket.sendmsg", (Socket(), ("203.0.113.9", 53)), Refusal("connect", "203.0.113.9:53")),
    ("socket.getaddrinfo", ("evil.example", 443, 0, 1, 0), Refusal("look up", "evil.example")),
    ("socket.gethostbyname", ("evil.example",), Refusal("look up", "evil.example")),
    ("socket.gethostbyaddr", ("evil.example",), Refusal("look up", "evil.example")),
    ("socket.getnameinfo", (("evil.example", 80),), Refusal("look up", "evil.example")),
    ("socket.__new__", (Socket(), socket.AF_PACKET, socket.SOCK_DGRAM, 0), Refusal("open socket", "family 17, type 2")),
    ("socket.__new__", (Socket(), socket.AF_INET, socket.SOCK_RAW, 1), Refusal("open socket", "family 2, type 3")),
    ("subprocess.Popen", ("/usr/bin/curl", ["curl"], None, None), Refusal("start program", "curl")),
    ("os.exec", ("/usr/bin/curl", ["curl"], {}), Refusal("start program", "curl")),
    ("os.posix_spawn", (b"/usr/bin/curl", ["curl"], {}), Refusal("start program", "curl")),
    ("os.fork", (), Refusal("start program", "os.fork")),
]  # fmt: skip


@pytest.mark.parametrize(("event", "args"), ALLOWED)
def test_configured_peers_and_what_is_no_egress_are_let_through(event: str, args: tuple[Any, ...]) -> None:
    standing = guard()
    standing.audit(event, args)
    assert not standing.refused


@pytest.mark.parametrize(("event", "args", "refusal"), REFUSED)
def test_everything_else_is_refused_counted_and_told(
    event: str, args: tuple[Any, ...], refusal: Refusal
) -> None:
    told: list[Refusal] = []
    standing = Guard(guard().policy, told.append)
    for _ in range(2):
        with pytest.raises(EgressRefused, match="none of the configured peers"):
            standing.audit(event, args)
    assert standing.refused == {refusal: 2}
    assert told == [refusal, refusal]


def test_a_refusal_is_an_os_error_so_that_libraries_take_it_for_a_missing_network() -> None:
    with pytest.raises(OSError, match="refused by the egress guard"):
        guard().audit("socket.connect", (Socket(), ("203.0.113.9", 443)))


def test_the_addresses_of_a_name_are_its_peers_on_its_port_only() -> None:
    standing = guard()
    standing.learned("api.twilio.com", ["203.0.113.9", "2001:db8::9"])
    standing.audit("socket.connect", (Socket(), ("203.0.113.9", 443)))
    standing.audit("socket.connect", (Socket(socket.AF_INET6), ("2001:db8::9", 443, 0, 0)))
    with pytest.raises(EgressRefused):
        standing.audit("socket.connect", (Socket(), ("203.0.113.9", 80)))
    assert standing.allowed == {"twilio_api_url": 2}


def test_the_addresses_of_a_stranger_are_not_learned() -> None:
    standing = guard()
    standing.learned("evil.example", ["203.0.113.9"])
    with pytest.raises(EgressRefused):
        standing.audit("socket.connect", (Socket(), ("203.0.113.9", 443)))


def test_what_a_name_might_carry_out_is_not_written_down() -> None:
    standing = guard()
    with pytest.raises(EgressRefused) as refused:
        standing.audit("socket.getaddrinfo", ("marta-garcia-hiv.evil.example", 53, 0, 0, 0))
    assert "marta" not in str(refused.value)
    assert list(standing.refused) == [Refusal("look up", "*.evil.example")]


def test_many_destinations_are_counted_together_beyond_a_bound() -> None:
    standing = guard()
    for port in range(1, 301):
        with pytest.raises(EgressRefused):
            standing.audit("socket.connect", (Socket(), ("203.0.113.9", port)))
    assert len(standing.refused) == 201
    assert standing.refused[Refusal("connect", "others")] == 100


def test_the_demo_may_reach_its_own_machine_and_nothing_else() -> None:
    standing = Guard(Policy((), this_machine=True, children=True))
    standing.audit("socket.connect", (Socket(), ("127.0.0.1", 4321)))
    standing.audit("socket.connect", (Socket(socket.AF_INET6), ("::1", 4321, 0, 0)))
    standing.audit("socket.connect", (Socket(socket.AF_UNIX), "/tmp/redis.sock"))
    standing.audit("subprocess.Popen", ("redis-server", [], None, None))
    with pytest.raises(EgressRefused):
        standing.audit("socket.connect", (Socket(), ("192.168.1.1", 80)))


@pytest.mark.parametrize("module", ["pycares", "uvloop"])
def test_libraries_that_connect_beside_python_are_as_if_not_installed(module: str) -> None:
    with pytest.raises(ImportError, match="beside the egress guard"):
        guard().audit("import", (module, None, None, None, None))
    guard(beside_python=True).audit("import", (module, None, None, None, None))
