"""The recipe for embeddings: the packed file is read rightly, and the graph computes BERT."""

import struct
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from tiny_e5 import HIDDEN, LAYERS, WORDS, hidden_states, tiny_file

from appliance.engine.recipes.bert_onnx import bert_encoder
from appliance.engine.recipes.e5_onnx import assemble
from appliance.engine.recipes.q4_file import Q4File, read_q4_file
from appliance.errors import ModelError

SHORT, LONG = [0, 11, 5, 2], [0, 7, 39, 3, 8, 21, 2]
PAD = 1


@pytest.fixture
def weights(tmp_path: Path) -> Q4File:
    return _read(tmp_path, tiny_file()[0])


def _read(directory: Path, content: bytes) -> Q4File:
    (directory / "weights.bin").write_bytes(content)
    return read_q4_file(directory / "weights.bin")


def _run(graph: onnx.ModelProto, texts: list[list[int]]) -> np.ndarray:
    longest = max(map(len, texts))
    ids = np.array([text + [PAD] * (longest - len(text)) for text in texts], np.int64)
    mask = np.array([[1] * len(text) + [0] * (longest - len(text)) for text in texts], np.int64)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    return np.asarray(session.run(["last_hidden_state"], feed)[0])


def test_the_reader_finds_sizes_and_exact_values(weights: Q4File) -> None:
    _, tensors = tiny_file()
    assert (weights.shape.hidden, weights.shape.layers, weights.shape.vocabulary) == (HIDDEN, LAYERS, WORDS)
    for name, values in tensors.items():
        found = weights.matrices[name].dequantized() if name in weights.matrices else weights.vectors[name]
        np.testing.assert_array_equal(found, values, err_msg=name)


@pytest.mark.parametrize("keep", [3, 40, 90, 400, -1])
def test_a_file_that_is_cut_short_is_refused(tmp_path: Path, keep: int) -> None:
    with pytest.raises(ModelError, match=r"weights\.bin"):
        _read(tmp_path, tiny_file()[0][:keep])


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="E5S1"):
        _read(tmp_path, b"GGUF" + bytes(100))


def test_another_block_size_is_refused(tmp_path: Path) -> None:
    content = bytearray(tiny_file()[0])
    struct.pack_into("<i", content, 8 + 32, 64)
    with pytest.raises(ModelError, match="blocks of 32"):
        _read(tmp_path, bytes(content))


@pytest.mark.parametrize("text", [SHORT, LONG])
def test_the_graph_computes_what_bert_is_defined_to(weights: Q4File, text: list[int]) -> None:
    expected = hidden_states(tiny_file()[1], text)
    np.testing.assert_allclose(_run(bert_encoder(weights), [text])[0], expected, atol=2e-5)


def test_a_text_does_not_depend_on_its_neighbours_in_the_batch(weights: Q4File) -> None:
    graph = bert_encoder(weights)
    alone, together = _run(graph, [SHORT])[0], _run(graph, [SHORT, LONG])[0]
    np.testing.assert_allclose(together[: len(SHORT)], alone, atol=1e-5)


def test_the_same_weights_give_the_same_bytes(weights: Q4File) -> None:
    assert bert_encoder(weights).SerializeToString() == bert_encoder(weights).SerializeToString()


def test_the_recipe_writes_all_that_fastembed_reads(tmp_path: Path) -> None:
    (tmp_path / "e5-small-q4.bin").write_bytes(tiny_file()[0])
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    into = tmp_path / "model"
    into.mkdir()
    parts = {name: tmp_path / name for name in ("e5-small-q4.bin", "tokenizer.json")}
    assemble(parts, into, lambda: pytest.fail("vLLM's environment is not needed"))
    written = {path.relative_to(into).as_posix() for path in into.rglob("*") if path.is_file()}
    assert written == {
        "onnx/model.onnx",
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
    }
