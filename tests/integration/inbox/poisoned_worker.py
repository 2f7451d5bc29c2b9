"""A worker whose reading of a certain word takes the process with it, as a bug in native code does."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from house_fakes import WATER, small_house

from appliance.answering import Answering
from appliance.channel import TwilioSender
from appliance.inbox import DeliveryLog, Mailbox, MailboxPolicy, Outbox, Worker
from appliance.inbox.consent import OptOuts
from appliance.inbox.urgent import Urgent
from appliance.posting import Posting, Refusals
from appliance.safety.scope import Reading
from appliance.telemetry.board import Board
from appliance.vault import KeyRing, RedisDataKeyStore, Vault, connect

POISON = "xyzzy"
LEASE_S = 1.0


class Deadly:
    """Reads everything as a question about water."""

    def read(self, text: str, language: str, *, doubt: object) -> Reading:
        if POISON in text:
            os.kill(os.getpid(), signal.SIGSEGV)
        return WATER


class Forgetful:
    """A journal that keeps nothing."""

    def append(self, record: Mapping[str, Any]) -> str:
        return ""


async def main(url: str, vault_url: str, ring: str, twilio_url: str, account: str, token: str) -> None:
    redis, keys, board = connect(url), connect(vault_url), Board.new()
    vault, meters = (
        Vault(KeyRing.load(Path(ring)), RedisDataKeyStore(keys)),
        board.deliveries,
    )
    house = small_house(scope=Deadly(), wording="approved")
    mailbox = Mailbox(redis, vault, MailboxPolicy(quiet_s=0, lease_s=LEASE_S))
    answering = Answering(
        lambda: house,
        vault,
        OptOuts(redis),
        Urgent(redis),
        mailbox,
        journal=Forgetful(),
        meters=board.answers,
        observer=None,
        model_digest=lambda: "",
    )
    twilio = TwilioSender(account, token, twilio_url, 10)
    worker = Worker(
        mailbox,
        Outbox(redis, vault, DeliveryLog(redis), lease_s=LEASE_S),
        answering,
        Posting(twilio, Refusals(OptOuts(redis), meters), meters),
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
