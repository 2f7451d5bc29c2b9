"""What patients may demand: a copy, erasure, silence. Each request and its fulfilment stands in the journal."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from appliance.rights.archive import archive
from appliance.rights.blocked import BlockedStore
from appliance.rights.holdings import PatientStores, holdings_of
from appliance.rights.register import OpenRequest
from appliance.vault import ConversationId, Vault

DAYS_S = 24 * 3600
Right = Literal["export", "erase", "opt_out", "opt_in"]
Channel = Literal["chat", "staff"]


class Journal(Protocol):
    """The audit journal; blocks."""

    def append(self, record: Mapping[str, Any]) -> str:
        """The record's hash."""


@dataclass(frozen=True)
class RightsPolicy:
    """What an erasure is: `destroy` at once, or `block` for a term first (LOPDGDD art. 32, Spain)."""

    erasure: Literal["destroy", "block"] = "destroy"
    blocked_s: float = 3 * 365 * DAYS_S


class PatientRights:
    """Every method raises StoreUnavailable, and JournalUnavailable or JournalBroken."""

    def __init__(
        self,
        vault: Vault,
        stores: PatientStores,
        blocked: BlockedStore,
        journal: Journal,
        *,
        policy: RightsPolicy | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock`: seconds since 1970."""
        self._vault, self._stores, self._blocked, self._journal = vault, stores, blocked, journal
        self._policy = policy or RightsPolicy()
        self._clock = clock

    async def copy_requested(
        self, conversation: ConversationId, sender: str, language: str, request: str
    ) -> None:
        """A patient asks for a copy in the chat: kept until staff have made it with `export`."""
        await self._stores.register.add(conversation, OpenRequest(request, sender, language, self._clock()))
        await self._note(conversation, "export", "requested", request, channel="chat")

    async def export(self, conversation: ConversationId) -> bytes:
        """The copy, as a zip file in plain: for whoever hands it to the patient. Meets an open request."""
        now_s = self._clock()
        opened = await self._stores.register.of(conversation)
        request = opened.request if opened else _new_request()
        if opened is None:
            await self._note(conversation, "export", "requested", request, channel="staff")
        content = archive(await holdings_of(conversation, self._vault, self._stores, now_s))
        waited_s = now_s - opened.at_s if opened else 0.0
        await self._note(conversation, "export", "fulfilled", request, channel="staff", seconds=waited_s)
        await self._stores.register.close(conversation)
        return content

    async def erase(
        self, conversation: ConversationId, request: str = "", channel: Channel = "staff"
    ) -> bool:
        """Destroy what is held, or block it; whether there was anything. The wish to be left alone stays.

        The data key goes first: from then on nothing can be read, here and in every backup.
        """
        request = request or _new_request()
        started_s = self._clock()
        await self._note(conversation, "erase", "requested", request, channel=channel)
        if self._policy.erasure == "block":
            had = await self._block(conversation, started_s)
        else:
            had = await self._vault.erase(conversation)
        await self._stores.inbox.forget(conversation)
        await self._stores.deliveries.forget(conversation)
        await self._stores.register.close(conversation)
        seconds = self._clock() - started_s
        await self._note(conversation, "erase", "fulfilled", request, channel=channel, seconds=seconds)
        return had

    async def silence(
        self, conversation: ConversationId, request: str, *, opted_out: bool, channel: Channel = "chat"
    ) -> None:
        """Keep the wish for no more messages, or that it is taken back."""
        right: Right = "opt_out" if opted_out else "opt_in"
        started_s = self._clock()
        await self._note(conversation, right, "requested", request, channel=channel)
        await self._stores.opt_outs.put(conversation, opted_out=opted_out)
        seconds = self._clock() - started_s
        await self._note(conversation, right, "fulfilled", request, channel=channel, seconds=seconds)

    async def disclose_blocked(self, conversation: ConversationId, reason: str) -> tuple[bytes, ...]:
        """The blocked copies of a patient, for the authority that the law names; the journal keeps why."""
        copies = await self._blocked.opened(conversation, self._vault)
        record = {"kind": "blocked_disclosed", "conversation": conversation, "reason": reason}
        await asyncio.to_thread(self._journal.append, record | {"copies": len(copies)})
        return copies

    async def _block(self, conversation: ConversationId, now_s: float) -> bool:
        held = await holdings_of(conversation, self._vault, self._stores, now_s)
        if not held.entries:
            return await self._vault.erase(conversation)
        until_s = now_s + self._policy.blocked_s
        # The copy first: when this dies half-way, the request is still open and comes again.
        await self._blocked.keep(await self._vault.data_key(conversation), archive(held), until_s)
        return await self._vault.block(conversation, until_s) is not None

    async def _note(
        self,
        conversation: ConversationId,
        right: Right,
        state: Literal["requested", "fulfilled"],
        request: str,
        *,
        channel: Channel,
        seconds: float | None = None,
    ) -> None:
        record: dict[str, Any] = {
            "kind": "rights",
            "right": right,
            "state": state,
            "request": request,
            "channel": channel,
            "conversation": conversation,
        }
        if seconds is not None:
            record["seconds"] = round(seconds, 3)
        await asyncio.to_thread(self._journal.append, record)


def _new_request() -> str:
    return f"staff-{secrets.token_hex(8)}"
