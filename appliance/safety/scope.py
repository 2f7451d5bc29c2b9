"""What is being asked: the questions in a message, the intent of each, and whether they may be answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from appliance.knowledge.schema import Intent, Thresholds
from appliance.safety.segments import segments

Declined = Literal["decline_medical", "decline_not_in_kb"]

# Intents that carry no question of their own: they yield to any that does.
_SMALL_TALK = frozenset({"greeting", "ack", "clarify", "followup", "language", "privacy_notice"})
_RIGHTS = frozenset({"opt_out", "opt_in", "privacy_erase", "privacy_export", "human"})
_ROUTES = frozenset({"emergency", "crisis"})
# How a whole message and the part of it that an intent was found in share in the intent's confidence.
_WHOLE = 0.5


@dataclass(frozen=True)
class Part:
    """A question found in the message, with its intent and 0 … 1 how sure."""

    text: str
    intent: str
    confidence: float


@dataclass(frozen=True)
class Reading:
    """What a message asks.

    Attributes:
        action: what is done; `followup` and `language` are resolved by the conversation.
        intents: the accepted ones, the surest first.
        statements: what answers them, in order, without repeats.
        declined: the kinds of decline that the rest of the message takes.
    """

    action: str
    intents: tuple[str, ...]
    statements: tuple[str, ...]
    declined: tuple[Declined, ...]
    confidence: float
    parts: tuple[Part, ...]


class ScopeModel(Protocol):
    """Learned from the pack's examples by `appliance knowledge build`."""

    intents: tuple[str, ...]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """How likely each intent is, shape (texts, intents); rows sum to 1."""


class Names(Protocol):
    """The lexicon."""

    def found(self, text: str) -> frozenset[str]:
        """The concepts that the text names."""


class Scope:
    """Reads messages against a pack's intents.

    Args:
        model: gives the probabilities of the intents.
        intents: what is done about each.
        names: finds medicines, whatever the model says.
        thresholds: how sure is sure enough.
    """

    def __init__(
        self, model: ScopeModel, intents: Mapping[str, Intent], names: Names, thresholds: Thresholds
    ) -> None:
        self._model, self._intents, self._names, self._thresholds = model, intents, names, thresholds

    def read(self, text: str, language: str) -> Reading:
        """What the masked message asks. Blocks for an encoder's pass: call it from an executor."""
        parts = segments(text, language)
        texts = [text, *parts] if len(parts) > 1 else [text]
        scores = self._model.probabilities(texts)
        whole = dict(zip(self._model.intents, map(float, scores[0]), strict=True))
        if route := self._route(scores):
            return route
        found = [self._part(part, row, whole) for part, row in zip(parts, scores[1:], strict=False)]
        return self._decide(text, whole, found)

    def _route(self, scores: NDArray[np.float32]) -> Reading | None:
        """The emergency or crisis that any part of the message is likely to be."""
        best: Part | None = None
        for column, intent in enumerate(self._model.intents):
            confidence = float(scores[:, column].max())
            if self._intents[intent].action in _ROUTES and (best is None or confidence > best.confidence):
                best = Part("", intent, confidence)
        if best is None or best.confidence < self._thresholds.emergency:
            return None
        return Reading(self._intents[best.intent].action, (best.intent,), (), (), best.confidence, (best,))

    def _part(self, text: str, row: NDArray[np.float32], whole: Mapping[str, float]) -> Part:
        """The part's likeliest intent, as sure as the part and the whole message make it together."""
        joint = _WHOLE * np.array([whole[intent] for intent in self._model.intents]) + (1 - _WHOLE) * row
        best = int(joint.argmax())
        return Part(text, self._model.intents[best], float(joint[best]))

    def _decide(self, text: str, whole: Mapping[str, float], found: list[Part]) -> Reading:
        top = max(whole, key=whole.__getitem__)
        candidates = [Part(text, top, whole[top]), *found] if not found else found
        if not any(part.intent == top for part in candidates):
            candidates.append(Part(text, top, whole[top]))
        merged: dict[str, Part] = {}
        for part in candidates:
            if part.intent not in merged or merged[part.intent].confidence < part.confidence:
                merged[part.intent] = part
        parts = tuple(merged.values())
        asked = [part for part in parts if self._asks(part)]
        if not asked:
            return self._unasked(max(parts, key=lambda part: part.confidence), parts)
        rights = [part for part in asked if self._intents[part.intent].action in _RIGHTS]
        surest = max(asked, key=lambda part: part.confidence)
        if surest in rights:
            return Reading(
                self._intents[surest.intent].action, (surest.intent,), (), (), surest.confidence, parts
            )
        return self._answer(text, [part for part in asked if part not in rights], parts, surest)

    def _asks(self, part: Part) -> bool:
        action = self._intents[part.intent].action
        return action not in _SMALL_TALK and action not in _ROUTES and part.confidence >= self._thresholds.part

    def _unasked(self, best: Part, parts: tuple[Part, ...]) -> Reading:
        """Nothing is asked for sure: small talk if it is that, a decline if in doubt, else a request to rephrase."""
        action = self._intents[best.intent].action
        if action in _SMALL_TALK and best.confidence >= self._thresholds.clarify:
            return Reading(action, (best.intent,), (), (), best.confidence, parts)
        if best.confidence < self._thresholds.clarify:
            return Reading("clarify", (), (), (), 1 - best.confidence, parts)
        if action == "off_topic":
            return Reading("off_topic", (best.intent,), (), (), best.confidence, parts)
        declined: Declined = "decline_medical" if action == "decline_medical" else "decline_not_in_kb"
        return Reading(declined, (best.intent,), (), (declined,), best.confidence, parts)

    def _answer(self, text: str, asked: list[Part], parts: tuple[Part, ...], surest: Part) -> Reading:
        answered = [part for part in asked if self._intents[part.intent].action == "answer"]
        declined: list[Declined] = []
        for part in asked:
            action = self._intents[part.intent].action
            if action in {"decline_medical", "decline_not_in_kb"} and action not in declined:
                declined.append(action)  # type: ignore[arg-type]
        if "medicine" in self._names.found(text) and "decline_medical" not in declined:
            declined.insert(0, "decline_medical")
        statements = tuple(dict.fromkeys(s for part in answered for s in self._intents[part.intent].statements))
        intents = tuple(part.intent for part in asked)
        reading = Reading("answer", intents, statements, tuple(declined), surest.confidence, parts)
        if answered:
            return replace(reading, action="partial") if declined else reading
        if declined:
            return replace(reading, action=declined[0])
        return replace(reading, action="off_topic")
