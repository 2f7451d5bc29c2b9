"""A pack that names an entailment model: it is loaded when the house opens, and what it doubts is not sent."""

import hashlib
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from needs import missing
from numpy.typing import NDArray
from scripted_engine import ScriptedEngine, draft_of, scripted_engine
from tiny_nli import LABELS, write_tiny_nli

from appliance.conversation import House, Outcome, Session, Turn, handle
from appliance.engine.catalogue import load_catalogue
from appliance.engine.entailment import MODEL_FILE, TOKENIZER_FILE
from appliance.engine.verify import write_manifest
from appliance.errors import ModelError
from appliance.knowledge.encoder import MODEL_FILE as EMBEDDING_FILE
from appliance.knowledge.learned import Learned
from appliance.knowledge.pack import load_pack
from appliance.knowledge.training import source_of
from appliance.services import open_house
from appliance.settings import Settings, load_settings

pytestmark = pytest.mark.models

LIQUIDS = "fasting.clear_liquids"
QUESTION = "Can I drink water before surgery?"


@pytest.fixture
async def engine() -> AsyncIterator[ScriptedEngine]:
    async with scripted_engine() as engine:
        yield engine


@pytest.fixture
def settings(tmp_path: Path, engine: ScriptedEngine) -> Settings:
    """A copy of the shipped pack that names the tiny judge, and both models in one place."""
    given = load_settings()
    if not (given.models_dir / given.embedding_model).is_dir():
        missing(f"{given.embedding_model} is not here: appliance models fetch {given.embedding_model}")
    models = tmp_path / "models"
    models.mkdir()
    (models / given.embedding_model).symlink_to(given.models_dir / given.embedding_model)
    pack = shutil.copytree(given.pack, tmp_path / "pack")
    manifest = (pack / "pack.toml").read_text(encoding="utf-8")
    (pack / "pack.toml").write_text(f'entailment_model = "tiny-nli"\n{manifest}', encoding="utf-8")
    _keep_what_was_learned(given, pack)
    return given.model_copy(
        update={
            "pack": pack,
            "data_dir": tmp_path,
            "models_catalogue": _catalogue(tmp_path / "catalogue", write_tiny_nli(models / "tiny-nli")),
            "engine_url": engine.url,
            "engine_deadline_s": 20.0,
        }
    )


@dataclass(frozen=True)
class Named:
    """An embedding model of which only the name is asked."""

    identity: str

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise NotImplementedError


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _keep_what_was_learned(given: Settings, pack: Path) -> None:
    """The copy teaches the same: naming a judge is no reason to learn for minutes."""
    encoder = Named(f"sha256:{_sha256(given.models_dir / given.embedding_model / EMBEDDING_FILE)}")
    learned = Learned.load(given.pack / "built", source_of(load_pack(given.pack), encoder))
    assert learned is not None, "appliance knowledge build"
    replace(learned, source=source_of(load_pack(pack), encoder)).save(pack / "built")


def _catalogue(directory: Path, model_dir: Path) -> Path:
    directory.mkdir()
    pins = "\n".join(
        f'[[files]]\npath = "{name}"\nsha256 = "{_sha256(model_dir / name)}"'
        for name in (MODEL_FILE, TOKENIZER_FILE)
    )
    (directory / "tiny-nli.toml").write_text(
        f'name = "tiny-nli"\nkind = "entailment"\ndescription = "for tests"\nlicence = "MIT"\n'
        f'languages = ["en"]\ncontext_tokens = 128\ngpu_memory_gib = 0\n'
        f'[source]\ntype = "directory"\npath = "{model_dir}"\n[entailment]\nlabels = {list(LABELS)}\n{pins}\n',
        encoding="utf-8",
    )
    write_manifest(load_catalogue(directory)["tiny-nli"], model_dir)
    return directory


async def answered(house: House) -> Outcome:
    return await handle(Turn(QUESTION), Session(introduced=True), house)


async def test_it_must_agree_with_each_sentence_and_can_only_refuse(
    settings: Settings, engine: ScriptedEngine
) -> None:
    async with open_house(settings) as (house, _):
        # Grounding supports both; "water" is a word of the statement for the judge, "surgery" is none at all.
        engine.answer = draft_of(("Water is allowed up to 2 hours before surgery.", [LIQUIDS]))
        doubted = await answered(house)
        engine.answer = draft_of(("Clear liquids are allowed up to 2 hours before surgery.", [LIQUIDS]))
        agreed = await answered(house)
    assert doubted.trace.verdicts[0].reasons == ("the entailment model does not find it in the statement",)
    assert doubted.trace.wording == "verbatim"
    assert house.pack.statement(LIQUIDS, "en") in doubted.reply
    assert agreed.trace.wording == "generated"


async def test_the_house_does_not_open_without_it(settings: Settings) -> None:
    (settings.models_dir / "tiny-nli" / MODEL_FILE).write_bytes(b"garbage")
    with pytest.raises(ModelError, match="tiny-nli: not the model that was promised"):
        async with open_house(settings):
            pass


async def test_approved_wording_does_not_ask_for_it(settings: Settings) -> None:
    shutil.rmtree(settings.models_dir / "tiny-nli")
    async with open_house(settings.model_copy(update={"wording": "approved"})) as (house, _):
        assert house.pack.manifest.entailment_model == "tiny-nli"
