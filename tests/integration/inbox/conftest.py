"""A mailbox and an outbox on a real Redis, with a clock that tests move."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from redis.asyncio import Redis

from appliance.inbox import DeliveryLog, Lease, Mailbox, MailboxPolicy, Outbox, Sending
from appliance.vault import KeyRing, RedisDataKeyStore, Vault


@dataclass
class Clock:
    """How far the clock of Redis is moved."""

    shift_s: float = 0.0

    def shift_ms(self) -> int:
        return round(self.shift_s * 1000)

    def advance(self, by_s: float) -> None:
        self.shift_s += by_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def advance(clock: Clock) -> Callable[[float], None]:
    """Moves the clock by so many seconds."""
    return clock.advance


@pytest.fixture
def vault(vault_redis: Redis) -> Vault:
    return Vault(KeyRing.new("test"), RedisDataKeyStore(vault_redis))


@pytest.fixture
def policy() -> MailboxPolicy:
    return MailboxPolicy()


@pytest.fixture
def mailbox(redis: Redis, vault: Vault, policy: MailboxPolicy, clock: Clock) -> Mailbox:
    return Mailbox(redis, vault, policy, clock.shift_ms)


@pytest.fixture
def deliveries(redis: Redis) -> DeliveryLog:
    return DeliveryLog(redis)


@pytest.fixture
def outbox(redis: Redis, vault: Vault, deliveries: DeliveryLog, clock: Clock) -> Outbox:
    return Outbox(redis, vault, deliveries, clock_shift_ms=clock.shift_ms)


@pytest.fixture
def take(mailbox: Mailbox) -> Callable[[], Awaitable[Lease]]:
    """Takes the turn that there must be."""

    async def taking() -> Lease:
        lease = await mailbox.take()
        assert lease is not None
        return lease

    return taking


@pytest.fixture
def take_reply(outbox: Outbox) -> Callable[[], Awaitable[Sending]]:
    """Takes the reply that there must be."""

    async def taking() -> Sending:
        sending = await outbox.take()
        assert sending is not None
        return sending

    return taking
