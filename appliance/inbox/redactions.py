"""Messages that the provider is to empty, each until it has done so."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog
from redis.asyncio import Redis

from appliance.errors import ApplianceError
from appliance.inbox.lanes import Lane, milliseconds, no_shift
from appliance.vault import ConversationId

_LEASE_S = 60.0
_FIRST_PAUSE_S = 15.0
_LONGEST_PAUSE_S = 3600.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Redaction:
    """A message that is to be emptied now; `tries` counts this one."""

    conversation: ConversationId
    provider_sid: str
    tries: int


class Redactions:
    """They are written down with the step that they follow from. Every method raises StoreUnavailable."""

    def __init__(self, redis: Redis, clock_shift_ms: Callable[[], int] = no_shift) -> None:
        self._lane = Lane("redact", redis, clock_shift_ms)

    async def take(self) -> Redaction | None:
        """The one that is due first, or None. Unless `done` follows, it is due again after a minute."""
        answer = await self._lane.claim("take_redaction", milliseconds(_LEASE_S))
        if answer is None:
            return None
        conversation, provider_sid = answer[0].decode().split(" ")
        return Redaction(ConversationId(conversation), provider_sid, answer[1])

    async def done(self, redaction: Redaction) -> None:
        """The message is empty."""
        await self._say(redaction.conversation, redaction.provider_sid, "done")

    async def later(self, redaction: Redaction, pause_s: float) -> None:
        """Try again after a while."""
        await self._say(redaction.conversation, redaction.provider_sid, str(milliseconds(pause_s)))

    async def hasten(self, conversation: ConversationId, provider_sid: str) -> None:
        """The message was delivered: nothing stands in the way any more."""
        await self._say(conversation, provider_sid, "soon")

    async def wait(self, timeout_s: float) -> None:
        """Block until `take` is worth trying again, or the time is up."""
        await self._lane.wait(timeout_s)

    async def _say(self, conversation: ConversationId, provider_sid: str, what: str) -> None:
        await self._lane.run("redaction", conversation, provider_sid, what)
        await self._lane.ring()


class Emptier(Protocol):
    """The provider."""

    async def redact(self, sid: str) -> None:
        """Empty the message; raises an ApplianceError when that cannot be done now."""


class Redactor:
    """Empties messages at the provider; handles its own failures."""

    def __init__(
        self, redactions: Redactions, provider: Emptier, fate: Callable[[str], None] = lambda _: None
    ) -> None:
        """`fate` counts: done, later."""
        self._redactions, self._provider, self._fate = redactions, provider, fate

    async def redact(self, redaction: Redaction) -> None:
        """Try once; a failure is tried again after a pause that doubles up to an hour, without end."""
        try:
            await self._provider.redact(redaction.provider_sid)
            await self._redactions.done(redaction)
        except ApplianceError as error:
            # The first refusal is usual: the message is still under way.
            say = _log.info if redaction.tries < 2 else _log.warning
            say("worker.not_redacted", sid=redaction.provider_sid, tries=redaction.tries, error=str(error))
            self._fate("later")
            pause_s = min(_FIRST_PAUSE_S * 2 ** min(redaction.tries - 1, 16), _LONGEST_PAUSE_S)
            await self._redactions.later(redaction, pause_s)
        else:
            self._fate("done")
