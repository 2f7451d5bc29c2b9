"""Bursts on a real Redis: what comes alone is handed out at once, and what is only a beginning waits for the rest."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from house_fakes import WATER, ScriptedScope, reading, small_house
from redis.asyncio import Redis

from appliance.answering import Answering
from appliance.channel import InboundMessage
from appliance.errors import StaleLease
from appliance.inbox import Lease, Mailbox, MailboxPolicy
from appliance.inbox.consent import OptOuts
from appliance.inbox.urgent import Urgent
from appliance.safety.scope import Reading
from appliance.telemetry.board import Board
from appliance.vault import ConversationId, Vault

pytestmark = pytest.mark.redis

ANA = ConversationId("ana")
Take = Callable[[], Awaitable[Lease]]
Advance = Callable[[float], None]


@pytest.fixture
def eager(mailbox: Mailbox) -> Mailbox:
    """A mailbox that hands out at once what comes alone."""
    mailbox.policy = MailboxPolicy(eager=True)
    return mailbox


async def test_what_comes_alone_is_handed_out_at_once_with_the_time_that_its_burst_has_left(
    eager: Mailbox, take: Take, advance: Advance
) -> None:
    await eager.accept(ANA, "SM1", b"can I drink water?")
    lease = await take()
    assert 0 < lease.open_s <= 1.2
    await eager.done(lease, None, [])
    advance(5)
    await eager.accept(ANA, "SM2", b"and coffee?")
    assert (await take()).messages == (b"and coffee?",)


async def test_what_is_held_is_taken_with_what_follows_when_the_burst_is_over(
    eager: Mailbox, take: Take, advance: Advance
) -> None:
    await eager.accept(ANA, "SM1", b"hello")
    await eager.hold(await take())
    for number in range(2, 6):
        assert await eager.take() is None
        advance(0.4)
        await eager.accept(ANA, f"SM{number}", b"part")
    # Bounded from the first, as any burst.
    advance(1.2)
    lease = await take()
    assert (len(lease.messages), lease.open_s, lease.tries) == (5, 0, 0)


async def test_what_is_held_and_stays_alone_is_taken_when_its_burst_is_over(
    eager: Mailbox, take: Take, advance: Advance
) -> None:
    await eager.accept(ANA, "SM1", b"hello")
    await eager.hold(await take())
    advance(1.2)
    assert (await take()).open_s == 0


async def test_a_message_soon_after_one_that_was_answered_at_once_waits_for_its_burst(
    eager: Mailbox, take: Take, advance: Advance
) -> None:
    await eager.accept(ANA, "SM1", b"can I drink water?")
    lease = await take()
    await eager.accept(ANA, "SM2", b"and coffee?")
    await eager.done(lease, None, [])
    advance(0.3)
    await eager.accept(ANA, "SM3", b"and tea?")
    assert await eager.take() is None
    advance(1.2)
    assert (await take()).messages == (b"and coffee?", b"and tea?")


async def test_it_is_known_whether_more_came_while_a_turn_was_answered(
    eager: Mailbox, take: Take, advance: Advance
) -> None:
    await eager.accept(ANA, "SM1", b"can I drink water?")
    lease = await take()
    assert not await eager.followed(lease)
    for number in range(2, 6):
        advance(0.7)
        await eager.accept(ANA, f"SM{number}", b"and this?")
    assert await eager.followed(lease)
    await eager.hold(lease)
    # 2.8 s after the first, and 0.2 s more is its longest wait: what followed is not counted from itself.
    assert await eager.take() is None
    advance(0.2)
    whole = await take()
    assert (len(whole.messages), whole.open_s) == (5, 0)
    assert not await eager.followed(lease)


async def test_who_lost_the_lease_holds_nothing(eager: Mailbox, take: Take, advance: Advance) -> None:
    await eager.accept(ANA, "SM1", b"hello")
    late = await take()
    advance(31)
    await take()
    with pytest.raises(StaleLease):
        await eager.hold(late)


class Kept:
    """A journal in memory."""

    def __init__(self) -> None:
        self.actions: list[str] = []

    def append(self, record: Mapping[str, Any]) -> str:
        self.actions.append(record["action"])
        return ""


@pytest.mark.parametrize(
    ("read", "answered"),
    [(WATER, False), (reading("emergency", "emergency.medical"), True)],
    ids=["a question waits for what follows", "an emergency does not"],
)
async def test_what_came_meanwhile_holds_back_an_answer_and_no_emergency(
    eager: Mailbox, take: Take, redis: Redis, vault: Vault, read: Reading, *, answered: bool
) -> None:
    # No rule finds these words, so that nothing is known of an emergency before the turn is read.
    text = "something that only the reading knows"
    message = InboundMessage(
        "SM1",
        "whatsapp:+12025550101",
        "whatsapp:+12025550100",
        text,
        "text",
        None,
        (),
        None,
        datetime.now(UTC),
    )
    journal = Kept()
    answering = Answering(
        lambda: small_house(scope=ScriptedScope(read)),
        vault,
        OptOuts(redis),
        Urgent(redis),
        eager,
        journal=journal,
        meters=Board.new().answers,
        observer=None,
        model_digest=lambda: "",
    )
    await eager.accept(ANA, "SM1", message.to_json())
    lease = await take()
    await eager.accept(ANA, "SM2", message.to_json())
    handled = await answering.handle(lease)
    assert (handled is not None) is answered
    assert journal.actions == (["emergency"] if answered else [])
