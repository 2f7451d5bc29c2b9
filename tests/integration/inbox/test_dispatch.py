"""Sending on a real Redis: what is in doubt is looked up first, what was refused is told from what is late."""

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis

from appliance.errors import Permanent, SendThrottled, SendUnconfirmed
from appliance.inbox import DeliveryLog, Dispatcher, Facts, Lease, Mailbox, Outbox, Sending
from appliance.vault import ConversationId

FACTS = Facts(since_s=1_700_000_000.0, urgent=False)
pytestmark = pytest.mark.redis

ANA = ConversationId("ana")
HOURS_S = 3600.0
Take = Callable[[], Awaitable[Lease]]
Advance = Callable[[float], None]


@dataclass
class Desk:
    """A provider whose list can be read; each failure is raised once, after taking when `takes` says so."""

    failures: list[Exception] = field(default_factory=list)
    takes: bool = False
    unlisted: bool = False
    list_failures: list[Exception] = field(default_factory=list)
    patience: float = 30.0
    taken: dict[str, bytes] = field(default_factory=dict)
    looked_up: int = 0
    _sids: itertools.count = field(default_factory=lambda: itertools.count(1))  # type: ignore[type-arg]

    async def send(self, sending: Sending) -> str:
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or self.takes:
            sid = f"SM{next(self._sids)}"
            self.taken[sid] = sending.payload
        if failure:
            raise failure
        return sid

    async def find(self, sending: Sending) -> str | None:
        self.looked_up += 1
        if self.list_failures:
            raise self.list_failures.pop(0)
        fitting = (sid for sid, body in self.taken.items() if body == sending.payload)
        known = sending.taken_sids
        return None if self.unlisted else next((sid for sid in fitting if sid not in known), None)

    def facts(self, sending: Sending) -> Facts:
        return FACTS

    def patience_s(self, sending: Sending) -> float:
        return self.patience


@pytest.fixture
def answer(mailbox: Mailbox, take: Take) -> Callable[..., Awaitable[None]]:
    sids = itertools.count()

    async def answering(*replies: bytes) -> None:
        await mailbox.accept(ANA, f"SMin{next(sids)}", b"question", immediate=True)
        await mailbox.done(await take(), None, replies)

    return answering


Answer = Callable[..., Awaitable[None]]


async def run(outbox: Outbox, desk: Desk, advance: Advance, *, steps: int = 40, step_s: float = 1.0) -> None:
    """Send what is due, and let time pass, so many times."""
    dispatcher = Dispatcher(outbox, desk, random=lambda: 0.0)
    for _ in range(steps):
        while (sending := await outbox.take()) is not None:
            await dispatcher.send(sending)
        advance(step_s)


@pytest.mark.parametrize("failure", [SendUnconfirmed("500"), TimeoutError(), ValueError("garbage")])
async def test_a_reply_that_was_taken_and_not_confirmed_is_found_and_not_repeated(
    outbox: Outbox, deliveries: DeliveryLog, answer: Answer, advance: Advance, failure: Exception
) -> None:
    desk = Desk([failure], takes=True)
    await answer(b"1", b"2")
    await run(outbox, desk, advance)
    assert list(desk.taken.values()) == [b"1", b"2"]
    receipt = await deliveries.receipt("SM1")
    assert receipt is not None
    assert receipt.conversation == ANA


async def test_a_reply_that_was_not_taken_is_repeated_only_when_the_list_has_had_its_time(
    outbox: Outbox, answer: Answer, advance: Advance
) -> None:
    desk = Desk([SendUnconfirmed("500")])
    await answer(b"1")
    await run(outbox, desk, advance, steps=30)
    assert desk.taken == {}
    assert 4 <= desk.looked_up <= 6
    await run(outbox, desk, advance, steps=2)
    assert list(desk.taken.values()) == [b"1"]


