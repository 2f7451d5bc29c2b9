"""Takes away what is over.

Sessions, message ids, receipts, opt-outs, requests and blocked data end by themselves in Redis, which was told
their term when they were written; the rest ends here. The journal holds no text, and stays.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import structlog

from appliance.errors import ApplianceError, SealBroken, StoreUnavailable
from appliance.housekeeping.terms import Terms
from appliance.vault import ConversationId, Erasure, ErasureBook
from appliance.vault.envelope import wrapped_key_id
from appliance.vault.redis_keys import KeyPlace

EVERY_S = 600.0

_log = structlog.get_logger(__name__)


class KeyStore(Protocol):
    """The key store, as housekeeping walks it."""

    def places(self) -> AsyncIterator[KeyPlace]:
        """Where every data key is."""

    async def peek(self, place: KeyPlace) -> bytes | None:
        """A wrapped data key, untouched."""

    async def remove(self, conversation: ConversationId, wrapped: bytes) -> bool:
        """Destroy a wrapped data key."""

    async def bury(self, erasure: Erasure) -> None:
        """Keep a tombstone."""

    async def tombstones(self) -> tuple[Erasure, ...]:
        """All of them."""

    async def forget_before(self, at_s: float) -> int:
        """Drop tombstones from before a time."""


class DeadLetters(Protocol):
    """The inbox."""

    async def forget_dead_letters_before(self, at_s: float) -> int:
        """Drop dead letters from before a time."""


class Housekeeping:
    """Any number of processes may do it at the same time: each step may be repeated."""

    def __init__(
        self,
        terms: Terms,
        keys: KeyStore,
        book: ErasureBook,
        *,
        dead_letters: DeadLetters,
        exports: Path,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`exports`: the folder of copies for patients; `clock`: seconds since 1970."""
        self._terms, self._keys, self._book = terms, keys, book
        self._dead_letters, self._exports, self._clock = dead_letters, exports, clock

    async def run(self) -> Mapping[str, int]:
        """Do it once; how many went, by what they were.

        Raises:
            StoreUnavailable: a store or the book does not answer; what was done stays done.
        """
        now_s = self._clock()
        destroyed = await self._destroy_what_came_back()
        gone = {
            "returned keys": destroyed,
            "dead letters": await self._dead_letters.forget_dead_letters_before(
                now_s - self._terms.dead_letter_s
            ),
            "exports": await asyncio.to_thread(self._old_exports, now_s - self._terms.export_s),
            "tombstones": await self._keys.forget_before(now_s - self._terms.erasure_s),
        }
        await asyncio.to_thread(self._book.forget_before, now_s - self._terms.erasure_s)
        return gone

    async def keep_on(self, every_s: float = EVERY_S) -> None:
        """Do it now and every so often, until cancelled; what fails is logged and comes again."""
        while True:
            try:
                gone = await self.run()
                _log.info(
                    "housekeeping.done", **{name.replace(" ", "_"): count for name, count in gone.items()}
                )
            except ApplianceError as error:
                _log.warning("housekeeping.failed", error=str(error))
            await asyncio.sleep(every_s)

    async def _destroy_what_came_back(self) -> int:
        """Books of all hosts and the key store learn of each other's erasures, and what they name goes."""
        told = await self._keys.tombstones()
        await asyncio.to_thread(self._book.add, told)
        known = {erasure.key_id for erasure in told}
        for erasure in self._book.all():
            if erasure.key_id not in known:
                await self._keys.bury(erasure)
        destroyed = 0
        async for place in self._keys.places():
            wrapped = None if place.blocked else await self._keys.peek(place)
            if wrapped is not None and self._erased(wrapped):
                destroyed += await self._keys.remove(place.conversation, wrapped)
        return destroyed

    def _erased(self, wrapped: bytes) -> bool:
        try:
            return self._book.holds(wrapped_key_id(wrapped))
        except SealBroken:
            return False  # whoever needs it will find it broken, and count it

    def _old_exports(self, before_s: float) -> int:
        if not self._exports.is_dir():
            return 0
        gone = 0
        for copy in self._exports.glob("*.zip"):
            # Another process may be quicker.
            with suppress(FileNotFoundError):
                try:
                    if copy.stat().st_mtime < before_s:
                        copy.unlink()
                        gone += 1
                except PermissionError as error:
                    raise StoreUnavailable(f"{copy}: expected to remove it, got {error.strerror}") from error
        return gone
