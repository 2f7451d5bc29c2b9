"""The index: what is found, what is served, and which version, on Qdrant's embedded twin."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pack_files import files, statement, write_pack
from qdrant_client import AsyncQdrantClient, models

from appliance.knowledge.index import (
    Index,
    IndexUnavailable,
    activate,
    build_collection,
    open_client,
    sparse,
    versions,
)
from appliance.knowledge.pack import Pack, load_pack

TODAY = date(2026, 11, 20)


class ByLength:
    """A vector that tells how long the text is; `encoded` counts texts."""

    encoded = 0

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += len(texts)
        angles = np.array([len(text) / 100 for text in texts], dtype=np.float32)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@pytest.fixture
async def client() -> AsyncIterator[AsyncQdrantClient]:
    client = open_client("", None)
    yield client
    await client.close()


def pack_of(tmp_path: Path, **solids: str | None) -> Pack:
    contents = files()
    contents["statements.yaml"]["fasting.solids"] = statement("fasting.solids", **solids)
    return load_pack(write_pack(tmp_path / "small", contents))


async def found(client: AsyncQdrantClient, pack: Pack, question: str, day: date = TODAY) -> list[str]:
    index = Index(client, await build_collection(client, pack, ByLength()))
    hits = await index.retrieve(question, ByLength().encode_passages([question])[0], "en", day, 10)
    assert all(0 <= hit.score <= 1 for hit in hits)
    return [hit.statement for hit in hits]


async def test_the_nearest_by_words_and_meaning_comes_first(
    client: AsyncQdrantClient, tmp_path: Path
) -> None:
    pack = pack_of(tmp_path)
    assert (await found(client, pack, "contact.admissions in en"))[0] == "contact.admissions"
    assert (await found(client, pack, "safety.surgeon_first in en"))[0] == "safety.surgeon_first"


@pytest.mark.parametrize(
    "change",
    [{"review_by": "2026-11-19"}, {"approved_on": "2026-11-21"}, {"approved_on": None}, {"approved_by": ""}],
)
async def test_what_is_not_approved_or_expired_is_not_found(
    client: AsyncQdrantClient, tmp_path: Path, change: dict[str, str | None]
) -> None:
    assert "fasting.solids" not in await found(client, pack_of(tmp_path, **change), "fasting.solids in en")


async def test_a_statement_is_found_on_its_last_day(client: AsyncQdrantClient, tmp_path: Path) -> None:
    pack = pack_of(tmp_path, review_by="2026-11-20")
    assert "fasting.solids" in await found(client, pack, "fasting.solids in en")
    assert "fasting.solids" not in await found(client, pack, "fasting.solids in en", date(2026, 11, 21))


async def test_a_version_is_written_once(client: AsyncQdrantClient, tmp_path: Path) -> None:
    pack, encoder = pack_of(tmp_path), ByLength()
    assert await build_collection(client, pack, encoder) == pack.version
    assert await build_collection(client, pack, encoder) == pack.version
    assert encoder.encoded == 6


async def test_a_version_that_a_crash_left_incomplete_is_filled_up(
    client: AsyncQdrantClient, tmp_path: Path
) -> None:
    pack = pack_of(tmp_path)
    collection = await build_collection(client, pack, ByLength())
    await client.delete(collection, models.PointIdsList(points=[0, 1, 2]))
    assert len(await found(client, pack, "fasting")) == 3


async def test_the_alias_points_to_one_version(client: AsyncQdrantClient, tmp_path: Path) -> None:
    first = pack_of(tmp_path / "1")
    second = pack_of(tmp_path / "2", owner="Somebody else")
    for pack in (first, second):
        await activate(client, "small", await build_collection(client, pack, ByLength()))
    known = await versions(client, "small")
    assert known == {first.version: False, second.version: True}
    await activate(client, "small", first.version)
    assert (await versions(client, "small"))[first.version]


async def test_an_index_that_cannot_be_asked_says_so(client: AsyncQdrantClient) -> None:
    with pytest.raises(IndexUnavailable, match="retrieval from missing"):
        await Index(client, "missing").retrieve("water", np.ones(2, dtype=np.float32), "en", TODAY, 1)


def test_words_are_counted_by_their_folded_form() -> None:
    one, other = sparse("Água, AGUA café"), sparse("agua agua cafe")
    assert (one.indices, one.values) == (other.indices, other.values)
    assert sorted(one.values) == [1.0, 2.0]


def test_chinese_is_counted_by_pairs_of_characters() -> None:
    shared = set(sparse("手术前喝水").indices) & set(sparse("喝水吗").indices)
    assert len(shared) == 1
    assert sparse("").indices == []
