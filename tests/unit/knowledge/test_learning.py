"""Learning from a pack's examples: what is learned is found again, and belongs to one pack and one model."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pack_files import files, write_pack

from appliance.knowledge.build import build, learned_of
from appliance.knowledge.learned import LanguageModel, Learned, ScopeModel
from appliance.knowledge.pack import Pack, load_pack
from appliance.knowledge.training import examples_of, learn, source_of

EATEN = {
    "en": ("bread", "fruit", "an egg", "toast", "rice"),
    "es": ("pan", "fruta", "un huevo", "arroz", "queso"),
}
TAKEN = {
    "en": ("aspirin", "my pills", "insulin", "drops", "tablets"),
    "es": ("gotas", "insulina", "pastillas"),
}
ASKS = {
    "en": ("may I eat {}?", "is {} allowed", "{} before it?"),
    "es": ("puedo comer {}", "¿{} antes?", "se puede {}"),
}
TAKES = {
    "en": ("do I take {}?", "shall I stop {}", "{} in the morning?"),
    "es": ("me tomo {}?", "dejo {}", "{} por la mañana"),
}


class Letters:
    """Counts letters: meaning enough for a test, and the same on every machine."""

    encoded = 0

    def __init__(self, identity: str = "sha256:letters") -> None:
        self.identity = identity

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += len(texts)
        rows = np.array([[text.lower().count(chr(97 + n)) + 0.1 for n in range(26)] for text in texts])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load_pack(write_pack(tmp_path_factory.mktemp("small"), _taught()))


@pytest.fixture(scope="module")
def learned(pack: Pack) -> Learned:
    return learn(pack, Letters(), lambda _: None)[0]


def _taught() -> dict[str, object]:
    contents = files()
    for language in ("en", "es"):
        eat = [ask.format(thing) for ask in ASKS[language] for thing in EATEN[language]]
        take = [ask.format(thing) for ask in TAKES[language] for thing in TAKEN[language]]
        contents[f"examples/{language}.yaml"] = {
            "language": language,
            "examples": {"fasting.solids": eat, "medical.medicines": take},
        }
    return contents


def test_scope_knows_what_it_was_taught(pack: Pack, learned: Learned) -> None:
    model = ScopeModel(learned, Letters(), pack.lexicon)
    found = model.probabilities(["may I eat bread", "shall I stop aspirin", "puedo comer queso"])
    assert found.shape == (3, len(model.intents))
    assert found.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-3)
    best = [model.intents[column] for column in found.argmax(axis=1)]
    assert best == ["fasting.solids", "medical.medicines", "fasting.solids"]


def test_languages_are_told_apart(learned: Learned) -> None:
    found = LanguageModel(learned).language_probabilities("puedo comer fruta por la mañana")
    assert set(found) == {"es", "en"}
    assert found["es"] > 0.5


def test_every_example_is_judged_by_a_model_that_has_not_seen_it(pack: Pack) -> None:
    _, validation = learn(pack, Letters(), lambda _: None)
    single = [example for example in examples_of(pack) if len(example.intents) == 1]
    assert validation.examples == tuple(single)
    assert validation.probabilities.shape == (len(single), len(validation.intents))
    right = (validation.probabilities.argmax(axis=1) == validation.truth).mean()
    assert 0.6 < right <= 1


def test_what_was_learned_is_read_back(learned: Learned, pack: Pack, tmp_path: Path) -> None:
    learned.save(tmp_path)
    again = Learned.load(tmp_path, learned.source)
    assert again is not None
    texts = ["may I eat rice", "dejo gotas"]
    before, after = (
        ScopeModel(one, Letters(), pack.lexicon).probabilities(texts) for one in (learned, again)
    )
    assert after == pytest.approx(before, abs=0.02)


def test_what_was_learned_elsewhere_is_not_used(learned: Learned, tmp_path: Path) -> None:
    assert Learned.load(tmp_path, learned.source) is None
    learned.save(tmp_path)
    assert Learned.load(tmp_path, "another source") is None


def test_the_source_is_the_pack_and_the_model(pack: Pack, tmp_path: Path) -> None:
    source = source_of(pack, Letters())
    assert source_of(pack, Letters("sha256:another")) != source
    contents = _taught()
    contents["lexicon.yaml"] = {"food": {"any": ["bread"]}}
    assert source_of(load_pack(write_pack(tmp_path, contents)), Letters()) != source


def test_a_changed_pack_is_learned_once_and_kept(pack: Pack, tmp_path: Path) -> None:
    encoder = Letters()
    learned_of(pack, encoder, tmp_path)
    spent = encoder.encoded
    assert spent > 0
    learned_of(pack, encoder, tmp_path)
    assert encoder.encoded == spent


def test_a_pack_that_was_built_is_not_learned_again(tmp_path: Path) -> None:
    built, encoder = load_pack(write_pack(tmp_path / "small", _taught())), Letters()
    build(built, encoder, lambda _: None)
    spent = encoder.encoded
    learned_of(built, encoder, tmp_path / "data")
    assert encoder.encoded == spent
    assert not (tmp_path / "data").exists()
