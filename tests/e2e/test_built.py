"""The demonstration pack is delivered with what was learned from exactly its files."""

import pytest
from needs import missing

from appliance.knowledge.encoder import FastembedEncoder
from appliance.knowledge.learned import Learned
from appliance.knowledge.pack import load_pack
from appliance.knowledge.training import source_of
from appliance.settings import load_settings, shipped


@pytest.mark.models
def test_the_shipped_pack_is_built() -> None:
    """Otherwise every process learns at its start, which takes minutes."""
    settings = load_settings()
    model = settings.models_dir / settings.embedding_model
    if not model.is_dir():
        missing(f"the embedding model is not here: appliance models fetch {settings.embedding_model}")
    pack = load_pack(shipped("knowledge") / "reedy-preop")
    built = Learned.load(pack.directory / "built", source_of(pack, FastembedEncoder(model)))
    assert built is not None, f"changed since it was built; run: appliance knowledge build {pack.directory}"
