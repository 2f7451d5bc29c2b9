"""The circuit breaker: opens, rests, tries with one request, and recovers without a restart."""

import pytest

from appliance.engine.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=3, rest_s=10.0, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert breaker.allow()
        breaker.failed()


def test_stays_closed_below_the_limit(breaker: Breaker) -> None:
    fail(breaker, 2)
    assert breaker.state == "closed"
    assert breaker.allow()


def test_a_success_starts_the_count_anew(breaker: Breaker) -> None:
    fail(breaker, 2)
    assert breaker.allow()
    breaker.succeeded()
    fail(breaker, 2)
    assert breaker.state == "closed"


def test_opens_after_failures_in_a_row_and_refuses(breaker: Breaker) -> None:
    fail(breaker, 3)
    assert breaker.state == "open"
    assert not breaker.allow()


def test_after_the_rest_one_request_at_a_time_tries(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now_s += 10
    assert breaker.state == "half-open"
    assert breaker.allow()
    assert not breaker.allow()


def test_a_success_closes_it_again(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now_s += 10
    assert breaker.allow()
    breaker.succeeded()
    assert breaker.state == "closed"
    assert breaker.allow()


def test_a_failed_try_starts_a_new_rest(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now_s += 10
    assert breaker.allow()
    breaker.failed()
    assert breaker.state == "open"
    clock.now_s += 9.9
    assert not breaker.allow()
    clock.now_s += 0.1
    assert breaker.allow()


def test_an_abandoned_try_leaves_room_for_the_next(breaker: Breaker, clock: Clock) -> None:
    """A patient who goes away while the engine is being tried must not keep it shut for ever."""
    fail(breaker, 3)
    clock.now_s += 10
    assert breaker.allow()
    breaker.abandoned()
    assert breaker.state == "half-open"
    assert breaker.allow()
