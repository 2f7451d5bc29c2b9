"""Verification: whatever is done to a journal, the first record that it was done to is named."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.audit.chain import GENESIS, forge
from appliance.audit.verify import Broken, Verified, examine

SIZE = 9
# Records 4 and 9 are signed.
SIGNED = (4, SIZE)


def chain(records: Sequence[dict[str, object]], first: int = 1, head: str = GENESIS) -> list[bytes]:
    """The lines of records in a chain that begins at this number, after this hash."""
    lines = []
    for number, record in enumerate(records, start=first):
        head, line = forge(number, head, record)
        lines.append(line)
    return lines


def digest_of(line: bytes) -> str:
    return line[9:73].decode()


RECORDS = [{"action": "answer", "turn": number} for number in range(1, SIZE + 1)]
LINES = chain(RECORDS)
HEADS = {number: digest_of(LINES[number - 1]) for number in SIGNED}

numbers = st.integers(1, SIZE)


def verdict(lines: Sequence[bytes]) -> tuple[int, str]:
    found = examine(lines, HEADS)
    assert isinstance(found, Broken), found
    return found.record, found.kind


def test_an_untouched_journal_is_verified() -> None:
    assert examine(LINES, HEADS) == Verified(SIZE, digest_of(LINES[-1]), 2, 0)


def test_records_after_the_last_checkpoint_are_counted_as_unsigned() -> None:
    assert examine(LINES, {4: HEADS[4]}) == Verified(SIZE, digest_of(LINES[-1]), 1, 5)


def test_an_empty_journal_is_verified() -> None:
    assert examine([], {}) == Verified(0, GENESIS, 0, 0)


def test_records_without_any_checkpoint_are_not_trusted() -> None:
    found = examine(LINES, {})
    assert isinstance(found, Broken)
    assert "no signed checkpoint" in found.detail


@given(number=numbers, at=st.integers(0), flip=st.integers(1, 255))
def test_an_altered_record_is_named(number: int, at: int, flip: int) -> None:
    """Any byte of it, but for its line feed, which the next test covers."""
    line = bytearray(LINES[number - 1])
    line[at % (len(line) - 1)] ^= flip
    lines = [*LINES[: number - 1], *BytesIO(bytes(line)).readlines(), *LINES[number:]]
    record, kind = verdict(lines)
    assert (record, kind) == (number, "altered")


@given(number=st.integers(1, SIZE - 1))
def test_two_records_in_one_line_are_named(number: int) -> None:
    joined = LINES[number - 1].rstrip(b"\n") + b" " + LINES[number]
    assert verdict([*LINES[: number - 1], joined, *LINES[number + 1 :]]) == (number, "altered")


@given(number=numbers)
def test_a_record_altered_together_with_its_own_hash_is_named(number: int) -> None:
    before = digest_of(LINES[number - 2]) if number > 1 else GENESIS
    _, line = forge(number, before, {"action": "decline"})
    # After the last one comes only its checkpoint, which cannot tell which record since the one before it.
    named = 5 if number == SIZE else number
    assert verdict([*LINES[: number - 1], line, *LINES[number:]]) == (named, "altered")


@given(number=numbers)
def test_a_record_altered_together_with_all_later_hashes_is_found_by_a_checkpoint(number: int) -> None:
    before = digest_of(LINES[number - 2]) if number > 1 else GENESIS
    rewritten = chain([{"action": "decline"}, *RECORDS[number:]], number, before)
    record, kind = verdict([*LINES[: number - 1], *rewritten])
    assert (record, kind) == (1 if number <= 4 else 5, "altered")


@given(number=st.integers(1, SIZE - 1))
def test_a_removed_record_is_named(number: int) -> None:
    assert verdict([*LINES[: number - 1], *LINES[number:]]) == (number, "removed")


@given(first=st.integers(1, SIZE - 1), count=st.integers(1, SIZE))
def test_the_first_of_several_removed_records_is_named(first: int, count: int) -> None:
    last = min(first + count - 1, SIZE - 1)
    assert verdict([*LINES[: first - 1], *LINES[last:]]) == (first, "removed")


@given(number=numbers)
def test_a_removed_record_with_all_later_ones_chained_anew_is_found_by_the_signed_count(
    number: int,
) -> None:
    before = digest_of(LINES[number - 2]) if number > 1 else GENESIS
    found = verdict([*LINES[: number - 1], *chain(RECORDS[number:], number, before)])
    # Up to the first checkpoint its hash differs; after it, there is one record less than was signed.
    assert found == ((1, "altered") if number <= 4 else (SIZE, "cut"))


@given(number=numbers, kept=st.integers(0, SIZE - 1))
def test_a_cut_tail_is_named(number: int, kept: int) -> None:
    assert verdict(LINES[:kept]) == (kept + 1, "cut")


@given(number=numbers, keep=st.integers(1))
def test_a_torn_last_line_is_named(number: int, keep: int) -> None:
    torn = LINES[number - 1][: 1 + keep % (len(LINES[number - 1]) - 1)]
    assert verdict([*LINES[: number - 1], torn]) == (number, "cut")


@given(pair=st.lists(numbers, min_size=2, max_size=2, unique=True).map(sorted))
def test_two_swapped_records_are_named(pair: list[int]) -> None:
    first, second = pair
    lines = list(LINES)
    lines[first - 1], lines[second - 1] = lines[second - 1], lines[first - 1]
    assert verdict(lines) == (first, "moved")


@given(pair=st.lists(numbers, min_size=2, max_size=2, unique=True))
def test_a_record_that_was_moved_is_named(pair: list[int]) -> None:
    start, end = pair
    lines = list(LINES)
    lines.insert(end - 1, lines.pop(start - 1))
    assert verdict(lines) == (min(pair), "moved")


@given(copied=numbers, before=numbers)
def test_an_added_copy_is_named(copied: int, before: int) -> None:
    lines = list(LINES)
    lines.insert(before - 1, LINES[copied - 1])
    record, kind = verdict(lines)
    assert kind == "added"
    # A copy right beside its original cannot be told from it: there are two of that number.
    assert record == (copied if before in {copied, copied + 1} else before)


@given(number=numbers)
def test_an_added_record_in_the_right_place_is_named(number: int) -> None:
    before = digest_of(LINES[number - 2]) if number > 1 else GENESIS
    _, line = forge(number, before, {"action": "never happened"})
    assert verdict([*LINES[: number - 1], line, *LINES[number - 1 :]]) == (number, "added")


@given(number=numbers, garbage=st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"") + b"\n"))
def test_an_added_line_that_is_no_record_is_named(number: int, garbage: bytes) -> None:
    assert verdict([*LINES[: number - 1], garbage, *LINES[number - 1 :]]) == (number, "added")


def test_a_record_added_at_the_end_is_only_unsigned_until_the_next_checkpoint() -> None:
    """It is in the right place by its hash: the next checkpoint, which has another head, finds it."""
    _, line = forge(SIZE + 1, digest_of(LINES[-1]), {"action": "never happened"})
    assert examine([*LINES, line], HEADS) == Verified(SIZE + 1, digest_of(line), 2, 1)
    genuine, _ = forge(SIZE + 1, digest_of(LINES[-1]), {"action": "happened"})
    found = examine([*LINES, line], {**HEADS, SIZE + 1: genuine})
    assert isinstance(found, Broken)
    assert (found.record, found.kind) == (SIZE + 1, "altered")


@pytest.mark.parametrize("number", [1, 5])
def test_a_record_that_carries_another_hash_of_the_one_before_is_named(number: int) -> None:
    _, line = forge(number, "ab" * 32, RECORDS[number - 1])
    assert verdict([*LINES[: number - 1], line, *LINES[number:]]) == (number, "altered")
