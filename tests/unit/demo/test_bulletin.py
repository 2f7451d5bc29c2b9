"""The bulletin wakes whoever waits, and nobody misses what was posted before."""

import asyncio

from appliance.demo.bulletin import Bulletin


async def test_a_waiter_is_woken_by_the_next_post() -> None:
    bulletin = Bulletin()
    waiting = asyncio.create_task(bulletin.newer_than(bulletin.version, within_s=5))
    await asyncio.sleep(0)
    bulletin.post()
    assert await waiting == 1


async def test_what_was_posted_before_the_wait_is_not_missed() -> None:
    bulletin = Bulletin()
    seen = bulletin.version
    bulletin.post()
    assert await bulletin.newer_than(seen, within_s=5) == 1


async def test_the_wait_ends_when_the_time_is_up() -> None:
    assert await Bulletin().newer_than(0, within_s=0.001) == 0


async def test_closing_wakes_all_and_later_waits_end_at_once() -> None:
    bulletin = Bulletin()
    waiting = [asyncio.create_task(bulletin.newer_than(0, within_s=5)) for _ in range(3)]
    await asyncio.sleep(0)
    bulletin.close()
    assert await asyncio.gather(*waiting) == [0, 0, 0]
    assert await bulletin.newer_than(0, within_s=5) == 0
    assert bulletin.closed
