"""The journal is signed every minute while it runs."""

import asyncio
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.audit import CheckpointBook, Durability, Journal, Verified, verify
from appliance.audit.notary import SIGN_EVERY_S, signed_regularly
from appliance.errors import JournalBroken


async def test_records_are_vouched_for_after_the_next_minute(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    minutes: asyncio.Queue[None] = asyncio.Queue()
    begun: asyncio.Queue[float] = asyncio.Queue()

    async def pause(seconds: float) -> None:
        begun.put_nowait(seconds)
        await minutes.get()

    path, signed = tmp_path / "journal.jsonl", tmp_path / "checkpoints.jsonl"
    with Journal(path, CheckpointBook(signed, key), durability=Durability.CLOSE) as journal:
        async with signed_regularly(journal, pause):
            assert await begun.get() == SIGN_EVERY_S
            journal.append({"action": "answer"})
            before = verify(path, signed, key.public_key())
            minutes.put_nowait(None)
            await begun.get()
            after = verify(path, signed, key.public_key())
    assert isinstance(before, Verified)
    assert isinstance(after, Verified)
    assert (before.unsigned, after.unsigned) == (1, 0)


async def test_a_damaged_journal_is_told_of_and_the_next_minute_tries_again() -> None:
    tried: asyncio.Queue[None] = asyncio.Queue()

    class Damaged:
        def sign(self) -> None:
            loop.call_soon_threadsafe(tried.put_nowait, None)
            raise JournalBroken("the newest record is damaged")

    async def pause(_: float) -> None:
        await asyncio.sleep(0)

    loop = asyncio.get_running_loop()
    async with signed_regularly(Damaged(), pause):
        for _ in range(2):
            await tried.get()
