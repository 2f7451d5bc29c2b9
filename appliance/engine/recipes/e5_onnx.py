"""The recipe `e5-onnx`: multilingual-e5-small for fastembed, out of a weight file and a tokenizer."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import onnx

from appliance.engine.recipes.bert_onnx import bert_encoder
from appliance.engine.recipes.q4_file import Shape, read_q4_file

_SPECIAL_TOKENS = {
    "bos_token": "<s>",
    "cls_token": "<s>",
    "eos_token": "</s>",
    "mask_token": "<mask>",
    "pad_token": "<pad>",
    "sep_token": "</s>",
    "unk_token": "<unk>",
}
_PAD_ID = 1


def assemble(parts: Mapping[str, Path], into: Path, _engine_python: Callable[[], Path]) -> None:
    """Writes onnx/model.onnx, tokenizer.json and the three configuration files that fastembed reads.

    Args:
        parts: `e5-small-q4.bin` and `tokenizer.json`.
        into: an empty folder.

    Raises:
        ModelError: the weight file is not of the expected form.
    """
    weights = read_q4_file(parts["e5-small-q4.bin"])
    (into / "onnx").mkdir()
    onnx.save(bert_encoder(weights), into / "onnx" / "model.onnx")
    shutil.copyfile(parts["tokenizer.json"], into / "tokenizer.json")
    _write(into / "config.json", _config(weights.shape))
    _write(into / "special_tokens_map.json", _SPECIAL_TOKENS)
    tokenizer = {"model_max_length": weights.shape.positions, "tokenizer_class": "XLMRobertaTokenizer"}
    _write(into / "tokenizer_config.json", tokenizer | _SPECIAL_TOKENS)


def _config(shape: Shape) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "hidden_size": shape.hidden,
        "intermediate_size": shape.feed_forward,
        "max_position_embeddings": shape.positions,
        "model_type": "bert",
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "pad_token_id": _PAD_ID,
        "vocab_size": shape.vocabulary,
    }


def _write(file: Path, content: Mapping[str, object]) -> None:
    file.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
