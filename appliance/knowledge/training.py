"""Learns scope and language from a pack's examples, with cross-validation for confidence and thresholds."""

import hashlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from appliance.knowledge.learned import (
    FORMAT,
    Learned,
    Linear,
    QueryEncoder,
    Rows,
    Spelling,
    Vectors,
    joined,
)
from appliance.knowledge.pack import Pack

Labels = NDArray[np.int64]
Progress = Callable[[str], None]

_FOLDS = 5
_SCOPE_NGRAMS, _LANGUAGE_NGRAMS = 30_000, 20_000
_REGULARISATION = 0.3


@dataclass(frozen=True)
class Example:
    """A message, its language and what it asks."""

    text: str
    language: str
    intents: tuple[str, ...]


@dataclass(frozen=True)
class Validation:
    """What the cross-validation saw: for each example with one intent, the probabilities by a model without it.

    Attributes:
        truth: column of the right intent, shape (examples,).
        probabilities: calibrated, shape (examples, intents).
    """

    examples: tuple[Example, ...]
    intents: tuple[str, ...]
    truth: Labels
    probabilities: Vectors


def examples_of(pack: Pack) -> tuple[Example, ...]:
    """Every example of the pack, in the order of its files."""
    return tuple(
        Example(text, one.language, intents)
        for one in pack.examples
        for text, intents in (
            *((text, (intent,)) for intent, texts in one.examples.items() for text in texts),
            *((mixed.text, mixed.intents) for mixed in one.mixed),
        )
    )


def source_of(pack: Pack, encoder: QueryEncoder) -> str:
    """The digest of all that learning depends on: examples, intents, lexicon, embedding model."""
    whole = hashlib.sha256(f"{FORMAT}\0{encoder.identity}\0".encode())
    for file in (
        "pack.toml",
        "lexicon.yaml",
        *sorted(f"examples/{one.language}.yaml" for one in pack.examples),
    ):
        path = pack.directory / file
        whole.update(file.encode() + b"\0" + (path.read_bytes() if path.exists() else b"") + b"\0")
    return whole.hexdigest()


def learn(pack: Pack, encoder: QueryEncoder, progress: Progress) -> tuple[Learned, Validation]:
    """Learn from all examples, and say by cross-validation how well."""
    examples = examples_of(pack)
    texts = [example.text for example in examples]
    progress(f"encoding {len(texts)} examples")
    vectors = encoder.encode_queries(texts)
    centre = vectors.mean(axis=0)
    spelling = Spelling.learned(texts, longest=5, folded=True, most=_SCOPE_NGRAMS)
    found = [pack.lexicon.found(text) for text in texts]
    rows = joined(spelling.reader().transform(texts), vectors - centre, found, pack.lexicon.concepts)
    intents = tuple(pack.manifest.intents)
    progress("learning scope")
    scope, validation = _learn_scope(examples, rows, intents, progress)
    progress("learning languages")
    language_spelling = Spelling.learned(texts, longest=4, folded=False, most=_LANGUAGE_NGRAMS)
    languages = np.array([pack.languages.index(example.language) for example in examples])
    language = _learn(language_spelling.reader().transform(texts), languages, pack.languages)
    learned = Learned(
        source=source_of(pack, encoder),
        concepts=pack.lexicon.concepts,
        centre=centre,
        spelling=spelling,
        scope=scope,
        language_spelling=language_spelling,
        language=language,
        thresholds=pack.manifest.thresholds,
    )
    return learned, validation


def _learn_scope(
    examples: Sequence[Example], rows: Rows, intents: tuple[str, ...], progress: Progress
) -> tuple[Linear, Validation]:
    single = np.array([len(example.intents) == 1 for example in examples])
    # A message with two intents teaches both.
    which = np.array([n for n, example in enumerate(examples) for _ in example.intents])
    truth = np.array([intents.index(intent) for example in examples for intent in example.intents])
    folds = _folds(examples)
    scores = np.zeros((len(examples), len(intents)), dtype=np.float32)
    for fold in range(_FOLDS):
        progress(f"cross-validating {fold + 1}/{_FOLDS}")
        taught = folds[which] != fold
        weights, bias = _fit(rows[which[taught]], truth[taught], len(intents))
        held = folds == fold
        scores[held] = rows[held] @ weights + bias
    single_truth = np.array([intents.index(example.intents[0]) for example in examples])[single]
    temperature = _temperature(scores[single], single_truth)
    weights, bias = _fit(rows[which], truth, len(intents))
    validation = Validation(
        examples=tuple(example for example in examples if len(example.intents) == 1),
        intents=intents,
        truth=single_truth,
        probabilities=np.exp(log_softmax(scores[single] * temperature, axis=1)),
    )
    return Linear(intents, weights, bias, temperature), validation


def _learn(rows: Rows, truth: Labels, labels: tuple[str, ...]) -> Linear:
    """A classifier whose confidence is fitted on a fifth that it has not seen."""
    held = np.arange(len(truth)) % _FOLDS == 0
    weights, bias = _fit(rows[~held], truth[~held], len(labels))
    temperature = _temperature(rows[held] @ weights + bias, truth[held])
    return Linear(labels, *_fit(rows, truth, len(labels)), temperature)


def _fit(rows: Rows, truth: Labels, labels: int) -> tuple[Vectors, Vectors]:
    """Weights (columns, labels) and bias of one-against-all classifiers of largest margin."""
    model = LinearSVC(C=_REGULARISATION, random_state=0)
    with warnings.catch_warnings():
        # At the iteration limit the margins are within a hair of the best; validation is the judge.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows, truth)
    weights = np.zeros((rows.shape[1], labels), dtype=np.float32)
    bias = np.full(labels, -2.0, dtype=np.float32)  # A label that was never seen.
    if len(model.classes_) == 2:
        weights[:, model.classes_] = np.hstack([-model.coef_.T, model.coef_.T])
        bias[model.classes_] = np.concatenate([-model.intercept_, model.intercept_])
    else:
        weights[:, model.classes_] = model.coef_.T
        bias[model.classes_] = model.intercept_
    return weights, bias


def _temperature(scores: Vectors, truth: Labels) -> float:
    """The factor on the scores that makes their softmax the best calibrated (smallest log loss)."""
    rows = np.arange(len(truth))

    def loss(logarithm: float) -> float:
        return float(-log_softmax(scores * np.exp(logarithm), axis=1)[rows, truth].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 4), method="bounded").x))


def _folds(examples: Sequence[Example]) -> Labels:
    """A fold for each example, by the digest of its text, so that it does not move when others are added."""
    return np.array([hashlib.sha256(example.text.encode()).digest()[0] % _FOLDS for example in examples])
