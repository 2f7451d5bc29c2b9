"""The register of active versions that Qdrant keeps, for all machines that share it."""

from qdrant_client import AsyncQdrantClient

from appliance.knowledge.index import BEFORE, activate, aliases
from appliance.knowledge.register import Active, after


class AliasRegister:
    """Two aliases in Qdrant, for all machines that share it."""

    def __init__(self, client: AsyncQdrantClient) -> None:
        self._client = client

    async def active(self, name: str) -> Active:
        """Raises IndexUnavailable."""
        found = await aliases(self._client)
        return Active(found.get(name, ""), found.get(name + BEFORE, ""))

    async def switch(self, name: str, version: str) -> None:
        """Both aliases move in one request; raises IndexUnavailable."""
        before = after(await self.active(name), version).before
        await activate(self._client, name, version, before=before)
