"""Clocks that jump: nothing is stuck until the time comes round again, and nothing is lost."""

from collections.abc import Awaitable, Callable

import pytest

from appliance.errors import StaleLease
from appliance.inbox import Accepted, Lease, Mailbox, Outbox, Sending
from appliance.vault import ConversationId

pytestmark = pytest.mark.redis

ANA = ConversationId("ana")
HOUR_S = 3600.0
Take = Callable[[], Awaitable[Lease]]
TakeReply = Callable[[], Awaitable[Sending]]
Advance = Callable[[float], None]


@pytest.mark.parametrize("immediate", [True, False])
async def test_what_was_accepted_before_the_clock_was_set_back_is_taken(
    mailbox: Mailbox, take: Take, advance: Advance, *, immediate: bool
) -> None:
    await mailbox.accept(ANA, "SM1", b"hello", immediate=immediate)
    advance(-HOUR_S)
    assert (await take()).messages == (b"hello",)


async def test_a_lease_of_a_worker_that_died_before_the_clock_was_set_back_ends(
    mailbox: Mailbox, take: Take, advance: Advance
) -> None:
    await mailbox.accept(ANA, "SM1", b"hello", immediate=True)
    late = await take()
    advance(-HOUR_S)
    assert (await take()).messages == (b"hello",)
    with pytest.raises(StaleLease):
        await mailbox.done(late, None, [])


async def test_a_reply_that_waits_is_sent_after_the_clock_was_set_back(
    mailbox: Mailbox, outbox: Outbox, take: Take, take_reply: TakeReply, advance: Advance
) -> None:
    await mailbox.accept(ANA, "SM1", b"hello", immediate=True)
    await mailbox.done(await take(), None, [b"reply"])
    await outbox.retry_later(await take_reply(), 60, unconfirmed=False)
    advance(-HOUR_S)
    assert (await take_reply()).payload == b"reply"


async def test_a_clock_that_jumps_ahead_hands_a_running_turn_on_and_the_late_holder_changes_nothing(
    mailbox: Mailbox, take: Take, advance: Advance
) -> None:
    await mailbox.accept(ANA, "SM1", b"hello", immediate=True)
    late = await take()
    advance(HOUR_S)
    current = await take()
    with pytest.raises(StaleLease):
        await mailbox.done(late, None, [b"late"])
    await mailbox.done(current, None, [b"reply"])


async def test_limits_do_not_last_longer_when_the_clock_is_set_back(
    mailbox: Mailbox, advance: Advance
) -> None:
    mailbox.policy = type(mailbox.policy)(burst=1)
    await mailbox.accept(ANA, "SM1", b"1")
    assert await mailbox.accept(ANA, "SM2", b"2") is Accepted.TOLD
    advance(-HOUR_S)
    assert await mailbox.accept(ANA, "SM3", b"3") is Accepted.NEW