async def test_a_reply_that_is_listed_late_is_still_found(
    outbox: Outbox, answer: Answer, advance: Advance
) -> None:
    desk = Desk([SendUnconfirmed("500")], takes=True, unlisted=True)
    await answer(b"1")
    await run(outbox, desk, advance, steps=20)
    desk.unlisted = False
    await run(outbox, desk, advance)
    assert list(desk.taken.values()) == [b"1"]
    assert await outbox.take() is None


async def test_the_same_words_before_are_not_taken_for_the_reply_in_doubt(
    outbox: Outbox, answer: Answer, advance: Advance
) -> None:
    desk = Desk()
    await answer(b"you are welcome")
    await run(outbox, desk, advance, steps=1)
    desk.failures = [SendUnconfirmed("500")]
    await answer(b"you are welcome")
    await run(outbox, desk, advance)
    assert list(desk.taken.values()) == [b"you are welcome"] * 2


async def test_an_attempt_of_a_process_that_died_is_looked_up_by_the_next(
    outbox: Outbox, answer: Answer, advance: Advance
) -> None:
    desk = Desk()
    await answer(b"1")
    sending = await outbox.take()
    assert sending is not None
    await outbox.record_attempt(sending)
    await desk.send(sending)
    advance(31)
    await run(outbox, desk, advance)
    assert list(desk.taken.values()) == [b"1"]
    assert desk.looked_up == 1


async def test_while_the_list_cannot_be_read_nothing_is_repeated(
    outbox: Outbox, answer: Answer, advance: Advance
) -> None:
    desk = Desk(
        [SendUnconfirmed("500")],
        takes=True,
        list_failures=[SendUnconfirmed("500"), SendThrottled(1), SendUnconfirmed("500")] * 3,
    )
    await answer(b"1")
    await run(outbox, desk, advance, steps=60)
    assert list(desk.taken.values()) == [b"1"]


async def test_a_throttled_reply_waits_as_long_as_it_was_told(
    outbox: Outbox, answer: Answer, advance: Advance
) -> None:
    desk = Desk([SendThrottled(7.0)])
    await answer(b"1", b"2")
    await run(outbox, desk, advance, steps=7)
    assert desk.taken == {}
    await run(outbox, desk, advance, steps=1)
    assert list(desk.taken.values()) == [b"1", b"2"]
    assert desk.looked_up == 0


async def test_pauses_differ_between_workers(outbox: Outbox, answer: Answer, advance: Advance) -> None:
    desk = Desk([SendThrottled(8.0)])
    await answer(b"1")
    sending = await outbox.take()
    assert sending is not None
    await Dispatcher(outbox, desk, random=lambda: 1.0).send(sending)
    advance(8.1)
    assert await outbox.take() is None
    advance(2)
    assert await outbox.take() is not None


async def test_a_refusal_ends_the_reply_and_the_next_one_goes(
    outbox: Outbox, answer: Answer, advance: Advance, redis: Redis
) -> None:
    desk = Desk([Permanent("no such number")])
    await answer(b"1", b"2")
    await run(outbox, desk, advance, steps=1)
    assert list(desk.taken.values()) == [b"2"]
    assert [key async for key in redis.scan_iter("*:dead")]


async def test_a_provider_that_is_away_for_hours_loses_nothing_and_is_given_up_after_a_day(
    outbox: Outbox, answer: Answer, advance: Advance, redis: Redis
) -> None:
    desk = Desk([SendThrottled(1.0)] * 12)
    await answer(b"1")
    await run(outbox, desk, advance, steps=12, step_s=HOURS_S)
    await run(outbox, desk, advance, steps=1)
    assert list(desk.taken.values()) == [b"1"]
    desk.failures = [SendThrottled(1.0)] * 1000
    await answer(b"2")
    await run(outbox, desk, advance, steps=30, step_s=HOURS_S)
    (dead,) = [key async for key in redis.scan_iter("*:dead")]
    ((_, letter),) = await redis.xrange(dead)  # type: ignore[misc]  # the client's types are too wide
    assert letter[b"reason"] == b"it could not be handed over in time"
