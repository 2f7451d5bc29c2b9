"""What a SIGKILL leaves behind, and what lies on the disk of Redis."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pytest
from hospital import ACCOUNT, HOSPITAL, standing_in
from redis.asyncio import Redis

from appliance.channel import Reply, TwilioSender
from appliance.demo.standin import Fault
from appliance.demo.standin.faults import NEVER_S
from appliance.inbox import DeliveryLog, Dispatcher, Mailbox, MailboxPolicy, Outbox
from appliance.inbox.consent import OptOuts
from appliance.posting import Posting, Refusals
from appliance.telemetry.board import Board
from appliance.vault import ConversationId, KeyRing, RedisDataKeyStore, Vault

pytestmark = pytest.mark.redis

ANA = ConversationId("ana")
PATIENT = "whatsapp:+12025550411"

# Takes a turn, says so, and hangs until it is killed.
_TAKER = """
import asyncio, sys
from pathlib import Path
from appliance.inbox import Mailbox, MailboxPolicy
from appliance.vault import KeyRing, RedisDataKeyStore, Vault, connect

async def main(url, vault_url, ring):
    vault = Vault(KeyRing.load(Path(ring)), RedisDataKeyStore(connect(vault_url)))
    mailbox = Mailbox(connect(url), vault, MailboxPolicy(lease_s=1))
    while (lease := await mailbox.take()) is None:
        await mailbox.wait(1)
    print(lease.messages[0].decode(), flush=True)
    await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""

# Hands a reply to Twilio, which takes it and does not answer; hangs until it is killed.
_SENDER = """
import asyncio, sys
from pathlib import Path
from appliance.posting import Posting
from appliance.channel import TwilioSender
from appliance.inbox import DeliveryLog, Dispatcher, Outbox
from appliance.telemetry.board import Board
from appliance.vault import KeyRing, RedisDataKeyStore, Vault, connect

async def main(url, vault_url, ring, twilio_url, account, token):
    vault = Vault(KeyRing.load(Path(ring)), RedisDataKeyStore(connect(vault_url)))
    outbox = Outbox(connect(url), vault, DeliveryLog(connect(url)), lease_s=1)
    twilio = TwilioSender(account, token, twilio_url, 60)
    while (sending := await outbox.take()) is None:
        await outbox.wait(1)
    await Dispatcher(outbox, Posting(twilio, None, Board.new().deliveries)).send(sending)

asyncio.run(main(*sys.argv[1:]))
"""


class Server(Protocol):
    """What is needed of the server here."""

    directory: Path
    url: str
    vault_url: str

    def restart(self) -> None: ...


async def test_a_turn_of_a_killed_process_is_taken_over(
    redis: Redis, vault_redis: Redis, redis_server: Server, tmp_path: Path
) -> None:
    ring = KeyRing.new("test")
    ring.save(tmp_path / "keyring")
    mailbox = Mailbox(redis, Vault(ring, RedisDataKeyStore(vault_redis)), MailboxPolicy(lease_s=1))
    await mailbox.accept(ANA, "SM1", b"hello", immediate=True)
    arguments = [redis_server.url, redis_server.vault_url, str(tmp_path / "keyring")]
    with subprocess.Popen(  # noqa: ASYNC220 - it only has to be killed
        [sys.executable, "-c", _TAKER, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == "hello\n"
        assert await mailbox.take() is None
        process.kill()
    async with asyncio.timeout(10):
        while (lease := await mailbox.take()) is None:
            await mailbox.wait(5)
    assert (lease.messages, lease.tries) == ((b"hello",), 1)


async def test_a_reply_whose_sender_was_killed_before_it_could_write_down_the_answer_is_sent_once(
    redis: Redis, vault_redis: Redis, redis_server: Server, tmp_path: Path
) -> None:
    ring = KeyRing.new("test")
    ring.save(tmp_path / "keyring")
    vault = Vault(ring, RedisDataKeyStore(vault_redis))
    mailbox, outbox = Mailbox(redis, vault), Outbox(redis, vault, DeliveryLog(redis), lease_s=1)
    await mailbox.accept(ANA, "SM1", b"hello", immediate=True)
    lease = await mailbox.take()
    assert lease is not None
    parts = [Reply(PATIENT, HOSPITAL, body).to_json() for body in ("first", "second")]
    await mailbox.done(lease, None, parts)
    async with standing_in("http://127.0.0.1:9") as (twilio, desk):
        twilio.faults.set(Fault(taken=True, delay_s=NEVER_S, times=1))
        killed = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _SENDER, redis_server.url, redis_server.vault_url),
            *(str(tmp_path / "keyring"), desk.url, ACCOUNT.sid, ACCOUNT.auth_token),
        )
        await twilio.replies(PATIENT, 1)
        killed.kill()
        await killed.wait()
        meters = Board.new().deliveries
        sender = TwilioSender(ACCOUNT.sid, ACCOUNT.auth_token, desk.url, 10.0)
        dispatcher = Dispatcher(
            outbox,
            Posting(sender, Refusals(OptOuts(redis), meters), meters),
        )
        async with asyncio.timeout(60):
            while len(twilio.bodies(PATIENT)) < 2:
                if sending := await outbox.take():
                    await dispatcher.send(sending)
                await outbox.wait(1)
        assert await outbox.take() is None
        assert twilio.bodies(PATIENT) == ["first", "second"]
        await sender.aclose()


