"""Vectors that are asked for more than once are computed once."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from appliance.knowledge.learned import Vectors
from appliance.knowledge.vectors import Kept, KeptPassages, Remembering


class Counting:
    """An encoder of two dimensions that remembers what it was asked."""

    identity = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The length of each text, and one."""
        self.asked += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32).reshape(len(texts), 2)

    encode_passages = encode_queries


def test_a_text_of_the_last_turns_is_not_encoded_again() -> None:
    encoder = Counting()
    remembering = Remembering(encoder)
    remembering.encode_queries(["agua?", "y café"])
    assert remembering.encode_queries(["y café", "té", "té"]).tolist() == [[6, 1], [2, 1], [2, 1]]
    assert encoder.asked == ["agua?", "y café", "té"]


def test_only_so_many_are_remembered_the_latest() -> None:
    encoder = Counting()
    remembering = Remembering(encoder, most=2)
    for text in ("one", "two", "one", "three", "one", "two"):
        remembering.encode_queries([text])
    assert encoder.asked == ["one", "two", "three", "two"]


def test_half_characters_and_no_texts_are_no_trouble() -> None:
    remembering = Remembering(Counting())
    assert remembering.encode_queries(["\ud83d"]).shape == (1, 2)
    assert remembering.encode_queries([]).shape == (0, 2)


def test_a_build_computes_what_the_last_one_did_not(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    Kept.under(first, tmp_path).encode_queries(["a", "bb", "ccc"])
    vectors = Kept.under(second, tmp_path).encode_queries(["ccc", "dddd", "a"])
    assert vectors.tolist() == [[3, 1], [4, 1], [1, 1]]
    assert second.asked == ["dddd"]


def test_the_file_forgets_what_the_pack_no_longer_says(tmp_path: Path) -> None:
    again = Counting()
    for texts in (["a", "bb"], ["bb", "ccc"]):
        Kept(Counting(), tmp_path / "vectors.npz").encode_queries(texts)
    Kept(again, tmp_path / "vectors.npz").encode_queries(["a", "bb", "ccc"])
    assert again.asked == ["a"]


@pytest.mark.parametrize("damage", [b"", b"not an archive", b"PK\x03\x04"])
def test_a_damaged_file_is_replaced(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "vectors.npz"
    file.write_bytes(damage)
    assert Kept(Counting(), file).encode_queries(["a"]).tolist() == [[1, 1]]
    again = Counting()
    Kept(again, file).encode_queries(["a"])
    assert again.asked == []


def test_the_statements_of_the_last_start_are_not_encoded_again(tmp_path: Path) -> None:
    first, second, other = Counting(), Counting(), Counting()
    KeptPassages(first, "one", tmp_path).encode_passages(["a", "bb"])
    assert KeptPassages(second, "one", tmp_path).encode_passages(["bb", "a"]).tolist() == [[2, 1], [1, 1]]
    assert second.asked == []
    KeptPassages(other, "other weights", tmp_path).encode_passages(["a"])
    assert other.asked == ["a"]


def test_a_start_does_without_the_file(tmp_path: Path) -> None:
    (tmp_path / "learned").write_text("no directory")
    assert KeptPassages(Counting(), "one", tmp_path).encode_passages(["a"]).tolist() == [[1, 1]]
    assert KeptPassages(Counting(), "one", tmp_path).encode_passages([]).shape == (0, 2)
