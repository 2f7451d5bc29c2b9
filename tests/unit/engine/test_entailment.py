"""The entailment model: loaded only when it is the promised one, and only able to refuse."""

import hashlib
from pathlib import Path

import pytest
from tiny_nli import LABELS, write_tiny_nli

from appliance.engine.catalogue import Entailment, load_catalogue
from appliance.engine.draft import DraftSentence
from appliance.engine.entailment import MODEL_FILE, TOKENIZER_FILE, OnnxEntailment, verified_entailment
from appliance.engine.verify import write_manifest
from appliance.errors import ModelError
from appliance.safety.grounding import verify

FACTS = Entailment(labels=LABELS)
PREMISE = "clear liquids are allowed up to 2 hours"


@pytest.fixture
def model_dir(tmp_path: Path) -> Path:
    return write_tiny_nli(tmp_path / "tiny-nli")


def test_it_tells_what_follows_from_what_does_not(model_dir: Path) -> None:
    judge = OnnxEntailment(model_dir, FACTS, 64)
    assert judge.supports(PREMISE, "liquids are allowed up to 2 hours")
    assert not judge.supports(PREMISE, "milk is allowed up to 2 hours")
    assert not judge.supports("milk is allowed", PREMISE)


def test_what_is_probable_is_not_enough_below_the_threshold(model_dir: Path) -> None:
    strict = OnnxEntailment(model_dir, Entailment(labels=LABELS, threshold=0.999), 64)
    assert not strict.supports(PREMISE, "liquids are allowed")


def test_a_pair_that_does_not_fit_is_refused(model_dir: Path) -> None:
    judge = OnnxEntailment(model_dir, FACTS, 10)
    assert judge.supports("water is allowed", "water is allowed")
    assert not judge.supports(PREMISE, PREMISE)


def test_it_overrules_grounding_only_to_refuse(model_dir: Path) -> None:
    judge = OnnxEntailment(model_dir, FACTS, 64)
    statements = {"a": "Clear liquids (water) are allowed up to 2 hours before surgery."}
    verdicts = verify(
        [
            DraftSentence("Water is allowed up to 2 hours before surgery.", ("a",)),
            DraftSentence("Clear liquids are permitted up to 2 hours before surgery.", ("a",)),
            DraftSentence("Clear liquids are allowed.", ("a",)),
        ],
        statements=statements,
        language="en",
        entailment=judge,
    )
    assert [verdict.supported for verdict in verdicts] == [False, True, False]
    assert verdicts[0].reasons == ("the entailment model does not find it in the statement",)
    assert "leaves out “up to 2 hours before surgery”" in verdicts[2].reasons


@pytest.mark.parametrize("file", [MODEL_FILE, TOKENIZER_FILE])
def test_a_missing_file_is_named(model_dir: Path, file: str) -> None:
    (model_dir / file).unlink()
    with pytest.raises(ModelError, match=f"expected the file {file}, found none; run: appliance models ver"):
        OnnxEntailment(model_dir, FACTS, 64)


@pytest.mark.parametrize("file", [MODEL_FILE, TOKENIZER_FILE])
def test_a_file_of_garbage_is_an_error_that_says_what_to_do(model_dir: Path, file: str) -> None:
    (model_dir / file).write_bytes(b"garbage")
    with pytest.raises(ModelError, match=r"can be loaded: .+; run: appliance models verify"):
        OnnxEntailment(model_dir, FACTS, 64)


def test_a_model_with_other_labels_than_its_entry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"expected one logit for each of neutral, entailment, contradict"):
        OnnxEntailment(write_tiny_nli(tmp_path, logits=2), FACTS, 64)


def catalogue_with(tmp_path: Path, model_dir: Path, **changes: str) -> Path:
    """A catalogue of that one model, which lies in the models directory with its manifest."""
    facts = {
        "kind": "entailment",
        "table": f"[entailment]\nlabels = {list(LABELS)}",
        "path": str(model_dir),
    } | changes
    directory = tmp_path / "catalogue"
    directory.mkdir(exist_ok=True)
    files = "\n".join(
        f'[[files]]\npath = "{name}"\nsha256 = "{_sha256(model_dir / name)}"'
        for name in (MODEL_FILE, TOKENIZER_FILE)
    )
    (directory / "tiny-nli.toml").write_text(
        f'name = "tiny-nli"\nkind = "{facts["kind"]}"\ndescription = "for tests"\nlicence = "MIT"\n'
        f'languages = ["en"]\ncontext_tokens = 64\ngpu_memory_gib = 0\n'
        f'[source]\ntype = "directory"\npath = "{facts["path"]}"\n{facts["table"]}\n{files}\n',
        encoding="utf-8",
    )
    write_manifest(load_catalogue(directory)["tiny-nli"], model_dir)
    return directory


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_its_digests_are_verified_before_it_is_loaded(tmp_path: Path, model_dir: Path) -> None:
    catalogue = catalogue_with(tmp_path, model_dir)
    assert verified_entailment(catalogue, tmp_path, "tiny-nli").supports(PREMISE, PREMISE)
    file = model_dir / TOKENIZER_FILE
    file.write_text(file.read_text(encoding="utf-8").replace("milk", "silk"), encoding="utf-8")
    with pytest.raises(ModelError, match=r"tokenizer\.json: expected SHA-256"):
        verified_entailment(catalogue, tmp_path, "tiny-nli")


def test_a_model_of_another_kind_is_refused(tmp_path: Path, model_dir: Path) -> None:
    catalogue = catalogue_with(tmp_path, model_dir, kind="chat", table="")
    with pytest.raises(ModelError, match="expected an entry of the kind entailment, got chat"):
        verified_entailment(catalogue, tmp_path, "tiny-nli")


def test_a_model_that_nobody_knows_is_refused_with_those_that_are_known(
    tmp_path: Path, model_dir: Path
) -> None:
    with pytest.raises(ModelError, match="no model 'judge' in the catalogue; known are: tiny-nli"):
        verified_entailment(catalogue_with(tmp_path, model_dir), tmp_path, "judge")
