"""The host's own counters, as nftables and Squid write them; what is no such file is said."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.audit.span import Span
from appliance.report.barriers import FirewallCounter, read_firewall, read_proxy

BEGIN = datetime(2026, 11, 3, tzinfo=UTC)
SPAN = Span(BEGIN, BEGIN + timedelta(days=1))


def test_the_firewalls_named_counters_are_read(tmp_path: Path) -> None:
    counter = {"family": "inet", "table": "antesala", "handle": 1}
    listed = [
        {"metainfo": {"version": "1.0.6"}},
        {"counter": counter | {"name": "egress_refused_worker", "packets": 7, "bytes": 420}},
        {"counter": counter | {"name": "somebody_elses", "packets": 9, "bytes": 9}},
    ]
    (tmp_path / "counters.json").write_text(json.dumps({"nftables": listed}))
    found = read_firewall(tmp_path / "counters.json")
    assert found.counters == (FirewallCounter("egress_refused_worker", 7, 420),)
    assert found.problem == ""


def test_what_is_missing_or_no_counters_is_said(tmp_path: Path) -> None:
    assert "not configured" in read_firewall(None).problem
    assert "cannot be read" in read_firewall(tmp_path / "gone").problem
    (tmp_path / "text").write_text("table inet")
    assert "expected the output of `nft -j list counters`" in read_firewall(tmp_path / "text").problem
    assert "not configured" in read_proxy(None, SPAN).problem
    assert "cannot be read" in read_proxy(tmp_path / "gone", SPAN).problem


def test_the_proxys_requests_of_the_span_are_counted_by_host(tmp_path: Path) -> None:
    noon = BEGIN.timestamp() + 43200
    (tmp_path / "access.log").write_text(
        f"{noon:.3f} 90 127.0.0.1 TCP_TUNNEL/200 39 CONNECT api.twilio.com:443 - HIER_DIRECT/203.0.113.9 -\n"
        f"{noon:.3f} 0 127.0.0.1 TCP_DENIED/403 39 CONNECT a-name.evil.example:443 - HIER_NONE/- text/html\n"
        f"{noon:.3f} 0 127.0.0.1 TCP_DENIED/403 39 GET http://evil.example/path - HIER_NONE/- text/html\n"
        f"{noon - 86400:.3f} 0 127.0.0.1 TCP_DENIED/403 39 CONNECT early.example:443 - HIER_NONE/- text/html\n"
        "half a line\n"
    )
    found = read_proxy(tmp_path / "access.log", SPAN)
    assert found.allowed == (("*.twilio.com", 1),)
    assert found.denied == (("*.evil.example", 1), ("evil.example", 1))
