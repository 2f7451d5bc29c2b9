"""What is being asked: the questions in a message, the intent of each, and whether they may be answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from appliance.knowledge.schema import Intent, Thresholds
from appliance.safety.normalise import has_han
from appliance.safety.segments import JOINING_WORDS, segments
from appliance.safety.wording import Doubt

Declined = Literal["decline_medical", "decline_not_in_kb"]

# Intents that carry no question of their own: they yield to any that does.
_SMALL_TALK = frozenset({"greeting", "ack", "clarify", "followup", "language", "privacy_notice"})
_RIGHTS = frozenset({"opt_out", "opt_in", "privacy_erase", "privacy_export", "human"})
_ROUTES = frozenset({"emergency", "crisis"})
_DECLINING = ("decline_medical", "decline_not_in_kb")
# Two intents of an answer this near to each other are both answered.
_NEAR = 0.6
# A part of a message must be this much surer of an emergency than the message would, in which there is a trace of
# one; or as good as certain. A few words out of their sentence sound like much.
_PART_ROUTE_MARGIN, _LEAST_ROUTE, _SURE_PART = 0.4, 0.02, 0.97
# From here on a part accounts for its intent, which then says nothing about the other parts.
_SURE = 0.6
# An intent less likely than this is not answered beside another.
_LEAST_NEAR = 0.3
# In words, and in characters of Chinese: what is shorter only asks for a yes.
_SHORTEST_QUESTION, _SHORTEST_HAN_QUESTION = 3, 4
_QUESTION_MARKS = ("?", "？", "؟")
# How a whole message and the part of it that an intent was found in share in the intent's confidence.
_WHOLE = 0.4


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


# Why a text may only sound like an emergency, if it may.
Doubts = Callable[[str], Doubt | None]


def _none(_: str) -> Doubt | None:
    return None


def _kind(action: str) -> str:
    """Intents of one kind lead to the same: their probabilities add up."""
    return "route" if action in _ROUTES else action


def _is_a_further_question(message: str, part: str) -> bool:
    """Whether a question mark follows the part, and another question or an "and" goes before it.

    What follows on a comma ("I am nervous, is that normal?") or is shorter ("right?") asks of what was just said.
    """
    before, found, after = message.rpartition(part)
    if not found or not after.lstrip().startswith(_QUESTION_MARKS):
        return False
    before = before.rstrip(" ¿\n")
    joined = before.rpartition(" ")[2].casefold() in JOINING_WORDS or part.startswith("و")
    long_enough = (
        len(part) >= _SHORTEST_HAN_QUESTION if has_han(part) else len(part.split()) >= _SHORTEST_QUESTION
    )
    return long_enough and (joined or before.endswith(_QUESTION_MARKS))


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
        kinds = [_kind(intents[name].action) for name in model.intents]
        self._columns = {
            kind: np.array([column for column, one in enumerate(kinds) if one == kind])
            for kind in dict.fromkeys(kinds)
        }
        self._is_small_talk = np.array([kind in _SMALL_TALK for kind in kinds])

    def read(self, text: str, language: str, *, doubt: Doubts = _none) -> Reading:
        """What the masked message asks. Blocks for an encoder's pass: call it from an executor.

        Args:
            text: the masked message.
            language: for the words that join questions.
            doubt: whether the wording rules see a figure of speech or another time in a text.
        """
        parts = segments(text, language)
        texts = [text, *parts] if len(parts) > 1 else [text]
        scores = self._model.probabilities(texts)
        return self.decide(texts, scores, doubt=doubt)

    def decide(self, texts: Sequence[str], scores: NDArray[np.float32], *, doubt: Doubts = _none) -> Reading:
        """The reading of a message and its parts, given how likely each intent is in each.

        Args:
            texts: the whole message, then its parts if it has several.
            scores: shape (texts, intents).
            doubt: as for `read`.
        """
        whole = scores[0]
        if route := self._route(texts, scores, doubt):
            return route
        rows = scores[1:] if len(texts) > 1 else scores
        named = texts[1:] if len(texts) > 1 else texts
        parts = [
            part
            for text, row, shared in zip(named, rows, self._shared(whole, rows), strict=True)
            for part in self._parts(text, _WHOLE * shared + (1 - _WHOLE) * row, alone=len(rows) == 1)
        ]
        merged: dict[str, Part] = {}
        for part in parts:
            if part.intent not in merged or merged[part.intent].confidence < part.confidence:
                merged[part.intent] = part
        found = tuple(merged.values())
        asked = [part for part in found if self._asks(part, alone=len(rows) == 1)]
        if asked:
            asked += self._unclaimed(texts[0], named, rows, parts)
            return self._asked(texts[0], asked, found)
        return self._unasked(texts[0], self._surest(texts[0], whole), found)

    def _route(self, texts: Sequence[str], scores: NDArray[np.float32], doubt: Doubts) -> Reading | None:
        """The emergency or crisis that the message, or clearly a part of it, is likely to be."""
        routes = scores[:, self._columns["route"]]
        mass = routes.sum(axis=1)
        whole, parts = float(mass[0]), mass[1:]
        found = [whole] if whole >= self._needed(texts[0], whole, doubt) else []
        for text, share in zip(texts[1:], map(float, parts), strict=True):
            less = share - _PART_ROUTE_MARGIN
            heard = whole >= _LEAST_ROUTE and less >= self._needed(text, less, doubt)
            if heard or (share >= _SURE_PART and not doubt(text)):
                found.append(share)
        if not found:
            return None
        intent = self._model.intents[self._columns["route"][int(routes.max(axis=0).argmax())]]
        part = Part("", intent, max(found))
        return Reading(self._intents[intent].action, (intent,), (), (), max(found), (part,))

    def _needed(self, text: str, confidence: float, doubt: Doubts) -> float:
        """How sure is sure enough for this text; asked only when it makes a difference."""
        if confidence < self._thresholds.emergency:
            return self._thresholds.emergency
        needed: dict[Doubt | None, float] = {
            "figure": self._thresholds.emergency_figure,
            "elsewhen": self._thresholds.emergency_elsewhen,
            None: self._thresholds.emergency,
        }
        return needed[doubt(text)]

    def _shared(self, whole: NDArray[np.float32], rows: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """What the whole message says about each part: not small talk, nor what another part surely accounts for."""
        if len(rows) == 1:
            return [whole]
        asked = np.where(self._is_small_talk, 0, whole)
        accounted = [int(row.argmax()) if row.max() >= _SURE else None for row in rows]
        shared = []
        for row in rows:
            rest = asked.copy()
            rest[[one for one in accounted if one is not None and one != int(row.argmax())]] = 0
            shared.append(rest)
        return shared

    def _parts(self, text: str, row: NDArray[np.float32], *, alone: bool) -> list[Part]:
        """What a part asks: its likeliest kind of intent, and of that kind the likeliest, or both of two near ones."""
        masses = {
            kind: float(row[columns].sum()) for kind, columns in self._columns.items() if kind != "route"
        }
        kind = max(masses, key=masses.__getitem__)
        needed = self._thresholds.answer if alone else self._thresholds.part
        confidence = masses[kind]
        if kind == "answer" and masses.get("decline_medical", 0.0) >= self._thresholds.medical_doubt:
            kind = "decline_medical"
            # Beside another question it must not be passed over because it might have been answered.
            confidence = masses[kind] if alone else confidence
        elif kind == "answer" and confidence < needed:
            kind = max(_DECLINING, key=lambda name: masses.get(name, 0.0))
            confidence = masses[kind]
        columns = self._columns[kind]
        ranked = columns[np.argsort(-row[columns])]
        chosen = [ranked[0]]
        if (
            kind == "answer"
            and len(ranked) > 1
            and row[ranked[1]] >= max(_NEAR * row[ranked[0]], _LEAST_NEAR)
        ):
            first, second = (
                set(self._intents[self._model.intents[column]].statements) for column in ranked[:2]
            )
            if not first <= second and not second <= first:
                chosen.append(ranked[1])
        return [Part(text, self._model.intents[column], confidence) for column in chosen]

    def _unclaimed(
        self, message: str, texts: Sequence[str], rows: NDArray[np.float32], parts: Sequence[Part]
    ) -> list[Part]:
        """Further questions that no intent claims: better declined than passed over in silence."""
        claimed = {part.text for part in parts if self._claims(part)}
        left = []
        for text, row in zip(texts, rows, strict=True) if len(rows) > 1 else ():
            if text in claimed or not _is_a_further_question(message, text):
                continue
            kind = max(_DECLINING, key=lambda name: float(row[self._columns.get(name, [])].sum()))
            if kind in self._columns:
                column = max(self._columns[kind], key=row.__getitem__)
                left.append(Part(text, self._model.intents[column], self._thresholds.declined_part))
        return left

    def _claims(self, part: Part) -> bool:
        """Whether the part is asked, or is small talk for sure."""
        is_small_talk = self._intents[part.intent].action in _SMALL_TALK
        return self._asks(part, alone=False) or (
            is_small_talk and part.confidence >= self._thresholds.declined_part
        )

    def _surest(self, text: str, whole: NDArray[np.float32]) -> Part:
        return self._parts(text, whole, alone=True)[0]

    def _asks(self, part: Part, *, alone: bool) -> bool:
        action = self._intents[part.intent].action
        if alone or action in _SMALL_TALK:
            return action not in _SMALL_TALK
        thresholds = self._thresholds
        if self._intents[part.intent].background:
            return part.confidence >= thresholds.background
        return part.confidence >= (thresholds.declined_part if action in _DECLINING else thresholds.part)

    def _unasked(self, text: str, best: Part, parts: tuple[Part, ...]) -> Reading:
        """Nothing is asked for sure: small talk if it is that, a decline if in doubt, else a request to rephrase."""
        action = self._intents[best.intent].action
        if best.confidence < self._thresholds.clarify or action in {"clarify", "followup"}:
            return self._vague(text, action, best, parts)
        if action in _SMALL_TALK or action == "off_topic":
            return Reading(action, (best.intent,), (), (), best.confidence, parts)
        declined: Declined = "decline_medical" if action == "decline_medical" else "decline_not_in_kb"
        return Reading(declined, (best.intent,), (), (declined,), best.confidence, parts)

    def _vague(self, text: str, action: str, best: Part, parts: tuple[Part, ...]) -> Reading:
        """What means nothing alone; but what names a medicine ("and the sintrom?") asks about it."""
        if "medicine" in self._names.found(text):
            return Reading("decline_medical", (), (), ("decline_medical",), best.confidence, parts)
        if best.confidence >= self._thresholds.clarify:
            return Reading(action, (best.intent,), (), (), best.confidence, parts)
        return Reading("clarify", (), (), (), 1 - best.confidence, parts)

    def _asked(self, text: str, asked: list[Part], parts: tuple[Part, ...]) -> Reading:
        surest = max(asked, key=lambda part: part.confidence)
        if surest.confidence < self._thresholds.clarify:
            return self._vague(text, "clarify", surest, parts)
        if self._intents[surest.intent].action in _RIGHTS:
            return Reading(
                self._intents[surest.intent].action, (surest.intent,), (), (), surest.confidence, parts
            )
        answered = [part for part in asked if self._intents[part.intent].action == "answer"]
        declined: list[Declined] = []
        for part in asked:
            action = self._intents[part.intent].action
            if action in {"decline_medical", "decline_not_in_kb"} and action not in declined:
                declined.append(action)
        names = self._names.found(text)
        # The statements tell of the time before the operation: they do not answer what is asked of the time after it.
        beside = "medicine" in names or (answered and "afterwards" in names)
        if beside and "decline_medical" not in declined:
            declined.insert(0, "decline_medical")
        statements = tuple(
            dict.fromkeys(s for part in answered for s in self._intents[part.intent].statements)
        )
        intents = tuple(part.intent for part in asked)
        reading = Reading("answer", intents, statements, tuple(declined), surest.confidence, parts)
        if answered:
            return replace(reading, action="partial") if declined else reading
        return replace(reading, action=declined[0] if declined else "off_topic")
