"""What patients may demand, on real Redis and a real journal: copies, erasure, blocking, and backups of all that."""

import json
import time
from pathlib import Path

import pytest
from stocked import (
    ANA,
    BRAM,
    DAYS_S,
    SAID,
    conversation_of,
    copied,
    readable,
    records,
    restored,
    time_passes,
    unzipped,
)

from appliance.inbox import Mailbox, MailboxPolicy, Outbox
from appliance.inbox.holdings import InboxHoldings
from appliance.settings import Settings
from appliance.stores import Stores, open_stores
from appliance.vault import RedisDataKeyStore

pytestmark = pytest.mark.redis


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
