"""The gateway offers a message again while nobody knows whether the store took it, and an emergency not for long."""

from datetime import UTC, datetime
from typing import Any

import pytest
from house_fakes import small_pack
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, RedisError

from appliance.channel import InboundMessage
from appliance.errors import StoreUnavailable
from appliance.inbox import Accepted
from appliance.reception import Reception
from appliance.web.intake import Taken


def unavailable(cause: RedisError) -> StoreUnavailable:
    error = StoreUnavailable("accept")
    error.__cause__ = cause
    return error


class Store:
    """A mailbox and a vault: fails as it is told, then takes. Time passes only while it is waited for."""

    def __init__(self, *failures: StoreUnavailable, then: Accepted = Accepted.NEW) -> None:
        self.failures = list(failures)
        self.then = then
        self.offers = 0
        self.now_s = 0.0

    def pseudonym(self, sender: str) -> str:
        return f"pseudonym of {sender}"

    async def accept(self, conversation: str, sid: str, payload: bytes, *, immediate: bool) -> Accepted:
        self.offers += 1
        if self.failures:
            raise self.failures.pop(0)
        return self.then

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def reception(self) -> Reception:
        given: Any = self
        return Reception(given, given, small_pack, clock=lambda: self.now_s, sleep=self.sleep)

    async def take(self, text: str = "Can I drink water?") -> Taken:
        return await self.reception().accept(message(text))


def message(text: str = "Can I drink water?") -> InboundMessage:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return InboundMessage("SM1", "whatsapp:+12025550101", "whatsapp:+1", text, "text", None, (), None, at)


def cut() -> StoreUnavailable:
    return unavailable(RedisConnectionError("cut"))


async def test_a_message_is_offered_again_until_the_store_is_back() -> None:
    store = Store(cut(), cut(), cut())
    assert await store.take() is Taken.ACCEPTED
    assert store.offers == 4


async def test_a_message_that_the_store_had_taken_before_it_fell_is_not_answered_twice() -> None:
    assert await Store(cut(), then=Accepted.DUPLICATE).take() is Taken.DUPLICATE


@pytest.mark.parametrize(("text", "seconds"), [("Can I drink water?", 4.0), ("my chest hurts", 1.0)])
async def test_a_store_that_stays_away_is_given_up_and_sooner_in_an_emergency(
    text: str, seconds: float
) -> None:
    store = Store(*(cut() for _ in range(99)))
    with pytest.raises(StoreUnavailable):
        await store.take(text)
    assert seconds / 2 < store.now_s <= seconds


async def test_nothing_waits_for_a_store_that_has_been_away_for_long() -> None:
    store = Store(*(cut() for _ in range(99)))
    reception = store.reception()
    with pytest.raises(StoreUnavailable):
        await reception.accept(message())
    with pytest.raises(StoreUnavailable):
        await reception.accept(message())
    assert store.now_s <= 4.0
    store.failures.clear()
    assert await reception.accept(message()) is Taken.ACCEPTED


async def test_what_the_store_itself_refuses_is_not_offered_again() -> None:
    store = Store(unavailable(OutOfMemoryError("OOM command not allowed")))
    with pytest.raises(StoreUnavailable):
        await store.take()
    assert store.offers == 1
