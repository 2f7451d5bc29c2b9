"""The book of erasures: on the disk first, shared by processes, and whole after a crash."""

import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import StoreUnavailable
from appliance.vault import ConversationId, Erasure, ErasureBook

ANA = ConversationId("ana")


def erasure(number: int, at_s: float = 1_800_000_000.0) -> Erasure:
    return Erasure(at_s, ANA, number.to_bytes(8, "big"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault" / "erasures.log"


@given(st.integers(0, 2**32), st.binary(min_size=8, max_size=8))
def test_a_line_says_what_was_erased(at_s: int, key_id: bytes) -> None:
    assert Erasure.read(Erasure(at_s, ANA, key_id).line().rstrip("\n")) == Erasure(at_s, ANA, key_id)


def test_a_book_that_is_not_there_holds_nothing_and_is_not_made_by_asking(path: Path) -> None:
    assert not ErasureBook(path).holds(b"12345678")
    assert not path.exists()


def test_what_is_added_is_there_for_others_at_once_and_after_a_restart(path: Path) -> None:
    mine, other = ErasureBook(path), ErasureBook(path)
    mine.add([erasure(1), erasure(2)])
    mine.add([erasure(2), erasure(3)])
    for book in (mine, other, ErasureBook(path)):
        assert [book.holds(erasure(number).key_id) for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert path.read_text().count("\n") == 3
    assert path.stat().st_mode & 0o007 == 0


def test_a_line_that_a_crash_left_unfinished_is_cut_by_the_next_writer(path: Path) -> None:
    ErasureBook(path).add([erasure(1)])
    with path.open("a") as file:
        file.write("1800000000.000 an")
    book = ErasureBook(path)
    assert [each.key_id for each in book.all()] == [erasure(1).key_id]
    book.add([erasure(2)])
    assert ErasureBook(path).all() == (erasure(1), erasure(2))


def test_a_damaged_book_is_an_outage_and_no_empty_book(path: Path) -> None:
    ErasureBook(path).add([erasure(1)])
    path.write_text("something else\n")
    with pytest.raises(StoreUnavailable, match="expected `TIME CONVERSATION KEY`"):
        ErasureBook(path)


def test_an_unreadable_place_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="the book of erasures failed"):
        ErasureBook(tmp_path / "file" / "erasures.log")


def test_old_erasures_go_and_another_process_reads_on(path: Path) -> None:
    mine, other = ErasureBook(path), ErasureBook(path)
    mine.add([erasure(1, at_s=100.0), erasure(2, at_s=200.0)])
    assert other.holds(erasure(1).key_id)
    assert mine.forget_before(150.0) == 1
    assert mine.all() == (erasure(2, at_s=200.0),)
    mine.add([erasure(3, at_s=300.0), erasure(4, at_s=400.0)])
    assert other.holds(erasure(4).key_id)
    assert mine.forget_before(150.0) == 0


def test_a_running_process_keeps_what_it_knows_when_an_older_book_is_put_back(path: Path) -> None:
    book = ErasureBook(path)
    book.add([erasure(1)])
    older = path.read_bytes()
    book.add([erasure(2)])
    path.write_bytes(older)
    assert book.holds(erasure(2).key_id)


def _write(path: Path, first: int) -> None:
    book = ErasureBook(path)
    for number in range(first, first + 100):
        book.add([erasure(number)])
        if number % 25 == 0:
            book.forget_before(0.0)
    os._exit(0)


def test_processes_write_together_and_lose_nothing(path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(path, first)) for first in (0, 1000, 2000)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(ErasureBook(path).all()) == 300
