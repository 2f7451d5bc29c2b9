"""The outbox on a real Redis: in order, each reply until its fate is known."""

from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from appliance.errors import StaleLease
from appliance.inbox import DeliveryLog, Lease, Mailbox, Outbox, Receipt, Sending
from appliance.inbox.lanes import SHARDS
from appliance.vault import ConversationId, Vault

pytestmark = pytest.mark.redis

ANA, BRAM = ConversationId("ana"), ConversationId("bram")
Take = Callable[[], Awaitable[Lease]]
TakeReply = Callable[[], Awaitable[Sending]]
Advance = Callable[[float], None]


@pytest.fixture
def answer(mailbox: Mailbox, take: Take) -> Callable[..., Awaitable[None]]:
    """Puts replies of one turn into the outbox."""
    sids = iter(range(1000))

    async def answering(conversation: ConversationId, *replies: bytes) -> None:
        await mailbox.accept(conversation, f"SM{next(sids)}", b"question", immediate=True)
        await mailbox.done(await take(), None, replies)

    return answering


Answer = Callable[..., Awaitable[None]]


async def test_replies_of_a_conversation_go_one_at_a_time_in_order(
    outbox: Outbox, answer: Answer, take_reply: TakeReply
) -> None:
    await answer(ANA, b"1", b"2")
    await answer(ANA, b"3")
    for expected in (b"1", b"2", b"3"):
        sending = await take_reply()
        assert sending.payload == expected
        assert await outbox.take() is None
        await outbox.sent(sending, f"SMout{expected.decode()}")
    assert await outbox.take() is None


async def test_conversations_do_not_wait_for_each_other(answer: Answer, take_reply: TakeReply) -> None:
    await answer(ANA, b"to ana")
    await answer(BRAM, b"to bram")
    assert {(await take_reply()).payload, (await take_reply()).payload} == {b"to ana", b"to bram"}


async def test_an_urgent_reply_is_sent_before_all_that_wait(
    mailbox: Mailbox, answer: Answer, take: Take, take_reply: TakeReply
) -> None:
    for number in range(10 * SHARDS):
        await answer(ConversationId(f"c{number}"), b"reply")
    await mailbox.accept(ANA, "SMurgent", b"chest pain", immediate=True)
    await mailbox.done(await take(), None, [b"the route"], urgent=True)
    assert b"the route" in [(await take_reply()).payload for _ in range(SHARDS)]


async def test_a_delayed_reply_holds_back_those_behind_it(
    outbox: Outbox, answer: Answer, take_reply: TakeReply, advance: Advance
) -> None:
    await answer(ANA, b"1", b"2")
    await outbox.retry_later(await take_reply(), 5, unconfirmed=False)
    await answer(ANA, b"3")
    assert await outbox.take() is None
    advance(5.1)
    assert (await take_reply()).payload == b"1"


async def test_an_attempt_without_an_outcome_is_shown_to_the_next_sender(
    outbox: Outbox, answer: Answer, take_reply: TakeReply, advance: Advance
) -> None:
    """The process died between the note and the answer: the reply may have gone out."""
    await answer(ANA, b"1")
    first = await take_reply()
    assert (first.attempts, first.unconfirmed_since_s) == (0, None)
    await outbox.record_attempt(first)
    advance(31)
    second = await take_reply()
    assert second.attempts == 1
    assert second.unconfirmed_since_s is not None
    await outbox.record_attempt(second)
    advance(31)
    assert (await take_reply()).unconfirmed_since_s == second.unconfirmed_since_s


async def test_an_attempt_that_certainly_failed_leaves_nothing_unconfirmed(
    outbox: Outbox, answer: Answer, take_reply: TakeReply
) -> None:
    await answer(ANA, b"1")
    sending = await take_reply()
    await outbox.record_attempt(sending)
    await outbox.retry_later(sending, 0, unconfirmed=False)
    again = await take_reply()
    assert (again.attempts, again.unconfirmed_since_s) == (1, None)


async def test_attempts_are_counted_for_each_reply_anew(
    outbox: Outbox, answer: Answer, take_reply: TakeReply
) -> None:
    await answer(ANA, b"1", b"2")
    sending = await take_reply()
    await outbox.record_attempt(sending)
    await outbox.sent(sending, "SMout1")
    following = await take_reply()
    assert (following.payload, following.attempts, following.unconfirmed_since_s) == (b"2", 0, None)


