"""Patients of whom there is something in every store, what can be read of them, and backups."""

import io
import json
import zipfile
from typing import Any

from redis.asyncio import Redis

from appliance.audit.segments import journal_lines
from appliance.audit.span import record_of
from appliance.inbox import Mailbox, MailboxPolicy
from appliance.settings import Settings
from appliance.stores import Stores
from appliance.vault import ConversationId

ANA, BRAM = "whatsapp:+12025550111", "whatsapp:+12025550122"
SAID = "may Ana Ejemplo drink chamomile?"
DAYS_S = 24 * 3600.0


async def conversation_of(stores: Stores, sender: str) -> ConversationId:
    """A patient of whom there is something everywhere: session, message and reply that wait, letter, receipt."""
    who = stores.vault.pseudonym(sender)
    mailbox = Mailbox(stores.values, stores.vault, MailboxPolicy(quiet_s=0))
    message = json.dumps({"sender": sender, "text": SAID}).encode()
    reply = json.dumps({"to": sender, "body": f"answer to {SAID}"}).encode()
    session = json.dumps(
        {"exchanges": [{"at": "2026-11-25T10:00:00Z", "patient": SAID, "reply": "Ask <your> team."}]}
    ).encode()
    await mailbox.accept(who, f"SM1{who}", message)
    lease = await mailbox.take()
    assert lease is not None
    await mailbox.bury(lease, [])
    await mailbox.accept(who, f"SM2{who}", message)
    lease = await mailbox.take()
    assert lease is not None
    await mailbox.done(lease, session, [reply])
    waiting = Mailbox(stores.values, stores.vault, MailboxPolicy(quiet_s=60, most_s=60))
    await waiting.accept(who, f"SM3{who}", message)
    await stores.deliveries.record(f"SM9{who}", who)
    stores.journal.append({"kind": "decision", "conversation": who, "action": "answer"})
    return who


def records(settings: Settings, kind: str) -> list[dict[str, Any]]:
    lines = journal_lines(settings.data_dir / "audit" / "journal.jsonl")
    return [record for record in map(record_of, lines) if record.get("kind") == kind]


async def readable(stores: Stores, who: ConversationId) -> str:
    """All that can be opened of a patient."""
    return json.dumps(json.loads(unzipped(await stores.rights.export(who))["data.json"])["entries"])


def unzipped(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


async def copied(redis: Redis) -> dict[bytes, tuple[bytes, int]]:
    """A backup: every value and its end."""
    names = [name async for name in redis.scan_iter()]
    return {name: (await redis.dump(name), max(0, await redis.pttl(name))) for name in names}


async def restored(redis: Redis, backup: dict[bytes, tuple[bytes, int]]) -> None:
    await redis.flushdb()
    for name, (value, ttl_ms) in backup.items():
        await redis.restore(name, ttl_ms, value)


async def time_passes(redis: Redis, seconds: float) -> None:
    """The clock of Redis, moved on for what has an end: every end comes so much sooner."""
    for name in [name async for name in redis.scan_iter()]:
        if (end_ms := await redis.pexpiretime(name)) > 0:
            await redis.pexpireat(name, end_ms - round(seconds * 1000))
