"""Who asked for no more messages: kept under the pseudonym, without a term, until the patient takes it back."""

from redis.asyncio import Redis

from appliance.vault import ConversationId
from appliance.vault.connection import translated


class OptOuts:
    """Pseudonyms that opted out. Holds no text and no address, so nothing of it is sealed.

    It outlives sessions and erasure: a wish to be left alone is no patient data to forget.
    Every method raises StoreUnavailable.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def holds(self, conversation: ConversationId) -> bool:
        """Whether the patient opted out."""
        async with translated("reading opt-outs"):
            return bool(await self._redis.exists(_name(conversation)))

    async def put(self, conversation: ConversationId, *, opted_out: bool) -> None:
        """Keep the patient's wish."""
        async with translated("writing opt-outs"):
            if opted_out:
                await self._redis.set(_name(conversation), b"1")
            else:
                await self._redis.delete(_name(conversation))


def _name(conversation: ConversationId) -> str:
    return f"optout:{{{conversation}}}"
