"""What became of each message that the provider took: its status, which only moves forward.

Status callbacks arrive late, twice, out of order, and sometimes before the send itself has returned.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from redis.asyncio import Redis

from appliance.channel.status import is_final, rank
from appliance.inbox.lanes import milliseconds
from appliance.inbox.urgent import Urgent
from appliance.vault import ConversationId
from appliance.vault.connection import translated

DAYS_S = 24 * 3600


@dataclass(frozen=True)
class Receipt:
    """The newest status of a message; no conversation when a callback came and the send never returned."""

    conversation: ConversationId | None
    status: str


@dataclass(frozen=True)
class Facts:
    """What the sender of a reply knows of it.

    Attributes:
        since_s: when the first webhook of the turn came, seconds since 1970.
        urgent: the route of an emergency or crisis.
    """

    since_s: float
    urgent: bool


@dataclass(frozen=True)
class Arrival:
    """A reply is on the patient's phone, `took_s` after the patient wrote; told once."""

    conversation: ConversationId
    took_s: float
    urgent: bool


@cache
def _script() -> str:
    return (files("appliance.inbox") / "lua" / "forward.lua").read_text(encoding="utf-8")


class DeliveryLog:
    """Receipts by the provider's message id. Methods raise StoreUnavailable."""

    def __init__(
        self,
        redis: Redis,
        arrived: Callable[[Arrival], None] = lambda _: None,
        kept_s: float = 7 * DAYS_S,
    ) -> None:
        """`arrived` hears of each reply that has reached its patient, from one process only.

        `kept_s`: a receipt's term, from its last change.
        """
        self._redis, self._urgent, self._arrived = redis, Urgent(redis), arrived
        self._kept_s = round(kept_s)

    async def record(
        self, provider_sid: str, conversation: ConversationId, facts: Facts | None = None
    ) -> None:
        """The provider has taken a message of this conversation; without facts, its arrival is not told."""
        known = (milliseconds(facts.since_s), int(facts.urgent)) if facts else ()
        await self._forward(provider_sid, "queued", conversation, *known)

    async def forward(self, provider_sid: str, status: str) -> bool:
        """Take a status if it is further on than the present one; False when it is not, or is unknown."""
        return rank(status) > 0 and await self._forward(provider_sid, status)

    async def receipt(self, provider_sid: str) -> Receipt | None:
        """The receipt of a message, or None when there is none or its term is over."""
        async with translated("reading a receipt"):
            found = await self._redis.hmget(_name(provider_sid), ["conversation", "status"])
        conversation, status = cast("list[bytes | None]", found)
        if status is None:
            return None
        return Receipt(ConversationId(conversation.decode()) if conversation else None, status.decode())

    async def of(self, conversation: ConversationId) -> dict[str, str]:
        """The statuses of a conversation's messages by the provider's ids. Looks at every receipt."""
        found = {}
        async with translated("looking for receipts"):
            async for name in self._redis.scan_iter(match=_name("*"), count=500):
                owner, status = cast(
                    "list[bytes | None]", await self._redis.hmget(name, ["conversation", "status"])
                )
                if owner == conversation.encode() and status is not None:
                    found[name.decode().partition("{")[2].rstrip("}")] = status.decode()
        return found

    async def forget(self, conversation: ConversationId) -> int:
        """Take the receipts of a conversation away; how many went."""
        names = [_name(provider_sid) for provider_sid in await self.of(conversation)]
        async with translated("dropping receipts"):
            return sum([await self._redis.delete(name) for name in names])

    async def _forward(self, provider_sid: str, status: str, *known: str | int) -> bool:
        run = self._redis.register_script(_script())
        async with translated("moving a receipt forward"):
            moved, *arrival = await run(
                keys=[_name(provider_sid)],
                args=[status, rank(status), int(is_final(status)), self._kept_s, rank("delivered"), *known],
            )
        if arrival:
            conversation, took_ms, urgent = arrival
            await self._told(Arrival(ConversationId(conversation.decode()), took_ms / 1000, bool(urgent)))
        return bool(moved)

    async def _told(self, arrival: Arrival) -> None:
        self._arrived(arrival)
        if arrival.urgent:
            await self._urgent.delivered(arrival.conversation)


def _name(provider_sid: str) -> str:
    return f"antesala:receipt:{{{provider_sid}}}"
