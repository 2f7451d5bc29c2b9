"""The benchmark's small sibling: a fiftieth of a million records in a fiftieth of a minute."""

from benchmarks.verify_journal import RECORDS, WITHIN_S, measure

SHARE = 50


def test_verification_keeps_its_pace() -> None:
    assert measure(RECORDS // SHARE) < WITHIN_S / SHARE
