"""The worker on a real Redis: order, failures, stopping, and what dies on the way."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import pytest
from redis.asyncio import Redis

from appliance.errors import Permanent, SendThrottled
from appliance.inbox import (
    DeliveryLog,
    Facts,
    Handled,
    Lease,
    Mailbox,
    MailboxPolicy,
    Outbox,
    Sending,
    Worker,
    WorkerPolicy,
)
from appliance.vault import ConversationId, Vault

FACTS = Facts(since_s=1_700_000_000.0, urgent=False)
pytestmark = pytest.mark.redis

ANA, BRAM = ConversationId("ana"), ConversationId("bram")


class RestartableServer(Protocol):
    """What is needed of the server here."""

    def start(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...


class Echo:
    """Answers each message by itself; the session counts the turns."""

    def __init__(self) -> None:
        self.turns: list[Lease] = []
        self.fallbacks: list[Lease] = []

    async def handle(self, lease: Lease) -> Handled:
        self.turns.append(lease)
        return Handled(b"%d" % (int(lease.session or 0) + 1), lease.messages)

    async def fallback(self, lease: Lease) -> Sequence[bytes]:
        self.fallbacks.append(lease)
        return [b"please call us"]


class Provider:
    """Takes every reply; `sent` is there to look at, `reached(n)` waits for the n-th."""

    def __init__(self) -> None:
        self.sent: list[tuple[ConversationId, bytes]] = []
        self._sids = itertools.count()
        self._changed = asyncio.Condition()

    async def send(self, sending: Sending) -> str:
        self.sent.append((sending.conversation, sending.payload))
        async with self._changed:
            self._changed.notify_all()
        return f"SMout{next(self._sids)}"

    async def find(self, sending: Sending) -> str | None:
        return None

    def facts(self, sending: Sending) -> Facts:
        return FACTS

    def patience_s(self, sending: Sending) -> float:
        return 0

    async def reached(self, count: int) -> None:
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self.sent) >= count)


@pytest.fixture
def policy() -> MailboxPolicy:
    """Bursts end at once, and so do the pauses between tries."""
    return MailboxPolicy(quiet_s=0, retry_s=0.01)


@asynccontextmanager
async def running(*workers: Worker, grace_s: float = 5.0) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(worker.run())
        yield
        for worker in workers:
            worker.stop(grace_s)


async def test_a_message_is_answered_and_the_reply_sent(mailbox: Mailbox, outbox: Outbox) -> None:
    provider = Provider()
    async with running(Worker(mailbox, outbox, Echo(), provider)):
        await mailbox.accept(ANA, "SM1", b"hello")
        await provider.reached(1)
    assert provider.sent == [(ANA, b"hello")]


async def test_many_workers_keep_the_order_of_each_conversation(
    redis: Redis, vault: Vault, policy: MailboxPolicy
) -> None:
    provider, deliveries = Provider(), DeliveryLog(redis)

    def worker() -> Worker:
        return Worker(Mailbox(redis, vault, policy), Outbox(redis, vault, deliveries), Echo(), provider)

    gateway = Mailbox(redis, vault, policy)
    patients = [ConversationId(f"patient{number}") for number in range(12)]
    async with running(worker(), worker(), worker()):
        for number in range(20):
            offered = [
                gateway.accept(patient, f"{patient}-{number}", b"%d" % number)
                for patient in patients
                for _ in range(1 + number % 2)
            ]
            await asyncio.gather(*offered)
        await provider.reached(12 * 20)
    received = defaultdict(list)
    for conversation, payload in provider.sent:
        received[conversation].append(int(payload))
    assert received == {patient: list(range(20)) for patient in patients}


async def test_a_failing_turn_is_tried_three_times_and_ends_in_the_fallback(
    mailbox: Mailbox, outbox: Outbox
) -> None:
    class Failing(Echo):
        async def handle(self, lease: Lease) -> Handled:
            await super().handle(lease)
            raise ValueError("with what the patient wrote")

    handler, provider = Failing(), Provider()
    async with running(Worker(mailbox, outbox, handler, provider)):
        await mailbox.accept(ANA, "SM1", b"poison")
        await provider.reached(1)
    assert [lease.tries for lease in handler.turns] == [0, 1, 2]
    assert [lease.reason for lease in handler.fallbacks] == ["ValueError"]
    assert provider.sent == [(ANA, b"please call us")]


async def test_one_failing_conversation_does_not_hold_up_another(mailbox: Mailbox, outbox: Outbox) -> None:
    class FailingForAna(Echo):
        async def handle(self, lease: Lease) -> Handled:
            if lease.conversation == ANA:
                raise ValueError
            return await super().handle(lease)

    provider = Provider()
    async with running(Worker(mailbox, outbox, FailingForAna(), provider)):
        await mailbox.accept(ANA, "SM1", b"poison")
        await mailbox.accept(BRAM, "SM2", b"hello")
        await provider.reached(2)
    assert set(provider.sent) == {(ANA, b"please call us"), (BRAM, b"hello")}


async def test_a_message_that_cannot_be_opened_is_answered_with_the_fallback(
    mailbox: Mailbox, outbox: Outbox, vault: Vault
) -> None:
    provider = Provider()
    await mailbox.accept(ANA, "SM1", b"written before the erasure")
    await vault.erase(ANA)
    async with running(Worker(mailbox, outbox, Echo(), provider)):
        await provider.reached(1)
    assert provider.sent == [(ANA, b"please call us")]


async def test_a_stopped_worker_finishes_what_runs_and_sends_it(mailbox: Mailbox, outbox: Outbox) -> None:
    class Gated(Echo):
        def __init__(self) -> None:
            super().__init__()
            self.begun, self.go_on = asyncio.Event(), asyncio.Event()

        async def handle(self, lease: Lease) -> Handled:
            self.begun.set()
            await self.go_on.wait()
            return await super().handle(lease)

    handler, provider = Gated(), Provider()
    worker = Worker(mailbox, outbox, handler, provider, WorkerPolicy(turns=1))
    task = asyncio.create_task(worker.run())
    await mailbox.accept(ANA, "SM1", b"first")
    await handler.begun.wait()
    worker.stop(grace_s=20)
    await mailbox.accept(BRAM, "SM2", b"too late for this worker")
    handler.go_on.set()
    await task
    assert provider.sent == [(ANA, b"first")]
    assert (await mailbox.take()) is not None


async def test_at_the_end_of_its_grace_a_worker_gives_back_what_it_holds(
    mailbox: Mailbox, outbox: Outbox
) -> None:
    class Hanging(Echo):
        def __init__(self) -> None:
            super().__init__()
            self.begun = asyncio.Event()

        async def handle(self, lease: Lease) -> Handled:
            self.begun.set()
            await asyncio.Event().wait()
            raise AssertionError

    handler = Hanging()
    worker = Worker(mailbox, outbox, handler, Provider())
    task = asyncio.create_task(worker.run())
    await mailbox.accept(ANA, "SM1", b"slow")
    await handler.begun.wait()
    worker.stop(grace_s=0.05)
    async with asyncio.timeout(5):
        await task
    lease = await mailbox.take()
    assert lease is not None
    assert (lease.messages, lease.tries) == ((b"slow",), 0)


async def test_a_handler_that_lost_its_lease_is_stopped(redis: Redis, vault: Vault, outbox: Outbox) -> None:
    """Renewals find that another has the conversation: going on would answer twice."""
    policy = MailboxPolicy(quiet_s=0, lease_s=0.3)
    mailbox = Mailbox(redis, vault, policy)
    rival = Mailbox(redis, vault, policy, lambda: 10_000)

    class Watched(Echo):
        def __init__(self) -> None:
            super().__init__()
            self.begun, self.ended = asyncio.Event(), asyncio.Event()

        async def handle(self, lease: Lease) -> Handled:
            self.begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.ended.set()
            raise AssertionError

    handler = Watched()
    async with running(Worker(mailbox, outbox, handler, Provider())):
        await mailbox.accept(ANA, "SM1", b"slow")
        await handler.begun.wait()
        stolen = await rival.take()
        async with asyncio.timeout(5):
            await handler.ended.wait()
        assert stolen is not None
        await rival.done(stolen, None, [])


class Once(Provider):
    """Raises at the first send, and takes the reply at the second; what it was shown is kept."""

    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self._failure: Exception | None = failure
        self.shown: list[Sending] = []

    async def send(self, sending: Sending) -> str:
        self.shown.append(sending)
        if (failure := self._failure) is not None:
            self._failure = None
            raise failure
        return await super().send(sending)


async def test_a_throttled_reply_is_sent_later_and_is_not_in_doubt(mailbox: Mailbox, outbox: Outbox) -> None:
    provider = Once(SendThrottled(0.01))
    async with running(Worker(mailbox, outbox, Echo(), provider)):
        await mailbox.accept(ANA, "SM1", b"hello")
        await provider.reached(1)
    assert [(shown.attempts, shown.unconfirmed_since_s) for shown in provider.shown] == [(0, None), (1, None)]


async def test_a_reply_with_an_unknown_outcome_is_shown_as_such(mailbox: Mailbox, outbox: Outbox) -> None:
    provider = Once(TimeoutError())
    async with running(Worker(mailbox, outbox, Echo(), provider)):
        await mailbox.accept(ANA, "SM1", b"hello")
        await provider.reached(1)
    assert provider.shown[1].unconfirmed_since_s is not None


async def test_a_refused_reply_does_not_hold_up_the_next(mailbox: Mailbox, outbox: Outbox) -> None:
    provider = Once(Permanent("no such number"))
    async with running(Worker(mailbox, outbox, Echo(), provider)):
        await mailbox.accept(ANA, "SM1", b"refused")
        await mailbox.accept(ANA, "SM2", b"taken")
        await provider.reached(1)
    assert provider.sent == [(ANA, b"taken")]


async def test_a_worker_goes_on_by_itself_after_redis_was_killed(
    mailbox: Mailbox, outbox: Outbox, redis_server: RestartableServer
) -> None:
    provider = Provider()
    async with running(Worker(mailbox, outbox, Echo(), provider)):
        await mailbox.accept(ANA, "SM1", b"before")
        await provider.reached(1)
        await asyncio.to_thread(redis_server.restart)
        await mailbox.accept(ANA, "SM2", b"after")
        await provider.reached(2)
    assert provider.sent == [(ANA, b"before"), (ANA, b"after")]


async def test_an_answer_is_not_lost_when_redis_is_away_while_it_is_written(
    mailbox: Mailbox, outbox: Outbox, redis_server: RestartableServer
) -> None:
    class DuringAnOutage(Echo):
        async def handle(self, lease: Lease) -> Handled:
            await asyncio.to_thread(redis_server.kill)
            asyncio.get_running_loop().call_later(0.3, redis_server.start)
            return await super().handle(lease)

    handler, provider = DuringAnOutage(), Provider()
    async with running(Worker(mailbox, outbox, handler, provider)):
        await mailbox.accept(ANA, "SM1", b"hello")
        await provider.reached(1)
    assert len(handler.turns) == 1
    assert provider.sent == [(ANA, b"hello")]
