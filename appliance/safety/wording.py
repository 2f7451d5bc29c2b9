"""Emergency and crisis wording: rules in every language, tried on every message, with no model, index or store."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from appliance.safety.phrases import Message, Phrase, PhraseIndex, Span

Route = Literal["emergency", "crisis", "violence"]
_ROUTES: tuple[Route, ...] = get_args(Route)


# What a language is written in otherwise: the reply is in the language.
_WRITTEN_OTHERWISE = {"arabizi": "ar", "pinyin": "zh"}


@dataclass(frozen=True)
class Match:
    """A rule that a message met: the kind of emergency, the route that it takes, and the rule as written."""

    kind: str
    route: Route
    language: str
    rule: str


class Wording:
    """The rules of a pack.

    Args:
        document: `emergencies.yaml` as loaded; its form is described in `knowledge/README.md`.

    Raises:
        ValueError: a rule cannot be read; the text names kind, language and rule.
    """

    def __init__(self, document: Mapping[str, object]) -> None:
        kinds = _mapping(document.get("kinds", {}), "kinds")
        rules = [rule for kind, body in kinds.items() for rule in _rules(kind, _mapping(body, kind))]
        rules.sort(key=lambda rule: _ROUTES.index(rule[0].route))
        self._matches = [match for match, _ in rules]
        self._rules = PhraseIndex([phrase for _, phrase in rules])
        exceptions = _mapping(document.get("exceptions", {}), "exceptions")
        self._figures = PhraseIndex(_phrases(exceptions, "figures"))
        self._elsewhen = PhraseIndex(_phrases(exceptions, "history") + _phrases(exceptions, "hypothetical"))
        self._present = PhraseIndex(_phrases(exceptions, "present"))

    def find(self, text: str) -> Match | None:
        """The first rule that the message meets, emergencies before crises, or None."""
        return next(self.find_all(text), None)

    def find_all(self, text: str) -> Iterator[Match]:
        """Every rule that the message meets; figures of speech, history and hypotheticals do not count."""
        whole = Message.of(text)
        message = whole.without(list(self._figures.found(whole)))
        for number in self._rules.candidates(message):
            phrase = self._rules.phrases[number]
            if any(self._counts(message, span, running=phrase.running) for span in phrase.spans(message)):
                yield self._matches[number]

    def is_calm(self, text: str) -> bool:
        """Whether the message holds a figure of speech, history or a hypothetical, and nothing of the present."""
        message = [Message.of(text)]
        elsewhen = _any(self._figures, message) or _any(self._elsewhen, message)
        return elsewhen and not _any(self._present, message)

    def _counts(self, message: Message, span: Span, *, running: bool) -> bool:
        touched = message.sentences_at(span, running=running)
        return not _any(self._elsewhen, touched) or _any(self._present, touched)


def _any(phrases: PhraseIndex, messages: list[Message]) -> bool:
    return any(True for message in messages for _ in phrases.found(message))


def _rules(kind: str, body: Mapping[str, object]) -> Iterator[tuple[Match, Phrase]]:
    route = body.get("route")
    if route not in _ROUTES:
        raise ValueError(f"kinds.{kind}.route: expected one of {', '.join(_ROUTES)}, got {route!r}")
    for language, texts in _mapping(body.get("rules", {}), f"kinds.{kind}.rules").items():
        for text in _strings(texts, f"kinds.{kind}.rules.{language}"):
            spoken = _WRITTEN_OTHERWISE.get(language, language)
            yield Match(kind, route, spoken, text), Phrase.parse(text, language)


def _phrases(exceptions: Mapping[str, object], name: str) -> list[Phrase]:
    return [
        Phrase.parse(text, language)
        for language, texts in _mapping(exceptions.get(name, {}), f"exceptions.{name}").items()
        for text in _strings(texts, f"exceptions.{name}.{language}")
    ]


def _mapping(value: object, place: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{place}: expected a mapping, got {type(value).__name__}")  # noqa: TRY004 - one error for a bad file
    return value


def _strings(value: object, place: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{place}: expected a list of texts, got {value!r}")
    return value
