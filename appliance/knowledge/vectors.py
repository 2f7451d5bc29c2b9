"""Vectors that are asked for more than once: within a turn, and from one build to the next."""

import hashlib
import os
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import structlog

from appliance.knowledge.index import PassageEncoder
from appliance.knowledge.learned import QueryEncoder, Vectors

# Enough for the turns in flight of one process; a vector weighs 1.5 kB.
_MOST_IN_MEMORY = 256

_log = structlog.get_logger(__name__)


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
    """An encoder for builds that keeps the vectors of a pack's examples in a file, so that only new ones cost time."""

    def __init__(self, encoder: QueryEncoder, file: Path) -> None:
        """`file`: see `_VectorFile`."""
        self._encoder, self._vectors = encoder, _VectorFile(file)

    @classmethod
    def under(cls, encoder: QueryEncoder, data_dir: Path) -> "Kept":
        """The file for this encoder's weights in the data directory."""
        return cls(encoder, _file(data_dir, "vectors", encoder.identity))

    @property
    def identity(self) -> str:
        """The encoder's own."""
        return self._encoder.identity

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimensions); afterwards the file holds these texts' vectors and no others."""
        return self._vectors.of(texts, self._encoder.encode_queries)


class KeptPassages:
    """An encoder that keeps the vectors of a pack's statements in a file: every start builds an index in memory."""

    def __init__(self, encoder: PassageEncoder, identity: str, data_dir: Path) -> None:
        """Keeps them in the data directory; `identity`: of the encoder's weights."""
        self._encoder, self._vectors = encoder, _VectorFile(_file(data_dir, "passages", identity))

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimensions); a file that cannot be written costs the next start its time."""
        return self._vectors.of(texts, self._encoder.encode_passages, unwritten=_say)


def _file(data_dir: Path, name: str, identity: str) -> Path:
    weights = hashlib.sha256(identity.encode()).hexdigest()[:16]
    return data_dir / "learned" / f"{name}-{weights}.npz"


def _say(error: OSError) -> None:
    _log.warning("knowledge.vectors_not_kept", error=str(error))


def _raised(error: OSError) -> None:
    raise error


class _VectorFile:
    """Vectors by the digests of their texts, in a `.npz`; written anew when something was computed.

    One that cannot be read is replaced.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(
        self,
        texts: Sequence[str],
        encode: Callable[[Sequence[str]], Vectors],
        unwritten: Callable[[OSError], None] = _raised,
    ) -> Vectors:
        """The texts' vectors, of which those that the file does not hold are computed; raises as `unwritten` does."""
        if not texts:
            return encode(texts)
        known = self._read()
        digests = [_digest(text) for text in texts]
        new = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
        if not new:
            return np.stack([known[digest] for digest in digests])
        known.update(zip(new, encode(list(new.values())), strict=True))
        vectors = np.stack([known[digest] for digest in digests])
        try:
            self._write(digests, vectors)
        except OSError as error:
            unwritten(error)
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
