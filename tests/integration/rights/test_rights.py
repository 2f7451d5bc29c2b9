"""What patients may demand, on real Redis and a real journal: copies, erasure, blocking, and backups of all that."""

import io
import json
import time
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from hospital import ACCOUNT, new_secrets
from redis.asyncio import Redis

from appliance.audit.segments import journal_lines
from appliance.audit.span import record_of
from appliance.inbox import Mailbox, MailboxPolicy, Outbox
from appliance.inbox.holdings import InboxHoldings
from appliance.settings import Settings
from appliance.stores import Stores, open_stores
from appliance.vault import ConversationId, RedisDataKeyStore

pytestmark = pytest.mark.redis

ANA, BRAM = "whatsapp:+12025550111", "whatsapp:+12025550122"
SAID = "may Ana Ejemplo drink chamomile?"
DAYS_S = 24 * 3600.0


class Server(Protocol):
    """What is needed of the server here."""

    url: str
    vault_url: str


@pytest.fixture
def settings(tmp_path: Path, redis_server: Server, redis: Redis) -> Settings:
    return Settings.model_validate(
        {
            "data_dir": tmp_path / "data",
            "secrets_dir": new_secrets(tmp_path / "secrets", tmp_path / "data"),
            "redis_url": redis_server.url,
            "vault_url": redis_server.vault_url,
            "twilio_account_sid": ACCOUNT.sid,
        }
    )


@pytest.fixture
async def stores(settings: Settings) -> AsyncIterator[Stores]:
    async with open_stores(settings) as opened:
        yield opened


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


async def test_a_copy_holds_all_that_is_held_and_is_readable(stores: Stores, settings: Settings) -> None:
    who, other = await conversation_of(stores, ANA), await conversation_of(stores, BRAM)
    await stores.rights.silence(who, "SM7", opted_out=True)
    held = unzipped(await stores.rights.export(who))
    data = json.loads(held["data.json"])
    assert sorted(entry["what"] for entry in data["entries"]) == [
        "dead letter",
        "message",
        "reply",
        "session",
    ]
    assert data["unreadable"] == 0
    assert data["receipts"] == [[f"SM9{who}", "queued"]]
    assert data["opted_out_since"]
    assert [record["kind"] for record in data["decisions"]][:2] == ["decision", "rights"]
    for page in ("your-data.html", "read-me-first.txt"):
        assert held[page].count(SAID) >= 3
        assert f"SM9{who}" in held[page]
    assert "Ask &lt;your&gt; team." in held["your-data.html"]
    assert "Ask <your> team." in held["read-me-first.txt"]
    assert other not in "".join(held.values())


async def test_a_copy_that_was_asked_for_in_the_chat_is_met_once_and_timed(
    stores: Stores, settings: Settings
) -> None:
    who = await conversation_of(stores, ANA)
    await stores.rights.copy_requested(who, ANA, "es", "SM8")
    await stores.rights.copy_requested(who, ANA, "es", "SM8")
    (request,) = await stores.register.all()
    assert (request.sender, request.language, request.request) == (ANA, "es", "SM8")
    await stores.rights.export(who)
    assert await stores.register.all() == ()
    states = [(record["state"], record["request"]) for record in records(settings, "rights")]
    assert states == [("requested", "SM8"), ("requested", "SM8"), ("fulfilled", "SM8")]
    assert 0 <= records(settings, "rights")[-1]["seconds"] < 3600


async def test_nothing_of_an_erased_patient_can_be_read_and_others_are_untouched(
    stores: Stores, settings: Settings
) -> None:
    who, other = await conversation_of(stores, ANA), await conversation_of(stores, BRAM)
    await stores.rights.silence(who, "SM7", opted_out=True)
    assert await stores.rights.erase(who)
    assert not await stores.rights.erase(who)
    assert await readable(stores, who) == "[]"
    assert SAID in await readable(stores, other)
    assert await stores.deliveries.of(who) == {}
    assert await stores.opt_outs.holds(who), "a wish to be left alone is not forgotten"
    assert [record["state"] for record in records(settings, "rights") if record["right"] == "erase"] == [
        "requested", "fulfilled", "requested", "fulfilled",
    ]  # fmt: skip


async def test_erased_while_backups_of_both_stores_exist_and_both_are_restored(
    stores: Stores, settings: Settings
) -> None:
    """Nothing can be read: not by those who run on, not after a start, not with the sealed values at hand."""
    who, other = await conversation_of(stores, ANA), await conversation_of(stores, BRAM)
    values, keys = await copied(stores.values), await copied(stores.keys)
    await stores.rights.erase(who)
    await restored(stores.values, values)
    await restored(stores.keys, keys)
    assert [entry.what for entry in await InboxHoldings(stores.values).of(who)], "the sealed values are back"

    assert await readable(stores, who) == "[]"
    assert SAID in await readable(stores, other)
    keys_left = [place.conversation async for place in RedisDataKeyStore(stores.keys).places()]
    assert keys_left == [other], "the key went again"

    await restored(stores.keys, keys)
    async with open_stores(settings) as started:
        mailbox = Mailbox(started.values, started.vault, MailboxPolicy(), lambda: 61_000)
        leases = [await mailbox.take() for _ in range(2)]
        found = {lease.conversation: lease for lease in leases if lease}
        assert (found[who].messages, found[who].session, found[who].unreadable) == ((), None, 1)
        assert found[other].session is not None
        outbox = Outbox(started.values, started.vault, started.deliveries)
        sending = await outbox.take()
        assert sending is not None
        assert sending.conversation == other
        assert await readable(started, who) == "[]"


