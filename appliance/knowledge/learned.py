"""What `appliance knowledge build` learned from a pack's examples: two linear models, read, written and asked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer

from appliance.knowledge.lexicon import Lexicon
from appliance.knowledge.schema import Thresholds
from appliance.safety.normalise import fold, visible

Vectors = NDArray[np.float32]
# A scipy sparse matrix, one row a text; scipy ships no types.
Rows: TypeAlias = Any

# Raised when the form of the files, or how they are learned, changes.
FORMAT = 3


class QueryEncoder(Protocol):
    """The embedding model; `identity` names its exact weights."""

    @property
    def identity(self) -> str:
        """A digest of the model."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimensions)."""


@dataclass(frozen=True)
class Spelling:
    """Character n-grams within words, weighed by rarity.

    Attributes:
        ngrams: the known ones, in the order of their columns.
        idf: the weight of each.
        folded: whether accents and letter variants are folded first.
    """

    ngrams: tuple[str, ...]
    idf: Vectors
    longest: int
    folded: bool

    @classmethod
    def learned(cls, texts: Sequence[str], *, longest: int, folded: bool, most: int) -> "Spelling":
        """The commonest n-grams of the texts."""
        vectorizer = _vectorizer(longest, folded=folded, min_df=2, max_features=most).fit(texts)
        ngrams = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
        return cls(tuple(ngrams), vectorizer.idf_.astype(np.float32), longest, folded)

    def reader(self) -> TfidfVectorizer:
        """Turns texts into sparse rows of length 1."""
        vocabulary = {ngram: column for column, ngram in enumerate(self.ngrams)}
        vectorizer = _vectorizer(self.longest, folded=self.folded, vocabulary=vocabulary)
        vectorizer.idf_ = self.idf
        return vectorizer


def _vectorizer(longest: int, *, folded: bool, **options: object) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=(2 if folded else 1, longest),
        preprocessor=fold if folded else _lowered,
        sublinear_tf=True,
        dtype=np.float32,
        **options,
    )


def _lowered(text: str) -> str:
    return visible(text).casefold()


@dataclass(frozen=True)
class Linear:
    """A linear classifier.

    Attributes:
        labels: what a row may be.
        weights: shape (columns, labels); bias: (labels,).
        temperature: what scores are multiplied with, so that of the answers given with 0.8, 8 in 10 are right.
    """

    labels: tuple[str, ...]
    weights: Vectors
    bias: Vectors
    temperature: float

    def probabilities(self, rows: Rows) -> Vectors:
        """Shape (rows, labels); each row sums to 1."""
        return np.asarray(
            softmax((rows @ self.weights + self.bias) * self.temperature, axis=1), dtype=np.float32
        )


