"""Redaction: written down with the step that it follows from, tried until it is done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis

from appliance.errors import SendRefused, SendUnconfirmed
from appliance.inbox import (
    DeliveryLog,
    Lease,
    Mailbox,
    MailboxPolicy,
    Outbox,
    Redactions,
    Redactor,
    Sending,
)
from appliance.vault import ConversationId, Vault

pytestmark = pytest.mark.redis

ANA = ConversationId("ana")
Take = Callable[[], Awaitable[Lease]]
TakeReply = Callable[[], Awaitable[Sending]]
Advance = Callable[[float], None]


@dataclass
class Provider:
    """Empties messages, after these failures."""

    failures: list[Exception] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)

    async def redact(self, sid: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.emptied.append(sid)


@pytest.fixture
def redactions(redis: Redis, clock: object) -> Redactions:
    return Redactions(redis, clock.shift_ms)  # type: ignore[attr-defined]


@pytest.fixture
def outbox(redis: Redis, vault: Vault, deliveries: DeliveryLog, clock: object) -> Outbox:
    shift_ms = clock.shift_ms  # type: ignore[attr-defined]
    return Outbox(redis, vault, deliveries, clock_shift_ms=shift_ms, redact_after_s=600)


@pytest.fixture
def policy() -> MailboxPolicy:
    return MailboxPolicy(redact_inbound=True)


async def work(redactions: Redactions, provider: Provider) -> None:
    """Do all that is due now."""
    redactor = Redactor(redactions, provider)
    while (redaction := await redactions.take()) is not None:
        await redactor.redact(redaction)


async def test_a_message_is_emptied_when_it_is_answered_and_not_before(
    mailbox: Mailbox, redactions: Redactions, take: Take
) -> None:
    provider = Provider()
    await mailbox.accept(ANA, "SMin", b"hello", immediate=True)
    lease = await take()
    await work(redactions, provider)
    assert provider.emptied == []
    await mailbox.done(lease, None, [])
    await work(redactions, provider)
    assert provider.emptied == ["SMin"]
    assert await redactions.take() is None


async def test_a_reply_is_emptied_after_its_delivery_or_when_nobody_has_told_of_one(
    mailbox: Mailbox,
    outbox: Outbox,
    redactions: Redactions,
    take: Take,
    take_reply: TakeReply,
    advance: Advance,
) -> None:
    mailbox.policy = MailboxPolicy()
    provider = Provider()
    await mailbox.accept(ANA, "SMin", b"hello", immediate=True)
    await mailbox.done(await take(), None, [b"1", b"2"])
    await outbox.sent(await take_reply(), "SMone")
    await outbox.sent(await take_reply(), "SMtwo")
    await work(redactions, provider)
    assert provider.emptied == []
    await redactions.hasten(ANA, "SMtwo")
    await redactions.hasten(ANA, "SMunknown")
    await work(redactions, provider)
    assert provider.emptied == ["SMtwo"]
    advance(601)
    await work(redactions, provider)
    assert provider.emptied == ["SMtwo", "SMone"]


async def test_what_cannot_be_emptied_now_is_tried_until_it_is(
    mailbox: Mailbox, redactions: Redactions, take: Take, advance: Advance
) -> None:
    provider = Provider([SendRefused(20009), SendUnconfirmed("500"), SendRefused(20009)])
    await mailbox.accept(ANA, "SMin", b"hello", immediate=True)
    await mailbox.done(await take(), None, [])
    for pause_s in (0, 15, 30, 60):
        assert provider.emptied == []
        advance(pause_s + 0.1)
        await work(redactions, provider)
    assert provider.emptied == ["SMin"]


async def test_a_redaction_whose_process_died_is_done_by_another(
    mailbox: Mailbox, redactions: Redactions, take: Take, advance: Advance
) -> None:
    await mailbox.accept(ANA, "SMin", b"hello", immediate=True)
    await mailbox.done(await take(), None, [])
    assert await redactions.take() is not None
    assert await redactions.take() is None
    advance(61)
    provider = Provider()
    await work(redactions, provider)
    assert provider.emptied == ["SMin"]


async def test_nothing_is_emptied_unless_it_is_wanted(
    redis: Redis, vault: Vault, deliveries: DeliveryLog, redactions: Redactions
) -> None:
    mailbox, outbox = Mailbox(redis, vault), Outbox(redis, vault, deliveries)
    await mailbox.accept(ANA, "SMin", b"hello", immediate=True)
    lease = await mailbox.take()
    assert lease is not None
    await mailbox.done(lease, None, [b"1"])
    sending = await outbox.take()
    assert sending is not None
    await outbox.sent(sending, "SMout")
    assert [key async for key in redis.scan_iter("*redact*")] == []
