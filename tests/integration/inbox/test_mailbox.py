"""The mailbox on a real Redis: nothing lost, nothing twice, in order."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from appliance.errors import InboxFull, StaleLease
from appliance.inbox import Accepted, Lease, Mailbox, MailboxPolicy, Outbox, Sending
from appliance.inbox.lanes import SHARDS
from appliance.vault import ConversationId, KeyRing, RedisDataKeyStore, Vault

pytestmark = pytest.mark.redis

ANA, BRAM = ConversationId("ana"), ConversationId("bram")
HOURS_S = 3600.0
Take = Callable[[], Awaitable[Lease]]
TakeReply = Callable[[], Awaitable[Sending]]
Advance = Callable[[float], None]


async def test_a_duplicate_is_refused_even_when_all_come_at_once(mailbox: Mailbox, take: Take) -> None:
    offered = [mailbox.accept(ANA, "SM1", b"hello", immediate=True) for _ in range(20)]
    answers = await asyncio.gather(*offered)
    assert sorted(answers) == [Accepted.DUPLICATE] * 19 + [Accepted.NEW]
    assert (await take()).messages == (b"hello",)


async def test_a_duplicate_is_refused_after_the_message_was_answered(mailbox: Mailbox, take: Take) -> None:
    await mailbox.accept(ANA, "SM1", b"hello", immediate=True)
    await mailbox.done(await take(), None, [])
    assert await mailbox.accept(ANA, "SM1", b"hello", immediate=True) is Accepted.DUPLICATE
    assert await mailbox.take() is None


async def test_a_burst_becomes_one_turn_in_order(mailbox: Mailbox, take: Take, advance: Advance) -> None:
    for number in range(5):
        await mailbox.accept(ANA, f"SM{number}", b"part %d" % number)
        assert await mailbox.take() is None
        advance(0.4)
    advance(0.8)
    assert (await take()).messages == tuple(b"part %d" % number for number in range(5))


async def test_a_burst_that_does_not_end_is_taken_after_its_longest_wait(
    mailbox: Mailbox, take: Take, advance: Advance
) -> None:
    for number in range(4):
        await mailbox.accept(ANA, f"SM{number}", b"part")
        assert await mailbox.take() is None
        advance(0.9)
    assert len((await take()).messages) == 4


async def test_an_urgent_message_closes_the_burst_and_a_later_one_does_not_open_it_again(
    mailbox: Mailbox, take: Take
) -> None:
    await mailbox.accept(ANA, "SM1", b"a question")
    await mailbox.accept(ANA, "SM2", b"chest pain", immediate=True)
    await mailbox.accept(ANA, "SM3", b"hello?")
    assert (await take()).messages == (b"a question", b"chest pain", b"hello?")


async def test_an_emergency_is_taken_before_all_who_wait(
    mailbox: Mailbox, take: Take, advance: Advance
) -> None:
    waiting = 10 * SHARDS
    for number in range(waiting):
        await mailbox.accept(ConversationId(f"c{number}"), f"SM{number}", b"question")
    advance(60)
    await mailbox.accept(ANA, "SMurgent", b"chest pain", immediate=True)
    # Of each shard one is taken in turn, and in its own it is the first.
    taken = [(await take()).conversation for _ in range(SHARDS)]
    assert ANA in taken


async def test_other_conversations_do_not_wait_for_a_burst(mailbox: Mailbox, take: Take) -> None:
    await mailbox.accept(ANA, "SM1", b"one")
    await mailbox.accept(BRAM, "SM2", b"two", immediate=True)
    assert (await take()).conversation == BRAM
    assert await mailbox.take() is None


async def test_a_conversation_is_held_by_one_at_a_time(mailbox: Mailbox, take: Take) -> None:
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    lease = await take()
    await mailbox.accept(ANA, "SM2", b"two", immediate=True)
    assert await mailbox.take() is None
    await mailbox.done(lease, b"session", [])
    assert (await take()).messages == (b"two",)


async def test_done_writes_session_and_replies_and_takes_the_messages_away(
    mailbox: Mailbox, outbox: Outbox, take: Take, take_reply: TakeReply
) -> None:
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    await mailbox.done(await take(), b"what was said", [b"first", b"second"])
    assert await mailbox.take() is None
    sending = await take_reply()
    assert (sending.conversation, sending.payload) == (ANA, b"first")
    await outbox.sent(sending, "SMout1")
    assert (await take_reply()).payload == b"second"
    await mailbox.accept(ANA, "SM2", b"two", immediate=True)
    assert (await take()).session == b"what was said"


async def test_a_late_worker_changes_nothing(
    mailbox: Mailbox, outbox: Outbox, take: Take, take_reply: TakeReply, advance: Advance
) -> None:
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    late = await take()
    advance(31)
    current = await take()
    assert current.token > late.token
    for step in (
        mailbox.done(late, b"late session", [b"late"]),
        mailbox.bury(late, [b"late"]),
        mailbox.fail(late, "late"),
        mailbox.renew(late),
    ):
        with pytest.raises(StaleLease, match=f"lease {late.token} of ana"):
            await step
    await mailbox.release(late)
    assert await outbox.take() is None
    await mailbox.done(current, b"session", [b"reply"])
    assert (await take_reply()).payload == b"reply"


async def test_a_turn_whose_worker_died_is_taken_by_another(
    mailbox: Mailbox, take: Take, advance: Advance
) -> None:
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    await take()
    advance(29)
    assert await mailbox.take() is None
    advance(2)
    lease = await take()
    assert lease.messages == (b"one",)
    assert (lease.tries, lease.reason) == (1, "the worker did not come back")


async def test_a_renewed_lease_is_not_taken(mailbox: Mailbox, take: Take, advance: Advance) -> None:
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    lease = await take()
    for _ in range(4):
        advance(20)
        await mailbox.renew(lease)
        assert await mailbox.take() is None
    await mailbox.done(lease, None, [])


async def test_done_may_be_repeated(
    mailbox: Mailbox, outbox: Outbox, take: Take, take_reply: TakeReply
) -> None:
    """A worker whose answer from Redis got lost tries again: nothing happens twice."""
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    lease = await take()
    await mailbox.done(lease, b"session", [b"reply"])
    await mailbox.done(lease, b"session", [b"reply"])
    await outbox.sent(await take_reply(), "SMout1")
    assert await outbox.take() is None


async def test_a_failed_turn_is_tried_again_with_the_same_messages(
    mailbox: Mailbox, take: Take, advance: Advance
) -> None:
    await mailbox.accept(ANA, "SM1", b"poison", immediate=True)
    await mailbox.fail(await take(), "ValueError")
    assert await mailbox.take() is None
    await mailbox.accept(ANA, "SM2", b"innocent", immediate=True)
    lease = await take()
    assert lease.messages == (b"poison",)
    assert (lease.tries, lease.exhausted, lease.reason) == (1, False, "ValueError")


async def test_after_three_tries_a_turn_is_exhausted_and_becomes_a_dead_letter(
    mailbox: Mailbox, redis: Redis, take: Take, take_reply: TakeReply, advance: Advance
) -> None:
    await mailbox.accept(ANA, "SM1", b"poison", immediate=True)
    for tries in range(3):
        lease = await take()
        assert (lease.tries, lease.exhausted) == (tries, False)
        await mailbox.fail(lease, "ValueError")
        advance(10)
    exhausted = await take()
    assert exhausted.exhausted
    await mailbox.accept(ANA, "SM2", b"innocent", immediate=True)
    await mailbox.bury(exhausted, [b"fallback"])
    assert (await take_reply()).payload == b"fallback"
    later = await take()
    assert (later.messages, later.tries) == ((b"innocent",), 0)
    (dead,) = [key async for key in redis.scan_iter("*:dead")]
    ((_, letter),) = await redis.xrange(dead)
    assert (letter[b"conversation"], letter[b"reason"], letter[b"position"]) == (
        b"ana",
        b"ValueError",
        b"SM1",
    )


async def test_a_released_turn_is_there_at_once_and_not_counted(mailbox: Mailbox, take: Take) -> None:
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    await mailbox.release(await take())
    assert (await take()).tries == 0


async def test_a_session_ends_a_day_after_the_last_turn(
    mailbox: Mailbox, take: Take, advance: Advance
) -> None:
    for number in range(2):
        await mailbox.accept(ANA, f"SM{number}", b"one", immediate=True)
        await mailbox.done(await take(), b"session %d" % number, [])
        advance(23 * HOURS_S)
    await mailbox.accept(ANA, "SM2", b"one", immediate=True)
    lease = await take()
    assert lease.session == b"session 1"
    await mailbox.release(lease)
    advance(1.1 * HOURS_S)
    assert (await take()).session is None


async def test_a_session_is_also_removed_by_redis_itself(mailbox: Mailbox, redis: Redis, take: Take) -> None:
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    await mailbox.done(await take(), b"session", [])
    (session,) = [key async for key in redis.scan_iter("*:session:*")]
    assert 24 * HOURS_S - 60 < await redis.ttl(session) <= 24 * HOURS_S


async def test_a_turn_without_a_session_to_keep_removes_the_old_one(mailbox: Mailbox, take: Take) -> None:
    for number, session in enumerate([b"session", None]):
        await mailbox.accept(ANA, f"SM{number}", b"one", immediate=True)
        await mailbox.done(await take(), session, [])
    await mailbox.accept(ANA, "SM9", b"one", immediate=True)
    assert (await take()).session is None


async def test_an_erasure_hides_what_was_there_and_the_conversation_starts_anew(
    mailbox: Mailbox, outbox: Outbox, vault: Vault, take: Take, take_reply: TakeReply
) -> None:
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    await mailbox.done(await take(), b"session", [b"unsent reply"])
    await mailbox.accept(ANA, "SM2", b"before", immediate=True)
    await vault.erase(ANA)
    await mailbox.accept(ANA, "SM3", b"after", immediate=True)
    lease = await take()
    assert (lease.messages, lease.session, lease.unreadable) == ((b"after",), None, 1)
    await mailbox.done(lease, b"new session", [b"new reply"])
    assert (await take_reply()).payload == b"new reply"


async def test_a_turn_may_erase_its_own_patient(
    mailbox: Mailbox, vault: Vault, take: Take, take_reply: TakeReply
) -> None:
    await mailbox.accept(ANA, "SM1", b"forget me", immediate=True)
    lease = await take()
    await vault.erase(ANA)
    await mailbox.done(lease, None, [b"all is erased"])
    assert (await take_reply()).payload == b"all is erased"


async def test_a_message_moved_to_another_conversation_is_not_read(
    mailbox: Mailbox, redis: Redis, take: Take
) -> None:
    await mailbox.accept(ANA, "SM1", b"one")
    await mailbox.accept(BRAM, "SM2", b"two", immediate=True)
    (ana,) = [key async for key in redis.scan_iter("*:in:entries:ana")]
    (bram,) = [key async for key in redis.scan_iter("*:in:entries:bram")]
    ((_, stolen),) = await redis.xrange(ana)
    await redis.xadd(bram, stolen)
    lease = await take()
    assert (lease.messages, lease.unreadable) == ((b"two",), 1)


async def test_a_full_inbox_refuses_and_the_refused_message_may_come_again(
    redis: Redis, vault: Vault
) -> None:
    mailbox = Mailbox(redis, vault, MailboxPolicy(most_pending=2, quiet_s=0))
    for number in range(2):
        await mailbox.accept(ANA, f"SM{number}", b"one")
    with pytest.raises(InboxFull):
        await mailbox.accept(ANA, "SM2", b"three")
    lease = await mailbox.take()
    assert lease is not None
    await mailbox.done(lease, None, [])
    assert await mailbox.accept(ANA, "SM2", b"three") is Accepted.NEW


async def test_a_turn_is_given_back_when_its_key_cannot_be_had(
    mailbox: Mailbox, redis: Redis, vault_redis: Redis, take: Take, advance: Advance
) -> None:
    """A master key that is missing is a mistake of the staff, not of the message."""
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    stranger = Mailbox(redis, Vault(KeyRing.new("other"), RedisDataKeyStore(vault_redis)))
    with pytest.raises(Exception, match="'test' is wanted"):
        await stranger.take()
    advance(1)
    lease = await take()
    assert (lease.messages, lease.tries) == ((b"one",), 0)


async def test_waiting_ends_when_a_message_comes(mailbox: Mailbox, redis: Redis, vault: Vault) -> None:
    assert await mailbox.take() is None
    waiting = asyncio.create_task(mailbox.wait(30))
    gateway = Mailbox(redis, vault)
    await gateway.accept(ANA, "SM1", b"one", immediate=True)
    async with asyncio.timeout(1):
        await waiting
    assert await mailbox.take() is not None


async def test_waiting_ends_when_the_burst_is_over(redis: Redis, vault: Vault) -> None:
    mailbox = Mailbox(redis, vault, MailboxPolicy(quiet_s=0.05))
    await mailbox.accept(ANA, "SM1", b"one")
    async with asyncio.timeout(1):
        while await mailbox.take() is None:
            await mailbox.wait(30)


async def test_nothing_of_a_turn_is_kept_once_it_is_answered(
    mailbox: Mailbox, outbox: Outbox, redis: Redis, take: Take, take_reply: TakeReply
) -> None:
    await mailbox.accept(ANA, "SM1", b"one", immediate=True)
    await mailbox.done(await take(), None, [b"reply"])
    await outbox.sent(await take_reply(), "SMout1")
    left = {key.decode().split("}")[-1].split(":")[1] async for key in redis.scan_iter("{antesala:*")}
    # The claimed id, the tokens that were settled last, the counters, the provider's ids: no text.
    assert left == {"sid", "in", "out", "token", "taken", "rate"}
    assert [key async for key in redis.scan_iter("*:entries:*")] == []
    assert [key async for key in redis.scan_iter("*:state:*")] == []


async def test_what_was_answered_without_the_inbox_is_not_taken_in_later(mailbox: Mailbox) -> None:
    assert await mailbox.claim(ANA, "SM1")
    assert await mailbox.accept(ANA, "SM1", b"hello") is Accepted.DUPLICATE
    await mailbox.accept(ANA, "SM2", b"hello")
    assert not await mailbox.claim(ANA, "SM2")
