"""What the journal tells of a span: counts, and nothing outside of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from appliance.audit.chain import GENESIS, forge
from appliance.audit.span import Span
from appliance.report.activity import Activity, Refused, Right, activity

BEGIN = datetime(2026, 11, 3, tzinfo=UTC)
SPAN = Span(BEGIN, BEGIN + timedelta(days=1))


def counted(*records: dict[str, Any]) -> Activity:
    """The activity of records, each a minute after the one before unless it has a time."""
    lines, head = [], GENESIS
    for number, record in enumerate(records, start=1):
        time = (BEGIN + timedelta(minutes=number)).isoformat()
        head, line = forge(number, head, {"time": time, **record})
        lines.append(line)
    return activity(lines, SPAN)


def decision(action: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "decision",
        "action": action,
        "language": "es",
        "knowledge": "k-1",
        "wording": "verbatim",
    } | more


def rights(right: str, state: str, request: str, **more: Any) -> dict[str, Any]:
    return {"kind": "rights", "right": right, "state": state, "request": request} | more


def test_decisions_routes_and_escalations_are_counted() -> None:
    found = counted(
        decision("answer"), decision("emergency"), decision("crisis"), decision("decline_medical"),
        decision("greeting", language="ca", masked=["id"]),
    )  # fmt: skip
    assert (found.decisions, found.escalations, found.routes.total()) == (5, 3, 2)
    assert found.languages == {"es": 4, "ca": 1}
    assert found.masked == {"id": 1}
    assert found.knowledge == {"k-1": 5}


def test_what_is_outside_the_span_is_not_counted() -> None:
    found = counted(
        decision("answer", time="2026-11-02T23:59:59.999+00:00"),
        decision("answer", time="2026-11-03T00:00:00.000+00:00"),
        decision("answer", time="2026-11-04T00:00:00.000+00:00"),
    )
    assert (found.records, found.decisions) == (1, 1)


def test_rights_are_told_by_how_fast_they_were_met() -> None:
    found = counted(
        rights("erase", "requested", "a"),
        rights("erase", "fulfilled", "a", seconds=0.5),
        rights("export", "requested", "b"),
        rights("export", "requested", "c"),
        rights("export", "fulfilled", "b"),
    )
    assert found.rights == (
        Right("erase", 1, 1, 0, 0.5, 0.5),
        Right("export", 2, 1, 1, 120.0, 120.0),
    )


def test_the_guards_records_are_added_up() -> None:
    refused = [{"what": "connect", "to": "203.0.113.9:443", "count": 2}]
    found = counted(
        {"kind": "egress", "process": "worker", "peers": {}, "this_machine": False, "children": False},
        {"kind": "egress", "process": "worker", "allowed": {"redis_url": 3}, "refused": refused},
        {"kind": "egress", "process": "worker", "allowed": {"redis_url": 1}, "refused": refused},
        {"kind": "egress", "process": "demo", "peers": {}, "this_machine": True, "children": True},
    )
    assert found.allowed == {"redis_url": 4}
    assert found.refusals == (Refused("worker", "connect", "203.0.113.9:443", 4),)
    assert (found.guarded, found.loose) == ({"worker": 1, "demo": 1}, {"demo": 1})


def test_other_records_are_counted_by_their_kind() -> None:
    assert counted({"kind": "rotated"}, {"action": "recovered"}).other == {"rotated": 1, "recovered": 1}