async def test_a_refused_reply_becomes_a_dead_letter_and_the_next_one_goes(
    outbox: Outbox, redis: Redis, answer: Answer, take_reply: TakeReply
) -> None:
    await answer(ANA, b"1", b"2")
    await outbox.failed(await take_reply(), "SendRefused")
    assert (await take_reply()).payload == b"2"
    (dead,) = [key async for key in redis.scan_iter("*:dead")]
    ((_, letter),) = await redis.xrange(dead)
    assert (letter[b"lane"], letter[b"reason"]) == (b"out", b"SendRefused")
    assert letter[b"body"].startswith(b"AV1")


async def test_a_late_sender_changes_nothing(
    outbox: Outbox, deliveries: DeliveryLog, answer: Answer, take_reply: TakeReply, advance: Advance
) -> None:
    await answer(ANA, b"1")
    late = await take_reply()
    advance(31)
    current = await take_reply()
    for step in (
        outbox.record_attempt(late),
        outbox.renew(late),
        outbox.failed(late, "late"),
        outbox.retry_later(late, 0, unconfirmed=True),
        outbox.sent(late, "SMlate"),
    ):
        with pytest.raises(StaleLease):
            await step
    await outbox.sent(current, "SMout1")
    assert await outbox.take() is None


async def test_sent_may_be_repeated(outbox: Outbox, answer: Answer, take_reply: TakeReply) -> None:
    await answer(ANA, b"1", b"2")
    sending = await take_reply()
    await outbox.sent(sending, "SMout1")
    await outbox.sent(sending, "SMout1")
    assert (await take_reply()).payload == b"2"


async def test_replies_of_an_erased_patient_are_not_sent_and_do_not_block(
    outbox: Outbox, vault: Vault, answer: Answer, take_reply: TakeReply
) -> None:
    await answer(ANA, b"1", b"2")
    await vault.erase(ANA)
    await answer(ANA, b"after")
    assert (await take_reply()).payload == b"after"


async def test_a_sent_reply_can_be_found_by_the_provider_s_id(
    outbox: Outbox, deliveries: DeliveryLog, answer: Answer, take_reply: TakeReply
) -> None:
    await answer(ANA, b"1")
    await outbox.sent(await take_reply(), "SMout1")
    assert await deliveries.receipt("SMout1") == Receipt(ANA, "queued")
    assert await deliveries.receipt("SMother") is None


@pytest.mark.parametrize(
    ("statuses", "taken", "last"),
    [
        (["sending", "sent", "delivered", "read"], [True] * 4, "read"),
        (["delivered", "sent"], [True, False], "delivered"),
        (["sent", "sent"], [True, False], "sent"),
        (["read", "delivered", "failed"], [True, False, False], "read"),
        (["sent", "undelivered", "delivered"], [True, True, False], "undelivered"),
        (["delivered", "failed", "read"], [True, False, True], "read"),
        (["failed", "sent"], [True, False], "failed"),
        (["sent", "no such status"], [True, False], "sent"),
    ],
)
async def test_a_delivery_only_moves_forward(
    deliveries: DeliveryLog, statuses: list[str], taken: list[bool], last: str
) -> None:
    await deliveries.record("SMout1", ANA)
    assert [await deliveries.forward("SMout1", status) for status in statuses] == taken
    assert await deliveries.receipt("SMout1") == Receipt(ANA, last)


async def test_a_status_that_comes_before_the_send_returned_is_kept(deliveries: DeliveryLog) -> None:
    assert await deliveries.forward("SMout1", "delivered")
    assert await deliveries.receipt("SMout1") == Receipt(None, "delivered")
    await deliveries.record("SMout1", ANA)
    assert await deliveries.receipt("SMout1") == Receipt(ANA, "delivered")


async def test_a_receipt_is_forgotten_after_a_week(deliveries: DeliveryLog, redis: Redis) -> None:
    await deliveries.record("SMout1", ANA)
    (name,) = [key async for key in redis.scan_iter("antesala:receipt:*")]
    assert 0 < await redis.ttl(name) <= 7 * 24 * 3600
