"""The limits of the inbox: told once, then silence; a full inbox refuses; an emergency passes all of them."""

import zlib
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from appliance.errors import InboxFull
from appliance.inbox import Accepted, Lease, Mailbox, MailboxPolicy
from appliance.vault import ConversationId, Vault

pytestmark = pytest.mark.redis

ANA, BRAM = ConversationId("ana"), ConversationId("bram")
Take = Callable[[], Awaitable[Lease]]
Advance = Callable[[float], None]


async def offer(mailbox: Mailbox, *sids: str) -> list[Accepted]:
    return [await mailbox.accept(ANA, sid, sid.encode()) for sid in sids]


@pytest.fixture
def policy() -> MailboxPolicy:
    return MailboxPolicy(burst=3, day=5, quiet_s=1)


async def test_above_the_burst_a_patient_is_told_once_and_then_not_heard(
    mailbox: Mailbox, take: Take, advance: Advance
) -> None:
    answers = await offer(mailbox, "1", "2", "3", "4", "5", "6")
    assert answers == [Accepted.NEW] * 3 + [Accepted.TOLD] + [Accepted.LIMITED] * 2
    advance(1.1)
    lease = await take()
    assert (lease.messages, lease.told) == ((b"1", b"2", b"3", b"4"), True)


async def test_a_repeated_webhook_is_a_duplicate_also_when_its_message_was_not_heard(
    mailbox: Mailbox,
) -> None:
    await offer(mailbox, "1", "2", "3", "4", "5")
    assert await offer(mailbox, "1", "4", "5") == [Accepted.DUPLICATE] * 3


async def test_after_a_minute_the_patient_is_heard_again_and_may_be_told_again(
    mailbox: Mailbox, take: Take, advance: Advance
) -> None:
    mailbox.policy = MailboxPolicy(burst=1, quiet_s=0)
    assert await offer(mailbox, "1", "2", "3") == [Accepted.NEW, Accepted.TOLD, Accepted.LIMITED]
    await mailbox.done(await take(), None, [])
    advance(61)
    assert await offer(mailbox, "4") == [Accepted.NEW]
    assert not (await take()).told
    assert await offer(mailbox, "5") == [Accepted.TOLD]


async def test_the_limit_of_a_day_holds_over_many_quiet_hours(mailbox: Mailbox, advance: Advance) -> None:
    for number in range(5):
        assert await offer(mailbox, f"{number}") == [Accepted.NEW]
        advance(3600)
    assert await offer(mailbox, "5", "6") == [Accepted.TOLD, Accepted.LIMITED]
    advance(20 * 3600)
    assert await offer(mailbox, "7") == [Accepted.NEW]


async def test_other_patients_are_not_limited(mailbox: Mailbox) -> None:
    await offer(mailbox, "1", "2", "3", "4", "5")
    assert await mailbox.accept(BRAM, "6", b"6") is Accepted.NEW


async def test_an_emergency_passes_every_limit(redis: Redis, vault: Vault, take: Take) -> None:
    narrow = Mailbox(redis, vault, MailboxPolicy(burst=1, day=1, minute=1, most_waiting=0, most_pending=1))
    for number in range(5):
        assert await narrow.accept(ANA, f"{number}", b"chest pain", immediate=True) is Accepted.NEW
    assert len((await take()).messages) == 5


async def test_an_emergency_is_heard_from_a_patient_who_is_over_the_limit(
    mailbox: Mailbox, take: Take
) -> None:
    await offer(mailbox, "1", "2", "3", "4", "5")
    assert await mailbox.accept(ANA, "6", b"chest pain", immediate=True) is Accepted.NEW
    assert (await take()).messages[-1] == b"chest pain"


@pytest.mark.parametrize(
    "policy", [MailboxPolicy(minute=8), MailboxPolicy(most_waiting=8), MailboxPolicy(most_pending=1)]
)
async def test_above_what_all_may_send_nothing_is_kept_and_the_message_may_come_again(
    mailbox: Mailbox, policy: MailboxPolicy
) -> None:
    """Each shard has its share: a second message of a conversation, or a second conversation, is too much."""
    await mailbox.accept(ANA, "1", b"1")
    other = ANA if policy.most_waiting > 8 else same_shard_as_ana()
    with pytest.raises(InboxFull):
        await mailbox.accept(other, "2", b"2")
    mailbox.policy = MailboxPolicy()
    assert await mailbox.accept(other, "2", b"2") is Accepted.NEW


async def test_a_patient_who_waits_already_may_write_more_when_too_many_wait(
    redis: Redis, vault: Vault
) -> None:
    mailbox = Mailbox(redis, vault, MailboxPolicy(most_waiting=8))
    assert await offer(mailbox, "1", "2") == [Accepted.NEW] * 2


def same_shard_as_ana() -> ConversationId:
    """Another conversation of the same shard."""
    shard = zlib.crc32(ANA.encode()) % 8
    return next(
        ConversationId(f"patient{number}")
        for number in range(1000)
        if zlib.crc32(f"patient{number}".encode()) % 8 == shard
    )
