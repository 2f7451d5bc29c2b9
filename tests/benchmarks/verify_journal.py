"""Measures `appliance audit verify` on a long journal: python tests/benchmarks/verify_journal.py [RECORDS]."""

import sys
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.audit import CheckpointBook, Verified, verify
from appliance.audit.chain import GENESIS, forge

RECORDS = 1_000_000
WITHIN_S = 60.0
CHECKPOINT_EVERY = 100
RECORD = {
    "kind": "decision",
    "time": "2026-11-03T12:00:00.000+00:00",
    "conversation": "abcdefghijklmnopqrstuvwxyz",
    "action": "answer",
    "language": "es",
    "intents": ["fasting.clear_liquids"],
    "confidence": 0.9123,
    "statements": ["fasting.clear_liquids", "safety.surgeon_first"],
    "knowledge": "reedy-preop-0123456789ab",
    "model": "smollm2-135m-instruct",
    "wording": "approved",
    "rule": "",
    "masked": [],
    "verdicts": [],
    "timings_ms": {"language": 1.2, "scope": 10.1, "retrieval": 5.5, "draft": 0.0},
}


def write_journal(folder: Path, records: int, key: Ed25519PrivateKey) -> None:
    """A journal of so many decisions with a checkpoint every hundred, without waiting for the disk at each."""
    book = CheckpointBook(folder / "checkpoints.jsonl", key)
    head = GENESIS
    signed = bytearray()
    with (folder / "journal.jsonl").open("wb") as journal:
        for number in range(1, records + 1):
            head, line = forge(number, head, RECORD)
            journal.write(line)
            if number % CHECKPOINT_EVERY == 0:
                signed += book.signed(number, head).line()
    (folder / "checkpoints.jsonl").write_bytes(signed)


def measure(records: int) -> float:
    """Seconds of processor time for the verification of a whole journal."""
    key = Ed25519PrivateKey.generate()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_journal(folder, records, key)
        started_s = time.process_time()
        found = verify(folder / "journal.jsonl", folder / "checkpoints.jsonl", key.public_key())
        taken_s = time.process_time() - started_s
    if not isinstance(found, Verified) or found.records != records:
        raise SystemExit(f"expected {records} verified records, got {found}")
    return taken_s


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS
    seconds = measure(count)
    print(f"{count} records, {count // CHECKPOINT_EVERY} checkpoints: {seconds:.1f} s of processor time")  # noqa: T201 - its purpose
    sys.exit(seconds > WITHIN_S * count / RECORDS)
