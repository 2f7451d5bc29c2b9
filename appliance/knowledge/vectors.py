"""Vectors that are asked for more than once: within a turn, and from one build to the next."""

import hashlib
import os
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from appliance.knowledge.learned import QueryEncoder, Vectors

# Enough for the turns in flight of one process; a vector weighs 1.5 kB.
_MOST_IN_MEMORY = 256


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


class Remembering:
    """An encoder that knows the texts of the last turns again, by digest: scope and retrieval ask for the same.

    It may be called from any thread.
    """

    def __init__(self, encoder: QueryEncoder, most: int = _MOST_IN_MEMORY) -> None:
        self._encoder, self._most = encoder, most
        self._known: OrderedDict[bytes, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def identity(self) -> str:
        """The encoder's own."""
        return self._encoder.identity

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimensions), of which only those of new texts are computed."""
        digests = [_digest(text) for text in texts]
        with self._lock:
            found = {digest: self._known[digest] for digest in digests if digest in self._known}
        new = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in found}
        if new or not texts:
            computed = self._encoder.encode_queries(list(new.values()))
            if not texts:
                return computed
            found.update(zip(new, computed, strict=True))
        with self._lock:
            for digest in digests:
                self._known[digest] = found[digest]
                self._known.move_to_end(digest)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return np.stack([found[digest] for digest in digests])


class Kept:
    """An encoder for builds that keeps the vectors of a pack's examples in a file, so that only new ones cost time.

    Args:
        encoder: computes what the file does not hold.
        file: `.npz`; written anew when something was computed. One that cannot be read is replaced.
    """

    def __init__(self, encoder: QueryEncoder, file: Path) -> None:
        self._encoder, self._file = encoder, file

    @classmethod
    def under(cls, encoder: QueryEncoder, data_dir: Path) -> "Kept":
        """The file for this encoder's weights in the data directory."""
        weights = hashlib.sha256(encoder.identity.encode()).hexdigest()[:16]
        return cls(encoder, data_dir / "learned" / f"vectors-{weights}.npz")

    @property
    def identity(self) -> str:
        """The encoder's own."""
        return self._encoder.identity

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimensions); afterwards the file holds these texts' vectors and no others."""
        known = self._read()
        digests = [_digest(text) for text in texts]
        new = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
        if not new:
            return np.stack([known[digest] for digest in digests])
        known.update(zip(new, self._encoder.encode_queries(list(new.values())), strict=True))
        vectors = np.stack([known[digest] for digest in digests])
        self._write(digests, vectors)
        return vectors

    def _read(self) -> dict[bytes, Vectors]:
        try:
            # Opened here: NumPy leaves a file open that turns out to be no archive.
            with self._file.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return dict(zip(map(bytes, stored["digests"]), stored["vectors"], strict=True))
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            return {}

    def _write(self, digests: Sequence[bytes], vectors: Vectors) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        written = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        with written.open("wb") as file:
            np.savez(file, digests=np.array([list(d) for d in digests], dtype=np.uint8), vectors=vectors)
        written.replace(self._file)