@dataclass(frozen=True)
class Point:
    """What a threshold on the confidence of an answer leads to, by cross-validation.

    Attributes:
        coverage: share of the examples that should be answered which are, by the right statements.
        risk: share of the examples that should be declined which are answered.
    """

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True)
class Learned:
    """Everything learned from one version of a pack's examples with one embedding model."""

    source: str
    concepts: tuple[str, ...]
    centre: Vectors
    spelling: Spelling
    scope: Linear
    language_spelling: Spelling
    language: Linear
    thresholds: Thresholds
    curve: tuple[Point, ...] = ()

    def save(self, directory: Path) -> None:
        """Write `learned.npz` and `learned.json`."""
        directory.mkdir(parents=True, exist_ok=True)
        arrays = {
            "centre": self.centre,
            "idf": self.spelling.idf,
            "scope_weights": self.scope.weights,
            "scope_bias": self.scope.bias,
            "language_idf": self.language_spelling.idf,
            "language_weights": self.language.weights,
            "language_bias": self.language.bias,
        }
        small: dict[str, Any] = {name: array.astype(np.float16) for name, array in arrays.items()}
        np.savez_compressed(directory / "learned.npz", **small)
        document = {
            "format": FORMAT,
            "source": self.source,
            "concepts": self.concepts,
            "thresholds": self.thresholds.model_dump(),
            "curve": [
                [point.threshold, round(point.coverage, 4), round(point.risk, 4)] for point in self.curve
            ],
            "scope": {"labels": self.scope.labels, "temperature": self.scope.temperature},
            "language": {"labels": self.language.labels, "temperature": self.language.temperature},
            "spelling": {"ngrams": self.spelling.ngrams, "longest": self.spelling.longest},
            "language_spelling": {
                "ngrams": self.language_spelling.ngrams,
                "longest": self.language_spelling.longest,
            },
        }
        (directory / "learned.json").write_text(
            json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8"
        )

    @classmethod
    def load(cls, directory: Path, source: str) -> "Learned | None":
        """What was learned from this source, or None if nothing was, or from another."""
        try:
            document = json.loads((directory / "learned.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        if document["format"] != FORMAT or document["source"] != source:
            return None
        with np.load(directory / "learned.npz") as stored:
            arrays: Mapping[str, Vectors] = {name: stored[name].astype(np.float32) for name in stored.files}
        return cls(
            source=source,
            concepts=tuple(document["concepts"]),
            centre=arrays["centre"],
            spelling=Spelling(
                tuple(document["spelling"]["ngrams"]),
                arrays["idf"],
                document["spelling"]["longest"],
                folded=True,
            ),
            scope=Linear(
                tuple(document["scope"]["labels"]),
                arrays["scope_weights"],
                arrays["scope_bias"],
                document["scope"]["temperature"],
            ),
            language_spelling=Spelling(
                tuple(document["language_spelling"]["ngrams"]),
                arrays["language_idf"],
                document["language_spelling"]["longest"],
                folded=False,
            ),
            language=Linear(
                tuple(document["language"]["labels"]),
                arrays["language_weights"],
                arrays["language_bias"],
                document["language"]["temperature"],
            ),
            thresholds=Thresholds.model_validate(document["thresholds"]),
            curve=tuple(Point(*numbers) for numbers in document["curve"]),
        )


class ScopeModel:
    """Asks what was learned about scope: encodes texts, reads their spelling, and finds the names in them."""

    # How much meaning and names weigh beside spelling, whose rows have length 1. Chosen by cross-validation.
    MEANING, NAMES = 3.0, 0.35

    def __init__(self, learned: Learned, encoder: QueryEncoder, lexicon: Lexicon) -> None:
        self.intents = learned.scope.labels
        self._learned, self._encoder, self._lexicon = learned, encoder, lexicon
        self._spelling = learned.spelling.reader()

    def probabilities(self, texts: Sequence[str]) -> Vectors:
        """How likely each intent is, shape (texts, intents)."""
        vectors = self._encoder.encode_queries(list(texts)) - self._learned.centre
        found = [self._lexicon.found(text) for text in texts]
        return self._learned.scope.probabilities(
            joined(self._spelling.transform(texts), vectors, found, self._learned.concepts)
        )


def joined(
    spelling: Rows, centred: Vectors, found: Sequence[frozenset[str]], concepts: Sequence[str]
) -> Rows:
    """One sparse row a text: spelling, meaning and names side by side."""
    named = np.array([[concept in names for concept in concepts] for names in found], dtype=np.float32)
    return sp.hstack(
        [
            spelling,
            sp.csr_matrix(centred * ScopeModel.MEANING),
            sp.csr_matrix(named.reshape(len(found), len(concepts)) * ScopeModel.NAMES),
        ],
        format="csr",
    )


class LanguageModel:
    """Asks what was learned about languages."""

    def __init__(self, learned: Learned) -> None:
        self._language = learned.language
        self._spelling = learned.language_spelling.reader()

    def language_probabilities(self, text: str) -> dict[str, float]:
        """How likely each of the pack's languages is."""
        row = self._language.probabilities(self._spelling.transform([text]))[0]
        return dict(zip(self._language.labels, map(float, row), strict=True))
