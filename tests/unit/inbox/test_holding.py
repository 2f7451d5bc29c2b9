"""Work under a lease: renewed, stopped when the lease is lost, and written down in the end."""

import asyncio
from contextlib import suppress

import pytest

from appliance.errors import StaleLease, StoreUnavailable
from appliance.inbox.holding import persist, while_held
from appliance.tasks import end


class Lease:
    """Fails as told on successive renewals, then holds; counts them."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.renewals = 0
        self.renewed = asyncio.Event()

    async def renew(self) -> None:
        self.renewals += 1
        if self._failures:
            raise self._failures.pop(0)
        self.renewed.set()


async def test_a_lease_is_renewed_while_the_work_lasts() -> None:
    lease = Lease()
    async with asyncio.timeout(5):
        await while_held(_wait(lease.renewed), lease.renew, 0.001)
    assert lease.renewals >= 1


async def test_a_renewal_that_the_store_refuses_is_tried_again() -> None:
    lease = Lease(StoreUnavailable("away"), StoreUnavailable("away"))
    async with asyncio.timeout(5):
        await while_held(_wait(lease.renewed), lease.renew, 0.001)
    assert lease.renewals >= 3


async def test_work_whose_lease_is_lost_is_stopped() -> None:
    stopped = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    with pytest.raises(StaleLease):
        await while_held(work(), Lease(StaleLease("another has it")).renew, 0.001)
    assert stopped.is_set()


async def test_what_the_work_raises_is_raised() -> None:
    async def work() -> None:
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        await while_held(work(), Lease().renew, 60)


async def test_a_cancellation_reaches_the_work_and_no_task_is_left() -> None:
    before = asyncio.all_tasks()
    held = asyncio.create_task(while_held(_wait(asyncio.Event()), Lease().renew, 60))
    await asyncio.sleep(0)
    held.cancel()
    with suppress(asyncio.CancelledError):
        await held
    assert asyncio.all_tasks() == before


async def test_an_outcome_is_offered_until_the_store_takes_it() -> None:
    offers = []

    async def step() -> None:
        offers.append(len(offers))
        if len(offers) < 3:
            raise StoreUnavailable("away")

    await persist(step)
    assert len(offers) == 3


async def test_a_lost_lease_is_not_offered_again() -> None:
    offers = []

    async def step() -> None:
        offers.append(1)
        raise StaleLease("another has it")

    with pytest.raises(StaleLease):
        await persist(step)
    assert len(offers) == 1


async def test_a_task_that_loses_its_first_cancellation_is_ended_all_the_same() -> None:
    async def deaf_once() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    task = asyncio.create_task(deaf_once())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end(task)
    assert task.cancelled()


async def _wait(event: asyncio.Event) -> None:
    await event.wait()
