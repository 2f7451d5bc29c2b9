"""Turns texts into vectors with a local embedding model, through fastembed and ONNX Runtime."""

import hashlib
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType

from appliance.engine.catalogue import Embedding
from appliance.errors import ModelError

Vectors = npt.NDArray[np.float32]

MODEL_FILE = "onnx/model.onnx"
# What models/multilingual-e5-small.toml says; a test compares them.
MULTILINGUAL_E5_SMALL = Embedding(
    dimensions=384, pooling="mean", query_prefix="query: ", passage_prefix="passage: "
)
_BATCH = 32
_POOLING = {"mean": PoolingType.MEAN, "cls": PoolingType.CLS}
# fastembed keeps one register of custom models for the whole process, and looks names up without a lock.
_register = threading.Lock()


class FastembedEncoder:
    """Encodes queries and passages; every method may be called from any thread, and blocks.

    A text's vector does not depend on the other texts of the call, beyond rounding (about 1e-6).
    """

    def __init__(
        self, model_dir: Path, threads: int | None = None, embedding: Embedding = MULTILINGUAL_E5_SMALL
    ) -> None:
        """Loads the model into memory: about 0.3 GB and one to two seconds for multilingual-e5-small.

        Args:
            model_dir: a folder with `onnx/model.onnx`, `tokenizer.json` and its configuration.
            threads: of one call; all cores when None.
            embedding: dimensions, pooling and prefixes, from the model's catalogue entry.

        Raises:
            ModelError: the folder holds no model, or one that cannot be loaded.
        """
        self._model_file = model_dir / MODEL_FILE
        self._embedding = embedding
        if not self._model_file.is_file():
            raise ModelError(
                f"expected an embedding model at {self._model_file}, found none; "
                f"run: appliance models fetch {model_dir.name}"
            )
        self._model = _load(model_dir, threads, embedding)

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._embedding.dimensions

    @cached_property
    def identity(self) -> str:
        """`sha256:` and the model file's digest; vectors of different identities must not be compared."""
        with self._model_file.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions: (len(texts), dimensions) float32, each of length 1, in order."""
        return self._encode([self._embedding.query_prefix + text for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts to be found: (len(texts), dimensions) float32, each of length 1, in order."""
        return self._encode([self._embedding.passage_prefix + text for text in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        # Texts of like length share a batch, so that little is spent on padding.
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        found = self._model.embed([texts[place] for place in order], batch_size=_BATCH)
        for place, vector in zip(order, found, strict=True):
            vectors[place] = vector
        return vectors


def _load(model_dir: Path, threads: int | None, embedding: Embedding) -> TextEmbedding:
    # Names are compared without case and paths are not, hence the digest.
    name = hashlib.sha256(f"{model_dir.resolve()} {embedding}".encode()).hexdigest()
    try:
        with _register:
            if name not in {model["model"] for model in TextEmbedding.list_supported_models()}:
                TextEmbedding.add_custom_model(
                    model=name,
                    pooling=_POOLING[embedding.pooling],
                    normalization=True,
                    sources=ModelSource(url="about:blank"),  # Never used: the folder is given.
                    dim=embedding.dimensions,
                    model_file=MODEL_FILE,
                )
            return TextEmbedding(
                model_name=name, specific_model_path=str(model_dir), threads=threads, cuda=False
            )
    # Whatever ONNX Runtime, the tokenizer or fastembed objects to, the folder is at fault.
    except Exception as error:
        raise ModelError(
            f"{model_dir}: not an embedding model that can be loaded: {error}; "
            f"run: appliance models verify {model_dir.name}"
        ) from error
