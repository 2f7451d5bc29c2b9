"""Failing over: a master dies, its sentinels promote the replica, and the inbox goes on there by itself."""

import asyncio
import secrets
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from needs import missing
from redis.exceptions import RedisError

from appliance.demo.listening import HOST
from appliance.errors import StoreUnavailable
from appliance.inbox import Mailbox, MailboxPolicy
from appliance.vault import ConversationId, KeyRing, RedisDataKeyStore, Vault, connect

pytestmark = pytest.mark.redis

ANA, BRAM = ConversationId("ana"), ConversationId("bram")
LONGEST_S = 90


@dataclass
class Trio:
    """A master, its replica, and three sentinels; `url` is what settings would name."""

    url: str
    master: subprocess.Popen[bytes]


@pytest.fixture
async def trio(tmp_path: Path) -> AsyncIterator[Trio]:
    server = shutil.which("redis-server")
    if not server:
        missing("redis-server not found: apt-get install redis-server")
    ports = _free_ports(5)

    def start(number: int, *options: str, sentinel: bool = False) -> subprocess.Popen[bytes]:
        folder = tmp_path / f"{number}"
        folder.mkdir()
        config = folder / "redis.conf"
        base = [f"port {ports[number]}", f"bind {HOST}", f"dir {folder}", *options]
        config.write_text("\n".join(base) + "\n", encoding="utf-8")
        command = [server, str(config), *(["--sentinel"] if sentinel else [])]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL)

    watched = (
        f"sentinel monitor wards {HOST} {ports[0]} 2",
        "sentinel down-after-milliseconds wards 1000",
        "sentinel failover-timeout wards 5000",
    )
    with ExitStack() as running:
        master = start(0, 'save ""', "appendonly yes", "appendfsync always")
        replica = start(1, 'save ""', f"replicaof {HOST} {ports[0]}")
        sentinels = [start(number, *watched, sentinel=True) for number in (2, 3, 4)]
        for process in (master, replica, *sentinels):
            running.callback(process.wait)
            running.callback(process.kill)
        async with asyncio.timeout(LONGEST_S):
            await _know_each_other(ports)
        places = ",".join(f"{HOST}:{port}" for port in ports[2:])
        yield Trio(f"sentinel://{places}/wards?db=0", master)


def _free_ports(count: int) -> list[int]:
    """Below those that the system gives to whoever connects: nobody takes one before its server does."""
    found: dict[int, None] = {}
    while len(found) < count:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as trying, suppress(OSError):
            trying.bind((HOST, port))
            found[port] = None
    return list(found)


async def _know_each_other(ports: list[int]) -> None:
    for port in ports[2:]:
        client = connect(f"redis://{HOST}:{port}")
        try:
            while True:
                with suppress(RedisError):
                    told = await client.sentinel_master("wards")
                    if (told["num-slaves"], told["num-other-sentinels"]) == (1, 2):
                        break
                await asyncio.sleep(0.1)
        finally:
            await client.aclose()


async def test_after_a_failover_what_was_accepted_is_answered_and_new_messages_are_taken(trio: Trio) -> None:
    values, keys = connect(trio.url), connect(trio.url)
    mailbox = Mailbox(values, Vault(KeyRing.new("test"), RedisDataKeyStore(keys)), MailboxPolicy(quiet_s=0))
    try:
        await mailbox.accept(ANA, "SM1", b"before")
        await values.wait(1, 5000)
        trio.master.kill()
        async with asyncio.timeout(LONGEST_S):
            refused = await _accepted_at_last(mailbox)
        assert refused > 0
        taken = set()
        while (lease := await mailbox.take()) is not None:
            taken |= {(lease.conversation, *lease.messages)}
            await mailbox.done(lease, None, [])
        assert taken == {(ANA, b"before"), (BRAM, b"after")}
    finally:
        await values.aclose()
        await keys.aclose()


async def _accepted_at_last(mailbox: Mailbox) -> int:
    """How often the message was refused until the new master took it: as often the gateway answered itself."""
    refused = 0
    while True:
        try:
            await mailbox.accept(BRAM, "SM2", b"after")
        except StoreUnavailable:
            refused += 1
            await asyncio.sleep(0.1)
        else:
            return refused
