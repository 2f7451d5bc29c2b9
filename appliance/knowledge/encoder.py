"""Turns texts into vectors with a local embedding model, through fastembed and ONNX Runtime."""

import hashlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
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
_POOLING = {"mean": PoolingType.MEAN, "cls": PoolingType.CLS}
# fastembed keeps one register of custom models for the whole process, and looks names up without a lock.
_register = threading.Lock()


class FastembedEncoder:
    """Encodes queries and passages; every method may be called from any thread, and blocks.

    A text's vector does not depend on the other texts of the call. Texts go through the model one by one, each on a
    core of its own: a message and its parts differ much in length, so that a common batch would spend most of its
    time on padding, and threads that share one text spend theirs on waiting for each other.
    """

    def __init__(
        self, model_dir: Path, threads: int | None = None, embedding: Embedding = MULTILINGUAL_E5_SMALL
    ) -> None:
        """Loads the model into memory: about 0.3 GB and one to two seconds for multilingual-e5-small.

        Args:
            model_dir: a folder with `onnx/model.onnx`, `tokenizer.json` and its configuration.
            threads: how many texts are encoded at the same time; as many as there are cores when None.
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
        self._model = _load(model_dir, embedding)
        self._threads = ThreadPoolExecutor(threads or _cores(), thread_name_prefix="encoder")

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
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        vectors = map(self._one, texts) if len(texts) == 1 else self._threads.map(self._one, texts)
        return np.stack(list(vectors))

    def _one(self, text: str) -> Vectors:
        (vector,) = self._model.embed([text], batch_size=1)
        return np.asarray(vector, dtype=np.float32)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _load(model_dir: Path, embedding: Embedding) -> TextEmbedding:
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
            return TextEmbedding(model_name=name, specific_model_path=str(model_dir), threads=1, cuda=False)
    # Whatever ONNX Runtime, the tokenizer or fastembed objects to, the folder is at fault.
    except Exception as error:
        raise ModelError(
            f"{model_dir}: not an embedding model that can be loaded: {error}; "
            f"run: appliance models verify {model_dir.name}"
        ) from error
