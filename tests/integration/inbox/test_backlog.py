"""What waits can be seen: how many conversations, how long, and the urgent reply that nobody has received."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis

from appliance.inbox import Arrival, DeliveryLog, Facts, Lease, Mailbox
from appliance.inbox.backlog import BacklogGauge
from appliance.inbox.urgent import Urgent
from appliance.vault import ConversationId

pytestmark = pytest.mark.redis

ANA, BEA = ConversationId("ana"), ConversationId("bea")


@dataclass
class Arrivals:
    """Remembers what it is told."""

    told: list[Arrival] = field(default_factory=list)

    def __call__(self, arrival: Arrival) -> None:
        self.told.append(arrival)


@pytest.fixture
def gauge(redis: Redis, clock: object) -> BacklogGauge:
    return BacklogGauge(redis, clock.shift_ms)  # type: ignore[attr-defined]


async def test_an_empty_inbox_has_no_backlog(gauge: BacklogGauge) -> None:
    backlog = await gauge.read()
    assert [(lane.name, lane.conversations, lane.oldest_s) for lane in backlog.lanes] == [
        ("in", 0, 0.0),
        ("out", 0, 0.0),
    ]
    assert (backlog.dead_letters, backlog.urgent_s) == (0, 0.0)


async def test_conversations_count_and_the_oldest_message_gives_the_age(
    mailbox: Mailbox, gauge: BacklogGauge, advance: Callable[[float], None]
) -> None:
    await mailbox.accept(ANA, "SM1", b"one")
    advance(40.0)
    await mailbox.accept(ANA, "SM2", b"two")
    await mailbox.accept(BEA, "SM3", b"three")
    waiting, sending = (await gauge.read()).lanes
    assert (waiting.conversations, sending.conversations) == (2, 0)
    assert 40.0 <= waiting.oldest_s < 100.0


async def test_what_is_being_answered_still_waits(mailbox: Mailbox, gauge: BacklogGauge) -> None:
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    assert isinstance(await mailbox.take(), Lease)
    assert (await gauge.read()).lanes[0].conversations == 1


async def test_dead_letters_count(mailbox: Mailbox, gauge: BacklogGauge) -> None:
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    lease = await mailbox.take()
    assert lease is not None
    await mailbox.bury(lease, [])
    assert (await gauge.read()).dead_letters == 1


async def test_an_arrival_is_told_once_with_how_long_the_patient_waited(redis: Redis) -> None:
    arrivals = Arrivals()
    deliveries = DeliveryLog(redis, arrivals)
    seconds, _ = await redis.time()
    await deliveries.record("SMout1", ANA, Facts(seconds - 3.0, urgent=False))
    for status in ("sent", "delivered", "read", "delivered"):
        await deliveries.forward("SMout1", status)
    (arrival,) = arrivals.told
    assert (arrival.conversation, arrival.urgent) == (ANA, False)
    assert 3.0 <= arrival.took_s < 60.0


async def test_a_callback_that_overtakes_the_send_is_told_when_the_send_returns(redis: Redis) -> None:
    arrivals = Arrivals()
    deliveries = DeliveryLog(redis, arrivals)
    assert await deliveries.forward("SMout1", "delivered")
    assert arrivals.told == []
    await deliveries.record("SMout1", ANA, Facts(0.0, urgent=True))
    assert [arrival.urgent for arrival in arrivals.told] == [True]


async def test_a_failed_delivery_is_no_arrival(redis: Redis) -> None:
    arrivals = Arrivals()
    deliveries = DeliveryLog(redis, arrivals)
    await deliveries.record("SMout1", ANA, Facts(0.0, urgent=True))
    await deliveries.forward("SMout1", "undelivered")
    assert arrivals.told == []


async def test_an_urgent_reply_is_waited_for_until_it_is_delivered(redis: Redis, gauge: BacklogGauge) -> None:
    urgent, deliveries = Urgent(redis), DeliveryLog(redis)
    await urgent.seen(ANA)
    await redis.zincrby("antesala:urgent", -300, ANA)
    await urgent.seen(ANA)
    await urgent.seen(BEA)
    assert 300.0 <= (await gauge.read()).urgent_s < 360.0
    await deliveries.record("SMout1", ANA, Facts(0.0, urgent=False))
    await deliveries.forward("SMout1", "delivered")
    assert (await gauge.read()).urgent_s >= 300.0
    await deliveries.record("SMout2", ANA, Facts(0.0, urgent=True))
    await deliveries.forward("SMout2", "delivered")
    assert 0.0 < (await gauge.read()).urgent_s < 60.0


async def test_an_urgent_reply_that_nobody_received_is_forgotten_after_a_day(
    redis: Redis, gauge: BacklogGauge
) -> None:
    await Urgent(redis).seen(ANA)
    await redis.zincrby("antesala:urgent", -25 * 3600, ANA)
    assert (await gauge.read()).urgent_s == 0.0


async def test_a_reply_that_waits_to_be_sent_is_in_the_other_lane(
    mailbox: Mailbox, gauge: BacklogGauge, take: Callable[[], Awaitable[Lease]]
) -> None:
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    await mailbox.done(await take(), b"session", [b"reply"])
    waiting, sending = (await gauge.read()).lanes
    assert (waiting.conversations, sending.conversations) == (0, 1)
