"""The guard's counters in the journal: each once, soon after a refusal, and not lost with the journal away."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from egress_parts import Socket, guard

from appliance.egress import Guard
from appliance.egress.record import LOOK_EVERY_S, RECORD_EVERY_S, EgressRecorder, recorded
from appliance.errors import EgressRefused, JournalUnavailable


class FakeJournal:
    """Keeps records; refuses so many at first."""

    def __init__(self, refuses: int = 0) -> None:
        self.records: list[Mapping[str, Any]] = []
        self.refuses = refuses

    def append(self, record: Mapping[str, Any]) -> str:
        if self.refuses:
            self.refuses -= 1
            raise JournalUnavailable("the disk is full")
        self.records.append(record)
        return "00" * 32


def reach_redis(standing: Guard) -> None:
    standing.audit("socket.connect", (Socket(), ("127.0.0.1", 6379)))


def reach_out(standing: Guard) -> None:
    with pytest.raises(EgressRefused):
        standing.audit("socket.connect", (Socket(), ("203.0.113.9", 443)))


def test_only_what_is_new_is_written() -> None:
    standing, journal = guard(), FakeJournal()
    recorder = EgressRecorder(standing, journal, "worker")
    reach_redis(standing)
    recorder.write()
    recorder.write()
    reach_redis(standing)
    reach_out(standing)
    recorder.write()
    assert journal.records == [
        {"kind": "egress", "process": "worker", "allowed": {"redis_url": 1}, "refused": []},
        {
            "kind": "egress",
            "process": "worker",
            "allowed": {"redis_url": 1},
            "refused": [{"what": "connect", "to": "203.0.113.9:443", "count": 1}],
        },
    ]


async def _paced(recorder: EgressRecorder, steps: int) -> float:
    """How long the recorder waited in so many pauses."""
    waited_s = 0.0

    async def pause(seconds: float) -> None:
        nonlocal waited_s, steps
        if not steps:
            raise asyncio.CancelledError
        steps -= 1
        waited_s += seconds

    with pytest.raises(asyncio.CancelledError):
        await recorder.run(pause)
    return waited_s


async def test_a_refusal_is_written_within_a_minute_and_the_rest_within_an_hour() -> None:
    standing, journal = guard(), FakeJournal()
    recorder = EgressRecorder(standing, journal, "worker")
    reach_redis(standing)
    assert await _paced(recorder, int(RECORD_EVERY_S / LOOK_EVERY_S) - 1) < RECORD_EVERY_S
    assert journal.records == []
    reach_out(standing)
    await _paced(recorder, 1)
    assert len(journal.records) == 1


async def test_what_the_journal_did_not_take_is_written_later() -> None:
    standing, journal = guard(), FakeJournal(refuses=1)
    reach_out(standing)
    await _paced(EgressRecorder(standing, journal, "worker"), 2)
    assert [record["refused"][0]["count"] for record in journal.records] == [1]


async def test_it_begins_with_whom_the_guard_lets_through_and_ends_with_the_last_counts() -> None:
    standing, journal = guard(), FakeJournal()
    async with recorded(standing, journal, "gateway"):
        reach_redis(standing)
    begin, end = journal.records
    assert begin["peers"] == {
        "redis_url": "127.0.0.1:6379",
        "twilio_api_url": "api.twilio.com:443",
        "vault_url": "unix:/run/vault.sock",
    }
    assert (begin["this_machine"], begin["children"]) == (False, False)
    assert end["allowed"] == {"redis_url": 1}
