"""A very small encoder in the packed 4-bit form, with the arithmetic of BERT beside it for comparison."""

import math
import struct
from itertools import pairwise

import numpy as np
import numpy.typing as npt

HIDDEN, LAYERS, HEADS, WIDE, WORDS, PLACES = 32, 2, 4, 64, 40, 16
EPSILON = 1e-12
Floats = npt.NDArray[np.float32]


def packed(rng: np.random.Generator, rows: int, columns: int) -> tuple[bytes, Floats]:
    """A matrix as the file holds it, and as the numbers that it stands for."""
    raw, values = [], np.empty((rows, columns), np.float32)
    for row in range(rows):
        for start in range(0, columns, 32):
            scale = np.float16(rng.uniform(0.01, 0.05))
            nibbles = rng.integers(0, 16, 32)
            raw.append(
                scale.tobytes() + bytes(int(nibbles[j]) | int(nibbles[j + 16]) << 4 for j in range(16))
            )
            values[row, start : start + 32] = (nibbles - 8).astype(np.float32) * np.float32(scale)
    return b"".join(raw), values


def tiny_file(seed: int = 7) -> tuple[bytes, dict[str, Floats]]:
    """The file's bytes, and every tensor of it by name."""
    rng = np.random.default_rng(seed)
    tensors: dict[str, Floats] = {}
    parts: list[tuple[str, int, int, bytes]] = []

    def matrix(name: str, rows: int, columns: int) -> None:
        raw, tensors[name] = packed(rng, rows, columns)
        parts.append((name, 1, rows * columns, raw))

    def vector(name: str, size: int, *, near: float = 0.0) -> None:
        tensors[name] = (near + rng.normal(0, 0.1, size)).astype(np.float32)
        parts.append((name, 0, size, tensors[name].tobytes()))

    matrix("emb.word", WORDS, HIDDEN)
    vector("emb.pos", PLACES * HIDDEN)
    vector("emb.type", 2 * HIDDEN)
    vector("emb.ln.w", HIDDEN, near=1.0)
    vector("emb.ln.b", HIDDEN)
    for layer in range(LAYERS):
        at = f"l{layer}."
        for name in ("q", "k", "v", "ao"):
            matrix(f"{at}{name}.w", HIDDEN, HIDDEN)
            vector(f"{at}{name}.b", HIDDEN)
        matrix(at + "fi.w", WIDE, HIDDEN)
        vector(at + "fi.b", WIDE)
        matrix(at + "fo.w", HIDDEN, WIDE)
        vector(at + "fo.b", HIDDEN)
        for name in ("aln", "oln"):
            vector(f"{at}{name}.w", HIDDEN, near=1.0)
            vector(f"{at}{name}.b", HIDDEN)
    return _file(parts), tensors


def _file(parts: list[tuple[str, int, int, bytes]]) -> bytes:
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, LAYERS, HEADS, WIDE, WORDS, PLACES, 2, EPSILON, 32)
    # A tokenizer of two pieces and one normalisation, which the reader has to step over.
    head += (
        struct.pack("<5iQ", 2, 0, 2, 1, 3, 3)
        + struct.pack("<3I", 0, 1, 3)
        + struct.pack("<2f", -1, -2)
        + b"abc"
    )
    head += struct.pack("<iI", 1, 9) + bytes(9)
    directory = 4 + sum(2 + len(name) + 21 for name, *_ in parts)
    offsets = [len(head) + directory]
    offsets += [0] * len(parts)
    for place, (*_, raw) in enumerate(parts):
        offsets[place + 1] = offsets[place] + len(raw)
    listing = struct.pack("<i", len(parts))
    for (name, dtype, size, _), (start, end) in zip(parts, pairwise(offsets), strict=True):
        listing += (
            struct.pack("<H", len(name))
            + name.encode()
            + struct.pack("<BIQQ", dtype, size, start, end - start)
        )
    return head + listing + b"".join(raw for *_, raw in parts)


def hidden_states(tensors: dict[str, Floats], ids: list[int]) -> Floats:
    """BERT's last hidden states of one text, (tokens, HIDDEN), by the definition."""
    t = tensors

    def norm(x: Floats, name: str) -> Floats:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
        return np.asarray(scaled * t[name + ".w"] + t[name + ".b"], np.float32)

    x = t["emb.word"][ids] + t["emb.pos"].reshape(PLACES, HIDDEN)[: len(ids)] + t["emb.type"][:HIDDEN]
    x = norm(x, "emb.ln")
    for layer in range(LAYERS):
        at = f"l{layer}."
        q, k, v = (
            (x @ t[f"{at}{n}.w"].T + t[f"{at}{n}.b"]).reshape(-1, HEADS, HIDDEN // HEADS) for n in "qkv"
        )
        scores = np.einsum("ihd,jhd->hij", q, k) / math.sqrt(HIDDEN // HEADS)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        attended = np.einsum("hij,jhd->ihd", weights, v).reshape(-1, HIDDEN)
        x = norm(x + attended @ t[at + "ao.w"].T + t[at + "ao.b"], at + "aln")
        wide = x @ t[at + "fi.w"].T + t[at + "fi.b"]
        active = np.vectorize(lambda value: 0.5 * value * (1 + math.erf(value / math.sqrt(2))))(wide)
        x = norm(x + active @ t[at + "fo.w"].T + t[at + "fo.b"], at + "oln")
    return np.asarray(x, np.float32)
