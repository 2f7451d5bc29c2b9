"""A very small entailment model: a text follows from another if it has no word of its own."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from appliance.engine.entailment import MODEL_FILE, TOKENIZER_FILE

LABELS = ("neutral", "entailment", "contradiction")
WORDS = ("[UNK]", "clear", "liquids", "water", "milk", "are", "is", "allowed", "up", "to", "2", "3", "hours")


def write_tiny_nli(folder: Path, *, logits: int = len(LABELS)) -> Path:
    """The model's files in the folder; with another number of `logits` it is not what its entry says."""
    (folder / MODEL_FILE).parent.mkdir(parents=True, exist_ok=True)
    onnx.save(_graph(logits), str(folder / MODEL_FILE))
    _tokenizer().save(str(folder / TOKENIZER_FILE))
    return folder


def _tokenizer() -> Tokenizer:
    words = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="$A", pair="$A:0 $B:1", special_tokens=[])
    return tokenizer


def _graph(logits: int) -> onnx.ModelProto:
    """The bag of the second text's words less that of the first; what is left counts against entailment."""
    constants = {
        "words": np.eye(len(WORDS), dtype=np.float32),
        "one": np.array(1, dtype=np.float32),
        "last": np.array([2], dtype=np.int64),
        "places": np.array([1], dtype=np.int64),
        "slopes": np.array([[0, -10, 10][:logits]], dtype=np.float32),
        "levels": np.array([[0, 5, -5][:logits]], dtype=np.float32),
    }
    nodes = [
        helper.make_node("Gather", ["words", "input_ids"], ["said"]),
        helper.make_node("Cast", ["token_type_ids"], ["second"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["second", "last"], ["in_second"]),
        helper.make_node("Sub", ["one", "in_second"], ["in_first"]),
        helper.make_node("Mul", ["said", "in_first"], ["premise_words"]),
        helper.make_node("Mul", ["said", "in_second"], ["hypothesis_words"]),
        helper.make_node("ReduceMax", ["premise_words", "places"], ["premise"], keepdims=0),
        helper.make_node("ReduceMax", ["hypothesis_words", "places"], ["hypothesis"], keepdims=0),
        helper.make_node("Sub", ["hypothesis", "premise"], ["beyond"]),
        helper.make_node("Relu", ["beyond"], ["new_words"]),
        helper.make_node("ReduceSum", ["new_words", "places"], ["how_many"], keepdims=1),
        helper.make_node("Mul", ["how_many", "slopes"], ["sloped"]),
        helper.make_node("Add", ["sloped", "levels"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny_nli",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, [1, "tokens"])
            for name in ("input_ids", "token_type_ids")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, logits])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
