"""The statements of a pack in Qdrant: one collection a version, and an alias to the active one."""

import asyncio
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import ApiException

from appliance.errors import IndexUnavailable
from appliance.knowledge.pack import Pack
from appliance.safety.normalise import has_han, words

_TIMEOUT_S = 3
_DENSE, _SPARSE = "dense", "words"
# Appended to a pack's alias: the version that was active before.
BEFORE = "-before"


@dataclass(frozen=True)
class Retrieved:
    """A statement that the index found near the question; `score` is the fused rank score, 0 … 1."""

    statement: str
    score: float


class PassageEncoder(Protocol):
    """Turns texts into unit vectors, float32, shape (texts, dimensions)."""

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of what is searched."""


class Index:
    """Retrieval over the approved statements of one version.

    Args:
        client: Qdrant's, of a server or embedded.
        collection: the version's collection, so that a turn is served from one version only.
    """

    def __init__(self, client: AsyncQdrantClient, collection: str) -> None:
        self._client, self.collection = client, collection

    async def retrieve(
        self, question: str, vector: NDArray[np.float32], language: str, day: date, most: int
    ) -> tuple[Retrieved, ...]:
        """The nearest statements in the language that are approved and unexpired on the day, best first.

        Dense and sparse rankings are fused by reciprocal rank.

        Raises:
            IndexUnavailable: Qdrant did not answer.
        """
        served = models.Filter(
            must=[
                models.FieldCondition(key="language", match=models.MatchValue(value=language)),
                models.FieldCondition(key="approved_on", range=models.Range(lte=day.toordinal())),
                models.FieldCondition(key="review_by", range=models.Range(gte=day.toordinal())),
            ]
        )
        try:
            found = await self._client.query_points(
                self.collection,
                prefetch=[
                    models.Prefetch(query=vector.tolist(), using=_DENSE, filter=served, limit=most),
                    models.Prefetch(query=sparse(question), using=_SPARSE, filter=served, limit=most),
                ],
                query=models.FusionQuery(fusion=models.Fusion.RRF),
                limit=most,
                with_payload=["statement"],
            )
        except (ApiException, OSError, ValueError) as error:
            raise IndexUnavailable(f"retrieval from {self.collection}: {error}") from error
        return tuple(Retrieved((point.payload or {})["statement"], point.score) for point in found.points)

    async def aclose(self) -> None:
        """Close the connection to Qdrant."""
        await self._client.close()


def open_client(url: str, api_key: str | None) -> AsyncQdrantClient:
    """A client of the server at `url`, or an embedded index when it is empty. Nothing connects yet."""
    if not url:
        return AsyncQdrantClient(":memory:")
    # No look at the server's version: that connects, blocks, and warns on a server that is away.
    return AsyncQdrantClient(url=url, api_key=api_key, timeout=_TIMEOUT_S, check_compatibility=False)


async def build_collection(client: AsyncQdrantClient, pack: Pack, encoder: PassageEncoder) -> str:
    """Write the pack's approved statements to the collection named by its digest; its name.

    A collection that is complete is left alone; one that a crash left incomplete is filled up.

    Raises:
        IndexUnavailable: Qdrant did not answer.
    """
    collection, entries = pack.version, _entries(pack)
    try:
        exists = await client.collection_exists(collection)
        if exists and (await client.count(collection)).count == len(entries):
            return collection
        vectors = await asyncio.to_thread(encoder.encode_passages, [entry.text for entry in entries])
        if not exists:
            await client.create_collection(
                collection,
                vectors_config={
                    _DENSE: models.VectorParams(size=vectors.shape[1], distance=models.Distance.COSINE)
                },
                sparse_vectors_config={_SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)},
            )
        if entries:
            await client.upsert(collection, _points(entries, vectors))
    except (ApiException, OSError) as error:
        raise IndexUnavailable(f"building {collection}: {error}") from error
    return collection


async def activate(client: AsyncQdrantClient, alias: str, collection: str, before: str = "") -> None:
    """Point the alias to the collection, and the one of the version before to `before`, in one atomic step.

    Raises:
        IndexUnavailable: Qdrant did not answer.
    """
    moves = {alias: collection} | ({alias + BEFORE: before} if before else {})
    operations: list[models.AliasOperations] = []
    for name, target in moves.items():
        operations += [
            models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=name)),
            models.CreateAliasOperation(
                create_alias=models.CreateAlias(collection_name=target, alias_name=name)
            ),
        ]
    try:
        await client.update_collection_aliases(change_aliases_operations=operations)
    except (ApiException, OSError, ValueError) as error:
        raise IndexUnavailable(f"pointing {alias} to {collection}: {error}") from error


async def aliases(client: AsyncQdrantClient) -> Mapping[str, str]:
    """The collection of each alias.

    Raises:
        IndexUnavailable: Qdrant did not answer.
    """
    try:
        found = (await client.get_aliases()).aliases
    except (ApiException, OSError) as error:
        raise IndexUnavailable(f"asking for the aliases: {error}") from error
    return {entry.alias_name: entry.collection_name for entry in found}


async def versions(client: AsyncQdrantClient, alias: str) -> Mapping[str, bool]:
    """Each version's collection of the pack, and whether it is the active one."""
    active = (await aliases(client)).get(alias)
    names = sorted(entry.name for entry in (await client.get_collections()).collections)
    return {name: name == active for name in names if re.fullmatch(re.escape(alias) + r"-[0-9a-f]{12}", name)}


def sparse(text: str) -> models.SparseVector:
    """Counts of the folded words (of character pairs in Chinese) by hash; Qdrant weighs them by rarity.

    Own code, because fastembed's BM25 knows neither Catalan, Ukrainian nor Chinese.
    """
    counts: Counter[int] = Counter()
    for word in words(text):
        terms = [word[i : i + 2] for i in range(max(len(word) - 1, 1))] if has_han(word) else [word]
        counts.update(crc32(term.encode()) for term in terms)
    return models.SparseVector(indices=list(counts), values=[float(count) for count in counts.values()])


@dataclass(frozen=True)
class _Entry:
    """An approved text, and what it is found by."""

    text: str
    payload: Mapping[str, str | int]


def _entries(pack: Pack) -> list[_Entry]:
    return [
        _Entry(
            statement.text[language],
            {
                "statement": name,
                "language": language,
                "topic": statement.topic,
                "approved_on": statement.approved_on.toordinal(),
                "review_by": statement.review_by.toordinal(),
            },
        )
        for name, statement in pack.statements.items()
        for language in pack.languages
        if statement.approved_by and statement.approved_on
    ]


def _points(entries: Sequence[_Entry], vectors: NDArray[np.float32]) -> list[models.PointStruct]:
    return [
        models.PointStruct(
            id=number,
            vector={_DENSE: vector.tolist(), _SPARSE: sparse(entry.text)},
            payload=dict(entry.payload),
        )
        for number, (entry, vector) in enumerate(zip(entries, vectors, strict=True))
    ]
