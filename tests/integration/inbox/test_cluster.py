"""A Redis in cluster mode refuses what touches two slots at once: the whole way of a message runs on it."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from needs import missing
from redis.asyncio import Redis
from redis.exceptions import RedisError

from appliance.demo.listening import HOST
from appliance.engine.serve import free_port
from appliance.inbox import (
    DeadLetters,
    DeliveryLog,
    Mailbox,
    MailboxPolicy,
    Outbox,
    Redaction,
    Redactions,
    Sending,
)
from appliance.inbox.consent import OptOuts
from appliance.vault import ConversationId, KeyRing, RedisDataKeyStore, Vault, connect

pytestmark = pytest.mark.redis

ANA = ConversationId("ana")


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Redis]:
    """A node that owns every slot."""
    server, port = shutil.which("redis-server"), free_port(0)
    if not server:
        missing("redis-server not found: apt-get install redis-server")
    options = {"port": f"{port}", "bind": HOST, "dir": str(tmp_path), "cluster-enabled": "yes", "save": ""}
    command = [server, *(part for name, value in options.items() for part in (f"--{name}", value))]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: ASYNC220 - it only runs
        client = connect(f"redis://{HOST}:{port}/0")
        try:
            async with asyncio.timeout(30):
                await _owns_every_slot(client)
            yield client
        finally:
            await client.aclose()
            process.kill()


async def _owns_every_slot(client: Redis) -> None:
    while True:
        with suppress(RedisError):
            await client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        with suppress(RedisError):
            # It takes nothing before it has seen that every slot is owned.
            await client.set("ready", "1")
            return
        await asyncio.sleep(0.05)


async def test_every_step_of_a_message_keeps_to_one_slot(node: Redis) -> None:
    vault = Vault(KeyRing.new("test"), RedisDataKeyStore(node))
    mailbox = Mailbox(node, vault, MailboxPolicy(quiet_s=0, retry_s=0, tries=1, redact_inbound=True))
    outbox = Outbox(node, vault, DeliveryLog(node), redact_after_s=0)
    redactions, letters = Redactions(node), DeadLetters(node, vault)

    async def taken() -> Sending:
        sending = await outbox.take()
        assert sending is not None
        return sending

    await mailbox.accept(ANA, "SM1", b"hello", immediate=True)
    lease = await mailbox.take()
    assert lease is not None
    await mailbox.renew(lease)
    await mailbox.done(lease, b"session", [b"1", b"2"])
    sending = await taken()
    await outbox.record_attempt(sending)
    await outbox.retry_later(sending, 0, unconfirmed=True)
    again = await taken()
    await outbox.renew(again)
    await outbox.sent(again, "SMone")
    await outbox.failed(await taken(), "refused")
    redaction: Redaction | None = await redactions.take()
    assert redaction is not None
    await redactions.hasten(ANA, "SMone")
    await redactions.later(redaction, 5)
    await redactions.done(redaction)
    (letter,) = [letter async for letter in letters.all()]
    await letters.retry(letter.id)
    await outbox.sent(await taken(), "SMtwo")

    await mailbox.accept(ANA, "SM2", b"poison", immediate=True)
    lease = await mailbox.take()
    assert lease is not None
    await mailbox.fail(lease, "ValueError")
    lease = await mailbox.take()
    assert lease is not None
    await mailbox.bury(lease, [])
    (letter,) = [letter async for letter in letters.all()]
    await letters.discard(letter.id)
    await OptOuts(node).put(ANA, opted_out=True)
    await DeliveryLog(node).forward("SMone", "delivered")
    await vault.erase(ANA)


async def test_the_keys_of_a_conversation_share_a_slot(node: Redis) -> None:
    vault = Vault(KeyRing.new("test"), RedisDataKeyStore(node))
    mailbox, outbox = Mailbox(node, vault, MailboxPolicy(quiet_s=0)), Outbox(node, vault, DeliveryLog(node))
    await mailbox.accept(ANA, "SM1", b"hello")
    lease = await mailbox.take()
    assert lease is not None
    await mailbox.done(lease, b"session", [b"1"])
    await mailbox.accept(ANA, "SM2", b"hello")
    assert await outbox.take() is not None
    names = [name async for name in node.scan_iter("{antesala:*")]
    assert len(names) > 5
    slots = {await node.execute_command("CLUSTER", "KEYSLOT", name) for name in names}
    assert len(slots) == 1