async def test_after_a_restore_housekeeping_destroys_what_came_back_before_anybody_asks(
    stores: Stores,
) -> None:
    who, other = await conversation_of(stores, ANA), await conversation_of(stores, BRAM)
    keys = await copied(stores.keys)
    await stores.rights.erase(who)
    await restored(stores.keys, keys)
    assert (await stores.housekeeping.run())["returned keys"] == 1
    assert [place.conversation async for place in RedisDataKeyStore(stores.keys).places()] == [other]
    assert len(await RedisDataKeyStore(stores.keys).tombstones(who)) == 1, (
        "the key store learned it again from the book"
    )


async def test_a_host_learns_from_the_key_store_what_was_erased_on_another(
    stores: Stores, settings: Settings, tmp_path: Path
) -> None:
    """Its own book then outlives a restore of the key store, whichever host runs first."""
    who = await conversation_of(stores, ANA)
    keys = await copied(stores.keys)
    elsewhere = settings.model_copy(update={"erasures": tmp_path / "elsewhere.log"})
    async with open_stores(elsewhere) as other_host:
        await stores.rights.erase(who)
        await other_host.housekeeping.run()
        await restored(stores.keys, keys)
        assert (await other_host.housekeeping.run())["returned keys"] == 1


async def test_blocked_data_is_out_of_the_services_sight_until_its_term_and_then_gone(
    settings: Settings,
) -> None:
    spanish = settings.model_copy(update={"erasure": "block", "keep_blocked_days": 100})
    async with open_stores(spanish) as stores:
        who = await conversation_of(stores, ANA)
        values, keys = await copied(stores.values), await copied(stores.keys)
        assert await stores.rights.erase(who)
        assert await readable(stores, who) == "[]"
        (copy,) = await stores.rights.disclose_blocked(who, "Juzgado 3, 1234/2026")
        assert SAID in unzipped(copy)["read-me-first.txt"]
        (noted,) = records(settings, "blocked_disclosed")
        assert noted["reason"] == "Juzgado 3, 1234/2026"

        for redis in (stores.values, stores.keys):
            await time_passes(redis, 99 * DAYS_S)
        assert len(await stores.rights.disclose_blocked(who, "a day before the term")) == 1
        for redis in (stores.values, stores.keys):
            await time_passes(redis, 1.1 * DAYS_S)
        assert await stores.rights.disclose_blocked(who, "after the term") == ()
        await restored(stores.values, values)
        await restored(stores.keys, keys)
        assert await readable(stores, who) == "[]", "a backup from before brings nothing back"


async def test_every_class_ends_at_its_term_and_not_before(stores: Stores, settings: Settings) -> None:
    who = await conversation_of(stores, ANA)
    await stores.rights.copy_requested(who, ANA, "es", "SM8")
    exports = settings.exports_dir
    exports.mkdir(parents=True)
    (exports / "copy.zip").write_bytes(b"")

    async def left() -> set[str]:
        held = {entry.what for entry in await InboxHoldings(stores.values).of(who)} & {
            "session",
            "dead letter",
        }
        held |= {"receipt"} if await stores.deliveries.of(who) else set()
        held |= {"request"} if await stores.values.exists(f"antesala:rights:{{{who}}}") else set()
        held |= {"key"} if [place async for place in RedisDataKeyStore(stores.keys).places()] else set()
        held |= {"sid"} if [name async for name in stores.values.scan_iter("*:sid:*")] else set()
        return held

    everything = {"session", "dead letter", "receipt", "request", "key", "sid"}
    passed_s = 0.0
    for until_s, ended in (
        (0.99 * DAYS_S, set[str]()),
        (1.01 * DAYS_S, {"session"}),
        (2.99 * DAYS_S, {"session"}),
        (3.01 * DAYS_S, {"session", "sid"}),
        (6.99 * DAYS_S, {"session", "sid"}),
        (7.01 * DAYS_S, {"session", "sid", "receipt"}),
        (89.9 * DAYS_S, {"session", "sid", "receipt"}),
        (90.1 * DAYS_S, {"session", "sid", "receipt", "request"}),
        (91.1 * DAYS_S, {"session", "sid", "receipt", "request", "key"}),
    ):
        for redis in (stores.values, stores.keys):
            await time_passes(redis, until_s - passed_s)
        passed_s = until_s
        assert await left() == everything - ended

    now_s = time.time()
    for later_s, gone in ((29.9 * DAYS_S, 0), (30.1 * DAYS_S, 1)):
        stores.housekeeping._clock = lambda later_s=later_s: now_s + later_s
        done = await stores.housekeeping.run()
        assert (done["dead letters"], done["exports"]) == (gone, gone)
    assert await left() == set()
    assert list(exports.iterdir()) == []


async def test_the_book_of_erasures_forgets_after_the_longest_backup(stores: Stores) -> None:
    who = await conversation_of(stores, ANA)
    await stores.rights.erase(who)
    now_s = time.time()
    for later_s, tombstones in ((399 * DAYS_S, 1), (401 * DAYS_S, 0)):
        stores.housekeeping._clock = lambda later_s=later_s: now_s + later_s
        await stores.housekeeping.run()
        assert len(await RedisDataKeyStore(stores.keys).tombstones(who)) == tombstones
