"""Whether the sentences of a draft may be sent: each rests on approved statements, or is refused."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from appliance.engine.draft import MOST_SENTENCES, DraftSentence
from appliance.safety.grounding.claim import Claim, claims
from appliance.safety.grounding.form import form_problems, same_language
from appliance.safety.grounding.lexicon import Kind
from appliance.safety.grounding.pieces import Piece, plain
from appliance.safety.grounding.reading import Reader, reader_for
from appliance.safety.grounding.support import filler, problems, supported
from appliance.safety.verdict import SentenceVerdict

# What a sentence may be cut into: the work grows with the square of the first, and with the second.
_MOST_CLAUSES = 12
_MOST_PIECES = 120
_LANGUAGE_MARKS = ",.;:!()-"


class Entailment(Protocol):
    """A model that judges whether one text follows from another; asked last, and only able to refuse."""

    def supports(self, premise: str, hypothesis: str) -> bool:
        """Whether the hypothesis follows from the premise."""


def verify(
    sentences: Sequence[DraftSentence],
    *,
    statements: Mapping[str, str],
    language: str,
    allowed: Collection[str] = (),
    entailment: Entailment | None = None,
) -> tuple[SentenceVerdict, ...]:
    """A verdict on each sentence; when in doubt it is not supported. No sentences, no verdicts.

    Args:
        sentences: of the draft.
        statements: id -> approved text in the reply language, of the statements that were retrieved.
        language: the reply language.
        allowed: other approved texts, which may be sent word for word and need no citation.
        entailment: a model that must agree as well.
    """
    verbatim = {_comparable(text) for text in allowed}
    verdicts = []
    for number, sentence in enumerate(sentences):
        if _comparable(sentence.text) in verbatim:
            reasons: list[str] = []
        elif number >= MOST_SENTENCES:
            reasons = [f"the draft has more than {MOST_SENTENCES} sentences"]
        else:
            reasons = list(_reasons(sentence, statements, language))
            if not reasons and entailment is not None:
                premise = " ".join(statements[name] for name in sentence.statements)
                if not entailment.supports(premise, sentence.text):
                    reasons = ["the entailment model does not find it in the statement"]
        # Ids that the engine made up could carry anything, and the journal keeps those that are cited.
        cited = tuple(name for name in sentence.statements if name in statements)
        verdicts.append(SentenceVerdict(sentence.text, cited, not reasons, tuple(reasons)))
    return tuple(verdicts)


def _reasons(sentence: DraftSentence, statements: Mapping[str, str], language: str) -> Iterator[str]:
    if not sentence.statements:
        yield "names no statement"
        return
    unknown = [name for name in sentence.statements if name not in statements]
    if unknown:
        yield f"names what was not retrieved: {', '.join(unknown)[:100]}"
        return
    cited = {name: statements[name] for name in sentence.statements}
    if len(cited) == 1 and _comparable(sentence.text) == _comparable(next(iter(cited.values()))):
        return
    ill_formed = tuple(form_problems(sentence.text, language, tuple(cited.values())))
    if ill_formed:
        yield from ill_formed
        return
    reader = reader_for(language)
    if reader is None:
        yield "this language is only sent word for word"
    elif not same_language(sentence.text, language, tuple(cited.values())):
        yield "is not in the language of the reply"
    else:
        yield from _Reading(reader, cited, language).reasons(sentence.text)


def _comparable(text: str) -> str:
    return plain(text).casefold().rstrip(".!。 ")


@dataclass(frozen=True)
class _Reading:
    """A sentence against the statements that it names."""

    reader: Reader
    cited: Mapping[str, str]
    language: str

    def reasons(self, text: str) -> tuple[str, ...]:
        """Why the sentence is not supported: of the ways to cut it into clauses, none is wholly supported.

        A clause is held against one sentence of one statement: the words of two statements never mix.
        """
        pieces = self.reader.pieces(text)
        if len(pieces) > _MOST_PIECES:
            return ("has too many words",)
        bounds = self._bounds(pieces)
        if len(bounds) > _MOST_CLAUSES:
            return ("has too many clauses",)
        # For each bound that can be reached: the statements that the clauses so far rest on.
        reached: dict[int, frozenset[str]] = {0: frozenset()}
        for end in bounds[1:]:
            for start in (bound for bound in bounds if bound < end and bound in reached):
                names = self._support(_trimmed(pieces[start:end]))
                if names is not None and len(reached[start] | names) >= len(reached.get(end, ())):
                    reached[end] = reached[start] | names
        names = reached.get(bounds[-1])
        if names is None:
            return self._nearest(_trimmed(pieces))
        idle = [name for name in self.cited if name not in names]
        return tuple(f"names {name}, but says nothing of it" for name in idle)

    def _bounds(self, pieces: tuple[Piece, ...]) -> list[int]:
        """The places where the sentence may be cut: its marks, "and", "but", and its ends."""
        bounds = {0, len(pieces)}
        for token in self.reader.draft(pieces, frozenset()):
            if token.kind is Kind.MARK:
                bounds.add(token.at + 1)
            elif token.kind in {Kind.AND, Kind.BUT}:
                bounds.add(token.at)
        return sorted(bounds)

    def _support(self, clause: tuple[Piece, ...]) -> frozenset[str] | None:
        """The statement that supports the clause; none for a filler; None if nothing supports it."""
        if not clause or filler(clause, self.reader):
            return frozenset()
        for name, claim in self._claims():
            if supported(clause, claim, self.reader):
                return frozenset({name})
        return None

    def _claims(self) -> Iterator[tuple[str, Claim]]:
        for name, text in self.cited.items():
            parts = claims(text, self.language)
            for claim in parts:
                # Half of a rule may be laxer than the whole: it is enough where the rest sets no limits.
                if not any(other.limits for other in parts if other is not claim):
                    yield name, claim

    def _nearest(self, pieces: tuple[Piece, ...]) -> tuple[str, ...]:
        """The reasons against the statement that the sentence comes nearest to."""
        found = [problems(pieces, claim, self.reader) for _, claim in self._claims()]
        if not found:
            return ("the statement can only be sent word for word",)
        return min(
            (reasons for reasons in found if reasons), key=len, default=("mixes what the statements say",)
        )


def _trimmed(clause: tuple[Piece, ...]) -> tuple[Piece, ...]:
    start, end = 0, len(clause)
    while (
        end > start
        and clause[end - 1].type == "mark"
        and clause[end - 1].form in _LANGUAGE_MARKS.replace(")", "")
    ):
        end -= 1
    while (
        start < end
        and clause[start].type == "mark"
        and clause[start].form in _LANGUAGE_MARKS.replace("(", "")
    ):
        start += 1
    return clause[start:end]
