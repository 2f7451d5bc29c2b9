"""A circuit breaker: an engine that keeps failing is left alone, and tried again by one request later."""

import time
from collections.abc import Callable
from typing import Literal

State = Literal["closed", "open", "half-open"]


class Breaker:
    """Opens after some failures in a row; after a rest, lets one request at a time try.

    Args:
        failures: how many in a row open it.
        rest_s: how long it stays open before it lets one request try.
        clock: monotonic seconds.
    """

    def __init__(
        self, failures: int = 3, rest_s: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._rest_s, self._clock = failures, rest_s, clock
        self._failed = 0
        self._opened_s: float | None = None
        self._trying = False

    @property
    def state(self) -> State:
        """For metrics: `half-open` means that the rest is over and nothing has succeeded yet."""
        if self._opened_s is None:
            return "closed"
        return "half-open" if self._clock() - self._opened_s >= self._rest_s else "open"

    def allow(self) -> bool:
        """Whether a request may be made now; if so, exactly one of the three reports below must follow."""
        if self.state == "closed":
            return True
        if self.state == "open" or self._trying:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        """The request was answered."""
        self._failed, self._opened_s, self._trying = 0, None, False

    def failed(self) -> None:
        """The request failed in a way that says something of the engine."""
        self._failed += 1
        if self._trying or self._failed >= self._most:
            self._opened_s = self._clock()
        self._trying = False

    def abandoned(self) -> None:
        """The request ended without saying anything of the engine: it was cancelled, or was itself wrong."""
        self._trying = False
