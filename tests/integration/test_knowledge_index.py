"""The index in Qdrant's embedded mode, which has the server's interface: retrieval, filters, versions."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zlib import crc32

import numpy as np
import pytest
from numpy.typing import NDArray
from qdrant_client import AsyncQdrantClient

from appliance.knowledge.index import (
    Index,
    IndexUnavailable,
    activate,
    build_collection,
    open_client,
    versions,
)
from appliance.knowledge.pack import Pack, load_pack
from appliance.safety.normalise import words
from appliance.settings import shipped

DAY = date(2026, 12, 1)


class WordEncoder:
    """Vectors that are near when texts share words; of meaning it knows nothing."""

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.full((len(texts), 64), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in words(text):
                row[crc32(word.encode()) % 64] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self.encode_passages([text])[0]
        return vector


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(shipped("knowledge") / "reedy-preop")


@pytest.fixture
async def client() -> AsyncIterator[AsyncQdrantClient]:
    client = open_client("", None)
    yield client
    await client.close()


async def found(
    client: AsyncQdrantClient, pack: Pack, question: str, language: str = "en", day: date = DAY
) -> list[str]:
    """The statements found, best first."""
    index = Index(client, await build_collection(client, pack, WordEncoder()))
    vector = WordEncoder().encode(question)
    return [hit.statement for hit in await index.retrieve(question, vector, language, day, 20)]


@pytest.mark.parametrize(
    ("language", "question", "statement"),
    [
        ("en", "are clear liquids like plain tea or black coffee allowed", "fasting.clear_liquids"),
        ("es", "¿qué documento de identidad y tarjeta del seguro llevo?", "checkin.documents"),
        ("zh", "手术前可以喝水吗？清水、清茶、黑咖啡", "fasting.clear_liquids"),
    ],
)
async def test_dense_and_sparse_together_find_the_statement_in_each_script(
    client: AsyncQdrantClient, pack: Pack, language: str, question: str, statement: str
) -> None:
    hits = await found(client, pack, question, language)
    assert hits[0] == statement
    assert len(hits) == len(set(hits))


async def test_a_question_finds_statements_of_its_language_only(
    client: AsyncQdrantClient, pack: Pack
) -> None:
    """Each statement stands in eleven languages, and comes back once."""
    for language in pack.languages:
        assert sorted(await found(client, pack, "water", language)) == sorted(pack.statements)
    assert await found(client, pack, "water", "ru") == []


async def test_scores_fall_and_the_number_of_hits_is_bounded(client: AsyncQdrantClient, pack: Pack) -> None:
    index = Index(client, await build_collection(client, pack, WordEncoder()))
    hits = await index.retrieve("liquids", WordEncoder().encode("liquids"), "en", DAY, 3)
    scores = [hit.score for hit in hits]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


async def test_nothing_is_served_before_its_approval_or_past_its_review(
    client: AsyncQdrantClient, pack: Pack
) -> None:
    statement = pack.statements["fasting.clear_liquids"]
    assert statement.approved_on is not None
    one_day = timedelta(days=1)
    for day, served in (
        (statement.approved_on - one_day, False),
        (statement.approved_on, True),
        (statement.review_by, True),
        (statement.review_by + one_day, False),
    ):
        hits = await found(client, pack, "clear liquids", day=day)
        assert ("fasting.clear_liquids" in hits) is served, day


async def test_a_statement_without_approval_does_not_get_into_the_index(
    client: AsyncQdrantClient, pack: Pack
) -> None:
    name = "fasting.clear_liquids"
    bare = pack.statements[name].model_copy(update={"approved_by": "", "approved_on": None})
    unapproved = replace(pack, digest="0" * 64, statements={**pack.statements, name: bare})
    hits = await found(client, unapproved, "clear liquids")
    assert sorted(hits) == sorted(pack.statements.keys() - {name})


async def test_building_again_changes_nothing_and_each_version_has_a_collection(
    client: AsyncQdrantClient, pack: Pack
) -> None:
    newer = replace(pack, digest="f" * 64)
    names = [await build_collection(client, one, WordEncoder()) for one in (pack, newer, pack)]
    assert names == [pack.version, newer.version, pack.version]
    count = (await client.count(pack.version)).count
    assert count == len(pack.statements) * len(pack.languages)
    alias = pack.manifest.name
    assert await versions(client, alias) == {pack.version: False, newer.version: False}


async def test_versions_are_of_this_pack_alone(client: AsyncQdrantClient, pack: Pack) -> None:
    other = replace(pack, manifest=pack.manifest.model_copy(update={"name": f"{pack.manifest.name}-two"}))
    for one in (pack, other):
        await activate(client, one.manifest.name, await build_collection(client, one, WordEncoder()))
    assert await versions(client, pack.manifest.name) == {pack.version: True}
    assert await versions(client, other.manifest.name) == {other.version: True}


async def test_while_versions_are_switched_exactly_one_is_active(
    client: AsyncQdrantClient, pack: Pack
) -> None:
    alias, newer = pack.manifest.name, replace(pack, digest="f" * 64)
    older_index = Index(client, await build_collection(client, pack, WordEncoder()))
    await build_collection(client, newer, WordEncoder())
    await activate(client, alias, pack.version)
    seen: list[list[str]] = []

    async def watch() -> None:
        while True:
            seen.append([name for name, active in (await versions(client, alias)).items() if active])
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    for version in (newer.version, pack.version) * 20:
        await activate(client, alias, version)
        await asyncio.sleep(0)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert {len(active) for active in seen} == {1}
    await activate(client, alias, newer.version)
    assert await versions(client, alias) == {pack.version: False, newer.version: True}
    # Who began with the older version ends with it.
    assert await older_index.retrieve("tea", WordEncoder().encode("tea"), "en", DAY, 1)


async def test_a_version_that_is_not_there_is_told_as_a_passing_failure(client: AsyncQdrantClient) -> None:
    index = Index(client, "reedy-preop-000000000000")
    with pytest.raises(IndexUnavailable, match="reedy-preop-000000000000"):
        await index.retrieve("water", WordEncoder().encode("water"), "en", DAY, 3)
