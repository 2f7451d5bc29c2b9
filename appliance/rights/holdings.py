"""Everything that is held of one patient, opened and put into words that a person can read."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from appliance.audit.segments import journal_lines
from appliance.audit.span import record_of
from appliance.errors import KeyMissing, SealBroken
from appliance.inbox.consent import OptOuts
from appliance.inbox.delivery import DeliveryLog
from appliance.inbox.holdings import InboxHoldings, SealedEntry
from appliance.rights.register import Register
from appliance.vault import ConversationId, Erasure, Vault


class Tombstones(Protocol):
    """The key store."""

    async def tombstones(self, conversation: ConversationId | None = None) -> tuple[Erasure, ...]:
        """When a conversation was erased."""


@dataclass(frozen=True)
class Entry:
    """A value that could be opened: what it is, when it came, and its content as it is kept."""

    what: str
    at: str
    content: Any
    reason: str = ""


@dataclass(frozen=True)
class Holdings:
    """What is held of a patient. Times are ISO 8601 in UTC; "" where none is kept.

    Attributes:
        unreadable: how many values there are that no key opens, because of an erasure or damage.
        receipts: the provider's message id and the newest status.
        decisions: the journal's records of the pseudonym, on this host.
    """

    conversation: ConversationId
    at: str
    entries: tuple[Entry, ...]
    unreadable: int
    opted_out_since: str
    requested_copy_at: str
    erased_at: tuple[str, ...]
    receipts: tuple[tuple[str, str], ...]
    decisions: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class PatientStores:
    """Where patients' data can be; all of them are looked into. `journal` may not exist yet."""

    inbox: InboxHoldings
    deliveries: DeliveryLog
    opt_outs: OptOuts
    register: Register
    tombstones: Tombstones
    journal: Path


async def holdings_of(
    conversation: ConversationId, vault: Vault, stores: PatientStores, now_s: float
) -> Holdings:
    """All that is held of a conversation; raises StoreUnavailable, OSError."""
    sealed = await stores.inbox.of(conversation)
    entries = [entry for each in sealed if (entry := await _opened(conversation, each, vault))]
    request = await stores.register.of(conversation)
    since = await stores.opt_outs.since(conversation)
    return Holdings(
        conversation=conversation,
        at=_told(now_s),
        entries=tuple(entries),
        unreadable=len(sealed) - len(entries),
        opted_out_since=_told(since),
        requested_copy_at=_told(request.at_s) if request else "",
        erased_at=tuple(_told(each.at_s) for each in await stores.tombstones.tombstones(conversation)),
        receipts=tuple(sorted((await stores.deliveries.of(conversation)).items())),
        decisions=tuple(_records(_lines(stores.journal), conversation)),
    )


async def _opened(conversation: ConversationId, entry: SealedEntry, vault: Vault) -> Entry | None:
    try:
        plain = await vault.open(conversation, entry.kind, entry.position, entry.body)
    except (KeyMissing, SealBroken):
        return None
    return Entry(entry.what, _told(entry.at_s), json.loads(plain), entry.reason)


def _lines(journal: Path) -> Iterable[bytes]:
    return journal_lines(journal) if journal.exists() else ()


def _records(lines: Iterable[bytes], conversation: ConversationId) -> Sequence[dict[str, Any]]:
    # Searched as bytes first: a journal holds every patient, and to decode all of it takes minutes.
    mark = conversation.encode()
    records = [record_of(line) for line in lines if mark in line]
    return [record for record in records if record.get("conversation") == conversation]


def _told(at_s: float | None) -> str:
    return "" if at_s is None else datetime.fromtimestamp(at_s, UTC).isoformat(timespec="seconds")
