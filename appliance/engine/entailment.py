"""Asks an entailment model whether a drafted sentence follows from the statements, through ONNX Runtime."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import structlog
from tokenizers import Tokenizer

from appliance.engine.catalogue import Entailment, find_entry, load_catalogue
from appliance.engine.verify import verify_model
from appliance.errors import ModelError

MODEL_FILE = "onnx/model.onnx"
TOKENIZER_FILE = "tokenizer.json"
_log = structlog.get_logger(__name__)


class OnnxEntailment:
    """A sequence classifier for pairs of texts; may be asked from any thread, and blocks.

    It can only refuse: whatever goes wrong while it is asked counts as "does not follow".
    """

    def __init__(self, model_dir: Path, facts: Entailment, context_tokens: int) -> None:
        """Loads the model into memory, and tries it once.

        Args:
            model_dir: a folder with `onnx/model.onnx` and `tokenizer.json`.
            facts: the model's labels and threshold, from its catalogue entry.
            context_tokens: the longest pair of texts; a longer one is refused.

        Raises:
            ModelError: a file is missing or broken, or the model's inputs or output are not those of its kind.
        """
        self._dir, self._facts, self._context_tokens = model_dir, facts, context_tokens
        for file in (MODEL_FILE, TOKENIZER_FILE):
            if not (model_dir / file).is_file():
                raise self._broken(f"expected the file {file}, found none")
        # Whatever the two libraries object to, the folder is at fault.
        try:
            self._tokenizer = Tokenizer.from_file(str(model_dir / TOKENIZER_FILE))
            self._session = onnxruntime.InferenceSession(
                str(model_dir / MODEL_FILE), providers=["CPUExecutionProvider"]
            )
            self._inputs = tuple(given.name for given in self._session.get_inputs())
            found = self._logits("a", "a")
        except Exception as error:
            raise self._broken(str(error)) from error
        if found.shape != (len(facts.labels),):
            raise self._broken(
                f"expected one logit for each of {', '.join(facts.labels)}, got the shape {found.shape}"
            )

    def supports(self, premise: str, hypothesis: str) -> bool:
        """Whether the hypothesis follows from the premise, with at least the entry's probability."""
        try:
            logits = self._logits(premise, hypothesis)
        # ONNX Runtime's exceptions have no base of their own; none of them may let a sentence through.
        except Exception as error:  # noqa: BLE001 - see above
            _log.error("entailment.failed", model=self._dir.name, error=str(error))
            return False
        weights = np.exp(logits - logits.max())
        probability = float(weights[self._facts.labels.index("entailment")] / weights.sum())
        # Not a number is no agreement either.
        return probability >= self._facts.threshold

    def _logits(self, premise: str, hypothesis: str) -> Any:
        encoded = self._tokenizer.encode(premise, hypothesis)
        if len(encoded.ids) > self._context_tokens:
            raise ValueError(f"{len(encoded.ids)} tokens, at most {self._context_tokens} fit")
        given = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        wanted = {name: np.array([given[name]], dtype=np.int64) for name in self._inputs}
        return np.asarray(self._session.run(None, wanted)[0], dtype=np.float64)[0]

    def _broken(self, problem: str) -> ModelError:
        return ModelError(
            f"{self._dir}: not an entailment model that can be loaded: {problem}; "
            f"run: appliance models verify {self._dir.name}"
        )


def verified_entailment(catalogue_dir: Path, models_dir: Path, name: str) -> OnnxEntailment:
    """The entailment model that a pack names, every file of it verified first. Blocks.

    Raises:
        ModelError: it is not in the catalogue, not here, not the promised one, or cannot be loaded.
    """
    entry = find_entry(load_catalogue(catalogue_dir, models_dir), name)
    if entry.entailment is None:
        raise ModelError(
            f"{name}: the pack's entailment_model; expected an entry of the kind entailment, got {entry.kind}"
        )
    verify_model(entry, models_dir / name)
    return OnnxEntailment(models_dir / name, entry.entailment, entry.context_tokens)
