"""A message that kills the process which reads it: three do, then it is a dead letter and its patient is told."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from hospital import ACCOUNT, HOSPITAL, standing_in
from house_fakes import message, statement
from poisoned_worker import POISON
from redis.asyncio import Redis

from appliance.channel import InboundMessage
from appliance.inbox import DeadLetters, Mailbox
from appliance.vault import KeyRing, RedisDataKeyStore, Vault

pytestmark = pytest.mark.redis

POISONED, INNOCENT = "whatsapp:+12025557201", "whatsapp:+12025557202"
WORKER = Path(__file__).with_name("poisoned_worker.py")
TESTS = Path(__file__).parents[2]
LONGEST_S = 120


class Server(Protocol):
    """What is needed of the server here."""

    url: str
    vault_url: str


def written(sender: str, sid: str, text: str) -> InboundMessage:
    now = datetime.now(UTC)
    return InboundMessage(sid, sender, HOSPITAL, text, "text", None, (), None, now)


async def test_a_message_that_kills_three_workers_is_buried_and_its_patient_gets_the_fallback(
    redis: Redis, vault_redis: Redis, redis_server: Server, tmp_path: Path
) -> None:
    ring = KeyRing.new("test")
    ring.save(tmp_path / "keyring")
    vault = Vault(ring, RedisDataKeyStore(vault_redis))
    mailbox = Mailbox(redis, vault)
    messages = [
        written(POISONED, "SM1", f"may I drink water {POISON}"),
        written(INNOCENT, "SM2", "may I drink water"),
    ]
    for one in messages:
        await mailbox.accept(vault.pseudonym(one.sender), one.sid, one.to_json(), immediate=True)
    async with standing_in("http://127.0.0.1:9") as (twilio, desk):
        arguments = [redis_server.url, redis_server.vault_url, str(tmp_path / "keyring"), desk.url]
        command = [sys.executable, str(WORKER), *arguments, ACCOUNT.sid, ACCOUNT.auth_token]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (TESTS, TESTS.parent)))}
        deaths = []
        told = asyncio.create_task(twilio.replies(POISONED, 1, LONGEST_S))
        while not told.done() and len(deaths) <= 3:
            # As a service manager does: whenever it dies, it is started again.
            worker = await asyncio.create_subprocess_exec(*command, env=environment)
            ended = asyncio.create_task(worker.wait())
            await asyncio.wait({told, ended}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                deaths.append(ended.result())
            else:
                (answer,) = await twilio.replies(INNOCENT, 1, LONGEST_S)
                worker.kill()
                await ended
        told.cancel()
    assert deaths == [-signal.SIGSEGV] * 3
    (fallback,) = told.result()
    assert fallback.body == f"{message('fallback', 'es')}\n\n{statement('contact.admissions', 'es')}"
    assert statement("fasting.clear_liquids", "en") in answer.body
    assert [letter.reason async for letter in DeadLetters(redis, vault).all()] == [
        "the worker did not come back"
    ]
