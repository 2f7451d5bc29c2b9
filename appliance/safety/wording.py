"""Emergency and crisis wording: rules in every language, tried on every message, with no model, index or store."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from appliance.safety.normalise import fold, has_han, sentences, words

Route = Literal["emergency", "crisis", "violence"]

# Gaps, in words (in characters for Chinese): `..`, `...` and either side of `&`.
_SHORT_GAP, _LONG_GAP, _EITHER_GAP = 3, 7, 5
_ARABIC_PREFIX = "(?:[وف])?(?:[بلك])?(?:ال|ل)?"


@dataclass(frozen=True)
class Match:
    """A rule that a message met: the kind of emergency, the route that it takes, and the rule as written."""

    kind: str
    route: Route
    language: str
    rule: str


@dataclass(frozen=True)
class _Rule:
    kind: str
    route: Route
    language: str
    text: str
    pattern: re.Pattern[str]


class _Folded:
    """A message prepared for matching: its words, its running text, and which sentence each character is of."""

    def __init__(self, text: str) -> None:
        parts = [words(part) for part in sentences(text)]
        self.sentences = [f" {' '.join(part)} " for part in parts]
        self.spaced = " " + "".join(f"{word} " for part in parts for word in part)
        self.running = "".join(word for part in parts for word in part)
        self._spaced_ends = list(accumulate(sum(len(w) + 1 for w in part) for part in parts))
        self._running_ends = list(accumulate(sum(map(len, part)) for part in parts))

    def touched(self, start: int, end: int, *, running: bool) -> range:
        """The sentences that the characters start … end-1 belong to."""
        ends = self._running_ends if running else self._spaced_ends
        offset = 0 if running else 1
        last = len(ends) - 1
        first = min(bisect_right(ends, max(start - offset + (not running), 0)), last)
        return range(first, min(bisect_right(ends, max(end - offset - 1, 0)), last) + 1)


class Wording:
    """The rules of a pack, compiled once.

    Args:
        document: `emergencies.yaml` as loaded; its form is described in `knowledge/README.md`.

    Raises:
        ValueError: a rule cannot be read; the text names kind, language and rule.
    """

    def __init__(self, document: Mapping[str, object]) -> None:
        kinds = _mapping(document.get("kinds", {}), "kinds")
        self._rules = [rule for kind, body in kinds.items() for rule in _rules_of(kind, _mapping(body, kind))]
        exceptions = _mapping(document.get("exceptions", {}), "exceptions")
        self._figures = _either(exceptions, "figures")
        self._elsewhen = _either(exceptions, "history") + _either(exceptions, "hypothetical")
        self._present = _either(exceptions, "present")
        self._groups = _grouped(self._rules)

    def find(self, text: str) -> Match | None:
        """The first rule that the message meets, emergencies before crises, or None."""
        return next(iter(self.find_all(text)), None)

    def find_all(self, text: str) -> Iterable[Match]:
        """Every rule that the message meets; figures of speech, history and hypotheticals do not count."""
        message = _Folded(self._without_figures(text))
        for combined, rules in self._groups:
            running = rules[0].language == "zh"
            where = message.running if running else message.spaced
            if combined.search(where) is None:
                continue
            for rule in rules:
                if any(self._counts(message, hit, running=running) for hit in rule.pattern.finditer(where)):
                    yield Match(rule.kind, rule.route, rule.language, rule.text)

    def _without_figures(self, text: str) -> str:
        folded = fold(text)
        # Sentence ends survive folding, so that the sentences of what is left are those of the message.
        for pattern, running in self._figures:
            if running:
                folded = pattern.sub("", folded)
            else:
                folded = _spaced_sub(pattern, folded)
        return folded

    def _counts(self, message: _Folded, hit: re.Match[str], *, running: bool) -> bool:
        touched = [message.sentences[i] for i in message.touched(hit.start(), hit.end(), running=running)]
        return not _any(self._elsewhen, touched) or _any(self._present, touched)


def _spaced_sub(pattern: re.Pattern[str], folded: str) -> str:
    """Cut what the pattern matches out of each sentence, keeping sentences apart."""
    kept = []
    for sentence in sentences(folded):
        spaced = f" {' '.join(words(sentence))} "
        kept.append(pattern.sub(" ", spaced).strip())
    return "\n".join(kept)


def _any(patterns: list[tuple[re.Pattern[str], bool]], sentences_: list[str]) -> bool:
    return any(
        pattern.search(sentence.replace(" ", "") if running else sentence)
        for pattern, running in patterns
        for sentence in sentences_
    )


def _rules_of(kind: str, body: Mapping[str, object]) -> Iterable[_Rule]:
    route = body.get("route")
    if route not in {"emergency", "crisis", "violence"}:
        raise ValueError(f"kinds.{kind}.route: expected emergency, crisis or violence, got {route!r}")
    for language, texts in _mapping(body.get("rules", {}), f"kinds.{kind}.rules").items():
        for text in _strings(texts, f"kinds.{kind}.rules.{language}"):
            yield _Rule(kind, route, language, text, compile_rule(text, language))  # type: ignore[arg-type]


def _grouped(rules: list[_Rule]) -> list[tuple[re.Pattern[str], list[_Rule]]]:
    """One pattern for all the rules of a kind and language, so that most are refused together."""
    groups: dict[tuple[str, str], list[_Rule]] = {}
    for rule in rules:
        groups.setdefault((rule.kind, rule.language), []).append(rule)
    order = {"emergency": 0, "crisis": 1, "violence": 2}
    ordered = sorted(groups.values(), key=lambda group: order[group[0].route])
    return [(re.compile("|".join(f"(?:{r.pattern.pattern})" for r in group)), group) for group in ordered]


def compile_rule(text: str, language: str) -> re.Pattern[str]:
    """A rule as a pattern over folded words, each followed by one space (over running text for Chinese).

    Raises:
        ValueError: the rule is empty or holds an empty part.
    """
    running = language == "zh" or has_han(text)
    sides = [side.split() for side in text.split("&")]
    if not all(sides) or len(sides) > 2:
        raise ValueError(f"rule {text!r} ({language}): expected words, or two parts joined by one '&'")
    parts = [_sequence(side, language, running=running) for side in sides]
    start = "" if running else "(?<= )"
    if len(parts) == 1:
        return re.compile(start + parts[0])
    gap = _gap(_EITHER_GAP, running=running)
    return re.compile(f"{start}(?:{parts[0]}{gap}{parts[1]}|{parts[1]}{gap}{parts[0]})")


def _sequence(terms: list[str], language: str, *, running: bool) -> str:
    pieces = []
    for term in terms:
        if set(term) == {"."} and len(term) > 1:
            pieces.append(_gap(_SHORT_GAP if len(term) == 2 else _LONG_GAP, running=running))
        else:
            pieces.append(_term(term, language, running=running))
    return "".join(pieces)


def _gap(most: int, *, running: bool) -> str:
    return f".{{0,{most * 2}}}?" if running else rf"(?:\S+ ){{0,{most}}}?"


def _term(term: str, language: str, *, running: bool) -> str:
    options = []
    for option in term.split("|"):
        stem = fold(option.rstrip("*"))
        if not stem:
            raise ValueError(f"term {term!r} ({language}): expected a word on each side of '|'")
        prefix = _ARABIC_PREFIX if language == "ar" and "\u0600" <= stem[0] <= "\u06ff" else ""
        options.append(prefix + re.escape(stem) + (r"\S*" if option.endswith("*") and not running else ""))
    joined = f"(?:{'|'.join(options)})"
    return joined if running else joined + " "


def _either(exceptions: Mapping[str, object], name: str) -> list[tuple[re.Pattern[str], bool]]:
    """One pattern for all the phrases of an exception in the spaced scripts, and one for Chinese."""
    spaced: list[str] = []
    running: list[str] = []
    for language, texts in _mapping(exceptions.get(name, {}), f"exceptions.{name}").items():
        for text in _strings(texts, f"exceptions.{name}.{language}"):
            (running if language == "zh" else spaced).append(compile_rule(text, language).pattern)
    return [(re.compile("|".join(group)), flag) for group, flag in ((spaced, False), (running, True)) if group]


def _mapping(value: object, place: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{place}: expected a mapping, got {type(value).__name__}")  # noqa: TRY004 - one error for a bad file
    return value


def _strings(value: object, place: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{place}: expected a list of texts, got {value!r}")
    return value
