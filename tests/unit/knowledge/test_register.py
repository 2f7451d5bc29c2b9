"""The register: which version is active and which was before, in a file or in Qdrant's aliases."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pack_files import files, statement, write_pack

from appliance.errors import IndexUnavailable, SettingsError
from appliance.knowledge.aliases import AliasRegister
from appliance.knowledge.index import build_collection, open_client
from appliance.knowledge.pack import load_pack
from appliance.knowledge.register import Active, FileRegister, Register


class Flat:
    """The same vector for everything."""

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 2), dtype=np.float32)


@pytest.fixture
def versions(tmp_path: Path) -> tuple[str, str]:
    """Two versions of a pack, as their names."""
    found = []
    for text in ("one", "two"):
        contents = files()
        contents["statements.yaml"]["fasting.solids"] = statement("fasting.solids", source=text)
        found.append(load_pack(write_pack(tmp_path / text, contents)).version)
    return found[0], found[1]


@pytest.fixture(params=["file", "aliases"])
async def register(
    request: pytest.FixtureRequest, tmp_path: Path, versions: tuple[str, str]
) -> AsyncIterator[Register]:
    if request.param == "file":
        yield FileRegister(tmp_path / "knowledge")
        return
    client = open_client("", None)
    for text in ("one", "two"):
        await build_collection(client, load_pack(tmp_path / text), Flat())
    yield AliasRegister(client)
    await client.close()


async def test_at_first_none_is_active(register: Register) -> None:
    assert await register.active("small") == Active()


async def test_the_version_before_is_remembered_and_can_be_gone_back_to(
    register: Register, versions: tuple[str, str]
) -> None:
    one, two = versions
    await register.switch("small", one)
    assert await register.active("small") == Active(one)
    await register.switch("small", two)
    assert await register.active("small") == Active(two, before=one)
    await register.switch("small", one)
    assert await register.active("small") == Active(one, before=two)


async def test_activating_the_active_version_again_forgets_nothing(
    register: Register, versions: tuple[str, str]
) -> None:
    one, two = versions
    for version in (one, two, two):
        await register.switch("small", version)
    assert await register.active("small") == Active(two, before=one)


async def test_packs_do_not_share_a_version(register: Register, versions: tuple[str, str]) -> None:
    await register.switch("small", versions[0])
    assert await register.active("other") == Active()


async def test_a_damaged_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "small.active.json").write_text('{"version": ', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"small\.active\.json: expected which version is active"):
        await FileRegister(tmp_path).active("small")


async def test_qdrant_that_does_not_answer_is_a_passing_failure() -> None:
    client = open_client("http://127.0.0.1:1", None)
    try:
        with pytest.raises(IndexUnavailable):
            await AliasRegister(client).active("small")
    finally:
        await client.close()