async def test_what_was_accepted_survives_a_killed_redis(mailbox: Mailbox, redis_server: Server) -> None:
    patients = [ConversationId(f"patient{number}") for number in range(50)]
    offered = [mailbox.accept(patient, f"SM-{patient}", b"hello", immediate=True) for patient in patients]
    await asyncio.gather(*offered)
    await asyncio.to_thread(redis_server.restart)
    taken = set()
    while (lease := await mailbox.take()) is not None:
        taken.add(lease.conversation)
    assert taken == set(patients)


async def test_nothing_that_a_patient_wrote_can_be_read_in_the_files_of_redis(
    redis: Redis, vault_redis: Redis, redis_server: Server
) -> None:
    """A canary through every path: pending, answered, unsent, failed, buried, session, receipt."""
    canary, sender = b"canary-7f3a-chest-pain", "whatsapp:+15005550006"
    vault = Vault(KeyRing.new("test"), RedisDataKeyStore(vault_redis))
    mailbox = Mailbox(redis, vault, MailboxPolicy(quiet_s=0, retry_s=0, tries=1))
    outbox = Outbox(redis, vault, DeliveryLog(redis))
    ana = vault.pseudonym(sender)
    for number in range(4):
        await mailbox.accept(ana, f"SM{number}", canary + b" in", immediate=True)
        lease = await mailbox.take()
        assert lease is not None
        assert lease.messages == (canary + b" in",)
        if number == 2:
            await mailbox.fail(lease, "ValueError")
            lease = await mailbox.take()
            assert lease is not None
            await mailbox.bury(lease, [canary + b" fallback"])
        elif number < 2:
            await mailbox.done(lease, canary + b" session", [canary + b" out", canary + b" out"])
    sending = await outbox.take()
    assert sending is not None
    await outbox.failed(sending, "SendRefused")
    sending = await outbox.take()
    assert sending is not None
    await outbox.sent(sending, "SMout1")

    await redis.save()
    files = [path for path in redis_server.directory.rglob("*") if path.is_file()]
    written = {path.name: path.read_bytes() for path in files}
    assert any(name.endswith(".rdb") for name in written)
    assert any(b"AV1" in content and name.endswith(".aof") for name, content in written.items())
    for content in written.values():
        for secret in (b"canary-7f3a", b"chest-pain", b"5005550006"):
            assert secret not in content


async def test_a_backup_of_the_values_cannot_be_read_after_an_erasure(
    redis: Redis, vault: Vault, mailbox: Mailbox
) -> None:
    """The values come back from a backup; the data key, which lives elsewhere, does not."""
    await mailbox.accept(ANA, "SM1", b"before", immediate=True)
    lease = await mailbox.take()
    assert lease is not None
    await mailbox.done(lease, b"session", [])
    await mailbox.accept(ANA, "SM2", b"pending", immediate=True)
    backup = {name: await redis.dump(name) async for name in redis.scan_iter("*")}
    await vault.erase(ANA)
    await redis.flushdb()
    for name, value in backup.items():
        await redis.restore(name, 0, value)
    restored = await mailbox.take()
    assert restored is not None
    assert (restored.messages, restored.session, restored.unreadable) == ((), None, 1)
