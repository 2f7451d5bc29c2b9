"""Dead letters and `appliance inbox`: seen without their text, put back, thrown away."""

import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import pytest
from redis.asyncio import Redis

from appliance.audit import CHECKPOINT_KEY, AuditPlaces, new_signing_key
from appliance.channel import Reply
from appliance.inbox import DeadLetters, DeliveryLog, Lease, Mailbox, NoSuchLetter, Outbox, Sending
from appliance.vault import KEY_RING, ConversationId, KeyRing, RedisDataKeyStore, Vault

pytestmark = pytest.mark.redis

ANA, BRAM = ConversationId("ana"), ConversationId("bram")
Take = Callable[[], Awaitable[Lease]]
TakeReply = Callable[[], Awaitable[Sending]]


class Server(Protocol):
    """What is needed of the server here."""

    url: str
    vault_url: str


async def bury(mailbox: Mailbox, conversation: ConversationId, sid: str, text: bytes) -> None:
    await mailbox.accept(conversation, sid, text, immediate=True)
    lease = await mailbox.take()
    assert lease is not None
    await mailbox.bury(lease, [])


async def test_a_message_is_put_back_and_answered(
    redis: Redis, vault: Vault, mailbox: Mailbox, take: Take
) -> None:
    letters = DeadLetters(redis, vault)
    await bury(mailbox, ANA, "SM1", b"hello")
    (letter,) = [letter async for letter in letters.all()]
    assert (letter.lane, letter.conversation, letter.position) == ("in", ANA, "SM1")
    assert await letters.opened(letter) == b"hello"
    await letters.retry(letter.id)
    lease = await take()
    assert (lease.messages, lease.tries, lease.told) == ((b"hello",), 0, False)
    assert [letter async for letter in letters.all()] == []


async def test_a_reply_is_put_back_and_sent(
    redis: Redis, vault: Vault, mailbox: Mailbox, outbox: Outbox, take: Take, take_reply: TakeReply
) -> None:
    letters = DeadLetters(redis, vault)
    await mailbox.accept(ANA, "SM1", b"hello", immediate=True)
    await mailbox.done(await take(), None, [b"reply"])
    await outbox.failed(await take_reply(), "refused with error 63007")
    (letter,) = [letter async for letter in letters.all()]
    assert letter.reason == "refused with error 63007"
    await letters.retry(letter.id)
    again = await take_reply()
    assert (again.payload, again.attempts, again.unconfirmed_since_s) == (b"reply", 0, None)


async def test_letters_of_every_shard_are_found_and_each_is_decided_on_once(
    redis: Redis, vault: Vault, mailbox: Mailbox
) -> None:
    letters = DeadLetters(redis, vault)
    for number in range(30):
        await bury(mailbox, ConversationId(f"patient{number}"), f"SM{number}", b"hello")
    found = [letter async for letter in letters.all()]
    assert {letter.position for letter in found} == {f"SM{number}" for number in range(30)}
    for letter in found:
        await letters.discard(letter.id)
        with pytest.raises(NoSuchLetter):
            await letters.retry(letter.id)
    assert [letter async for letter in letters.all()] == []


@pytest.mark.parametrize("letter_id", ["", "9.1-1", "1", "0.x", "0.1-1"])
async def test_an_id_that_nobody_has_is_refused(redis: Redis, vault: Vault, letter_id: str) -> None:
    with pytest.raises(NoSuchLetter):
        await DeadLetters(redis, vault).get(letter_id)


async def test_the_command_shows_no_text_unless_asked_and_writes_down_what_was_done(
    redis: Redis, vault_redis: Redis, redis_server: Server, tmp_path: Path
) -> None:
    ring, data, secrets = KeyRing.new("test"), tmp_path / "data", tmp_path / "secrets"
    ring.save(secrets / KEY_RING)
    new_signing_key(secrets / CHECKPOINT_KEY, AuditPlaces.under(data).public_key)
    environment = {
        "APPLIANCE_DATA_DIR": str(data),
        "APPLIANCE_SECRETS_DIR": str(secrets),
        "APPLIANCE_REDIS_URL": redis_server.url,
        "APPLIANCE_VAULT_URL": redis_server.vault_url,
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "appliance", "inbox", *arguments]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    vault = Vault(ring, RedisDataKeyStore(vault_redis))
    mailbox, outbox = Mailbox(redis, vault), Outbox(redis, vault, DeliveryLog(redis))
    for conversation in (ANA, BRAM):
        await mailbox.accept(conversation, f"SM{conversation}", b"question", immediate=True)
        lease = await mailbox.take()
        assert lease is not None
        reply = Reply("whatsapp:+12025550421", "whatsapp:+12025550100", f"canary to {conversation}")
        await mailbox.done(lease, None, [reply.to_json()])
        sending = await outbox.take()
        assert sending is not None
        await outbox.failed(sending, "refused with error 63003")

    shown = run("list")
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert len(lines) == 2
    assert all("not sent" in line and "refused with error 63003" in line for line in lines)
    assert "canary" not in shown.stdout
    assert "canary to ana" in run("list", "--open").stdout

    assert run("retry", lines[0].split()[0]).returncode == 0
    assert len(run("list").stdout.splitlines()) == 1
    assert run("discard", "--all").returncode == 0
    assert run("list").stdout == "there are no dead letters\n"
    unknown = run("discard", "0.1-1")
    assert (unknown.returncode, "no dead letter 0.1-1" in unknown.stderr) == (1, True)
    assert run("retry").returncode == 2
    journal = AuditPlaces.under(data).journal.read_text(encoding="utf-8")
    for kind in ("dead_letter_read", "dead_letter_retried", "dead_letter_discarded"):
        assert kind in journal
    assert "canary" not in journal
