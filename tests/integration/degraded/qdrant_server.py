"""Qdrant's HTTP interface, as far as the product uses it, before the client's embedded engine."""

import asyncio
from typing import Any

from aiohttp import web
from on_a_port import OnAPort
from pydantic import TypeAdapter
from qdrant_client import AsyncQdrantClient, models


class QdrantServer(OnAPort):
    """It forgets nothing between its starts."""

    def __init__(self) -> None:
        self.filled = asyncio.Event()
        self._engine = AsyncQdrantClient(":memory:")

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024**2)
        collection = "/collections/{name}"
        app.router.add_get(f"{collection}/exists", self._exists)
        app.router.add_put(collection, self._create)
        app.router.add_put(f"{collection}/points", self._upsert)
        app.router.add_post(f"{collection}/points/count", self._count)
        app.router.add_post(f"{collection}/points/query", self._query)
        return app

    async def aclose(self) -> None:
        """Stop for good."""
        await self.stop()
        await self._engine.close()

    async def _exists(self, request: web.Request) -> web.Response:
        return _ok({"exists": await self._engine.collection_exists(request.match_info["name"])})

    async def _create(self, request: web.Request) -> web.Response:
        wanted = models.CreateCollection.model_validate(await request.json())
        name = request.match_info["name"]
        await self._engine.create_collection(
            name, vectors_config=wanted.vectors, sparse_vectors_config=wanted.sparse_vectors
        )
        return _ok(data=True)

    async def _upsert(self, request: web.Request) -> web.Response:
        points = TypeAdapter(list[models.PointStruct]).validate_python((await request.json())["points"])
        await self._engine.upsert(request.match_info["name"], points)
        self.filled.set()
        return _ok({"operation_id": 0, "status": "completed"})

    async def _count(self, request: web.Request) -> web.Response:
        return _ok({"count": (await self._engine.count(request.match_info["name"])).count})

    async def _query(self, request: web.Request) -> web.Response:
        asked = models.QueryRequest.model_validate(await request.json())
        found = await self._engine.query_points(
            request.match_info["name"],
            prefetch=asked.prefetch,
            query=asked.query,
            limit=asked.limit or 10,
            with_payload=True,
        )
        return _ok(found.model_dump(mode="json"))


def _ok(data: Any) -> web.Response:
    return web.json_response({"result": data, "status": "ok", "time": 0.0})
