"""Emergency and crisis wording: rules in every language, tried on every message, with no model, index or store."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from appliance.safety.message import Message, Span
from appliance.safety.phrases import Phrase, PhraseIndex
from appliance.safety.typos import Typos

Route = Literal["emergency", "crisis", "violence"]
_ROUTES: tuple[Route, ...] = get_args(Route)
Doubt = Literal["figure", "elsewhen"]


# What a language is written in otherwise: the reply is in the language.
_WRITTEN_OTHERWISE = {"arabizi": "ar", "pinyin": "zh"}
# How far from what is told a sign of another time may stand, in words (twice as many characters in Chinese).
_REACH = 6


@dataclass(frozen=True)
class Match:
    """A rule that a message met: the kind of emergency, the route that it takes, and the rule as written."""

    kind: str
    route: Route
    language: str
    rule: str


def spoken(matches: Iterable[Match]) -> str:
    """The language of most of the rules that a message met: that of the words that alarmed."""
    return Counter(match.language for match in matches).most_common(1)[0][0]


class Wording:
    """The rules of a pack.

    Args:
        document: `emergencies.yaml` as loaded; its form is described in `knowledge/README.md`.
        known: ordinary words. Others are read as the word of a rule that is one slip away; when there are none,
            every word is meant as it is written.

    Raises:
        ValueError: a rule cannot be read; the text names kind, language and rule.
    """

    def __init__(self, document: Mapping[str, object], known: Collection[str] = ()) -> None:
        kinds = _mapping(document.get("kinds", {}), "kinds")
        rules = [rule for kind, body in kinds.items() for rule in _rules(kind, _mapping(body, kind))]
        rules.sort(key=lambda rule: _ROUTES.index(rule[0].route))
        self._matches = [match for match, _ in rules]
        self._rules = PhraseIndex([phrase for _, phrase in rules])
        exceptions = _mapping(document.get("exceptions", {}), "exceptions")
        self._figures = PhraseIndex(_phrases(exceptions, "figures"))
        history, hypothetical = (_phrases(exceptions, name) for name in ("history", "hypothetical"))
        self._elsewhen = PhraseIndex(history + hypothetical)
        # To fear violence is to be threatened, and "if I die, all the better" is no question of what would be.
        self._history = PhraseIndex(history)
        self._present = PhraseIndex(_phrases(exceptions, "present"))
        stems = {stem for phrase in self._rules.phrases for stem in phrase.stems}
        self._guesses = Typos(stems, known).near if known else None

    def find(self, text: str) -> Match | None:
        """The first rule that the message meets, emergencies before crises, or None."""
        return next(self.find_all(text), None)

    def find_all(self, text: str) -> Iterator[Match]:
        """Every rule that the message meets; figures of speech, history and hypotheticals do not count.

        Emergencies come before crises, and rules that are met as written before those met by a misspelt word.
        """
        message = Message.of(text, self._guesses).without(self._figures.spans)
        met = set()
        # As it is written first: what a misspelt word may have been meant to be decides only where nothing else does.
        for reading in dict.fromkeys((message, message.guessed())):
            for number in self._rules.candidates(reading):
                if number not in met and self._met(number, reading, message):
                    met.add(number)
                    yield self._matches[number]

    def _met(self, number: int, reading: Message, message: Message) -> bool:
        phrase, emergency = self._rules.phrases[number], self._matches[number].route == "emergency"
        elsewhen = self._elsewhen if emergency else self._history
        return any(
            self._counts(message, span, elsewhen, running=phrase.running) for span in phrase.spans(reading)
        )

    def doubt(self, text: str) -> Doubt | None:
        """Why the message may only sound like an emergency: a figure of speech, or another time than now."""
        message = Message.of(text)
        if self._figures.found_in(message):
            return "figure"
        return (
            "elsewhen" if self._elsewhen.found_in(message) and not self._present.found_in(message) else None
        )

    def _counts(self, message: Message, span: Span, elsewhen: PhraseIndex, *, running: bool) -> bool:
        """Whether one of the sentences that are touched tells of now, as far as can be seen."""
        return any(
            self._is_of_now(sentence, part, elsewhen, running=running)
            for sentence, part in message.sentences_at(span, running=running)
        )

    def _is_of_now(self, sentence: Message, span: Span, elsewhen: PhraseIndex, *, running: bool) -> bool:
        reach = _REACH * (2 if running else 1)
        signs = list(elsewhen.spans(sentence))
        if not any(
            other_running is not running or sentence.distance(span, other, running=running) <= reach
            for other, other_running in signs
        ):
            return True
        # "Now" within "now four years ago" is no sign of the present.
        return any(not _within(present, signs) for present in self._present.spans(sentence))


def _within(one: tuple[Span, bool], others: Iterable[tuple[Span, bool]]) -> bool:
    (start, end), running = one
    return any(
        running is other_running and other[0] <= start and end <= other[1]
        for other, other_running in others
        if other[1] - other[0] > end - start
    )


def _rules(kind: str, body: Mapping[str, object]) -> Iterator[tuple[Match, Phrase]]:
    route = body.get("route")
    if route not in _ROUTES:
        raise ValueError(f"kinds.{kind}.route: expected one of {', '.join(_ROUTES)}, got {route!r}")
    for language, texts in _mapping(body.get("rules", {}), f"kinds.{kind}.rules").items():
        for text in _strings(texts, f"kinds.{kind}.rules.{language}"):
            spoken = _WRITTEN_OTHERWISE.get(language, language)
            for phrase in _readings(text, language):
                yield Match(kind, route, spoken, text), phrase


def _phrases(exceptions: Mapping[str, object], name: str) -> list[Phrase]:
    return [
        phrase
        for language, texts in _mapping(exceptions.get(name, {}), f"exceptions.{name}").items()
        for text in _strings(texts, f"exceptions.{name}.{language}")
        for phrase in _readings(text, language)
    ]


def _readings(text: str, language: str) -> Iterator[Phrase]:
    """The phrase as written; an Arabic one in Latin letters too."""
    phrase = Phrase.parse(text, language)
    yield phrase
    if language == "ar" and (otherwise := phrase.in_latin_letters()):
        yield otherwise


def _mapping(value: object, place: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{place}: expected a mapping, got {type(value).__name__}")  # noqa: TRY004 - one error for a bad file
    return value


def _strings(value: object, place: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{place}: expected a list of texts, got {value!r}")
    return value
