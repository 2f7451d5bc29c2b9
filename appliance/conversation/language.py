"""The language of a turn: learned from the pack's examples, sticky over the session, switchable at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from appliance.safety.normalise import visible
from appliance.safety.wording import Match, spoken

# Languages that patients of a European hospital write and a pack may lack. Galician is left out: it reads as
# Portuguese or Spanish, and a patient who writes it reads both.
_ELSEWHERE = (
    "eu", "ru", "pl", "ur", "hi", "nl", "bg", "ja", "tr", "fa", "bn", "sv", "da", "hu", "cs", "sq", "el",
    "ko", "he", "ka", "pa", "tl",
)  # fmt: skip
_SCRIPTS = (
    (re.compile(r"[\u3040-\u30ff]"), "ja"),
    (re.compile(r"[\uac00-\ud7af]"), "ko"),
    (re.compile(r"[\u0900-\u097f]"), "hi"),
    (re.compile(r"[\u0980-\u09ff]"), "bn"),
    (re.compile(r"[\u0a00-\u0a7f]"), "pa"),
    (re.compile(r"[\u0370-\u03ff]{3}"), "el"),
    (re.compile(r"[\u0590-\u05ff]"), "he"),
    (re.compile(r"[\u10a0-\u10ff]"), "ka"),
    (re.compile(r"[ٹڈڑےں]"), "ur"),
    (re.compile(r"[یک].*[گچپژیک]"), "fa"),
    (re.compile(r"[ыэёъ]", re.IGNORECASE), "ru"),
)
_UKRAINIAN = re.compile(r"[іїєґ]", re.IGNORECASE)
# Everyday words that are spelt so in Russian and not in Ukrainian.
_RUSSIAN = re.compile(
    r"\b(?:здравствуйте|привет|спасибо|пожалуйста|можно|нельзя|нужно|надо ли|что|как|когда|где|куда мне|если|или|ли|и|"
    r"мне|меня|сколько|какие|какой|почему|после|есть ли|сейчас|утром|скажите|подскажите|я хочу|боюсь|приходить)\b",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
# How sure a guess must be to replace the session's language, and without a session the pack's first.
_SWITCH, _FIRST, _FOREIGN = 0.70, 0.40, 0.90
_ENOUGH_LETTERS = 12
_OTHER_SCRIPTS, _ROMANISED = frozenset({"ar", "uk", "zh"}), 0.45


@dataclass(frozen=True)
class Guess:
    """The language of a text, 0 … 1 how sure; `supported` is False for one that the pack does not speak."""

    language: str
    confidence: float
    supported: bool = True


class LanguageModel(Protocol):
    """Learned from the pack's examples."""

    def language_probabilities(self, text: str) -> dict[str, float]:
        """How likely each of the pack's languages is."""


def language_of(
    text: str, session_language: str | None, model: LanguageModel, languages: tuple[str, ...]
) -> Guess:
    """The language to reply in: the turn's own if it is clear, else the session's, else the pack's first."""
    clean = visible(text)
    letters = len(_LETTER.findall(clean))
    fallback = Guess(session_language or languages[0], 0.0)
    if letters == 0:
        return fallback
    probabilities = model.language_probabilities(clean)
    elsewhere: dict[str, float] = {}
    if letters >= _ENOUGH_LETTERS:
        ranked = {language: float(share) for language, share in _identifier(languages).rank(clean)}
        elsewhere = {language: share for language, share in ranked.items() if language not in languages}
        if not _romanised(clean, probabilities):
            probabilities = _together(probabilities, ranked)
    best = max(probabilities, key=probabilities.__getitem__)
    if foreign := _foreign(clean, languages, elsewhere, probabilities[best]):
        return Guess(foreign, 1.0, supported=False)
    guess = Guess(best, probabilities[best])
    if session_language in languages and best != session_language and guess.confidence < _SWITCH:
        return Guess(session_language, probabilities.get(session_language, 0.0))
    clear = guess.confidence >= _FIRST or letters >= _ENOUGH_LETTERS
    return guess if session_language or clear else fallback


def _romanised(text: str, learned: dict[str, float]) -> bool:
    """Whether a language of another script is likely written in Latin letters, which only the pack's examples know."""
    best = max(learned, key=learned.__getitem__)
    return best in _OTHER_SCRIPTS and learned[best] >= _ROMANISED and text.isascii()


def language_of_alarm(guess: Guess, matches: Sequence[Match]) -> str:
    """The language to answer an emergency in: the message's, but that of the words that alarmed if it is unclear.

    A cry for help is short, often in Latin letters whatever its language, and may stand in a message of another.
    """
    if guess.language in {match.language for match in matches}:
        return guess.language
    return guess.language if guess.supported and guess.confidence >= _SWITCH else spoken(matches)


def _together(learned: dict[str, float], ranked: dict[str, float]) -> dict[str, float]:
    """Two opinions as one: their geometric mean. The pack's knows chat spelling, the other the language at large."""
    joint = {
        language: (share * max(ranked.get(language, 0.0), 1e-3)) ** 0.5 for language, share in learned.items()
    }
    return {language: share / sum(joint.values()) for language, share in joint.items()}


def _foreign(
    text: str, languages: tuple[str, ...], elsewhere: dict[str, float], confidence: float
) -> str | None:
    """A language that the pack does not speak, when the text is clearly of it."""
    for pattern, language in _SCRIPTS:
        if language not in languages and pattern.search(text) and not _UKRAINIAN.search(text):
            return language
    best = max(elsewhere, key=elsewhere.__getitem__, default="")
    if best == "ru" and _RUSSIAN.search(text) and not _UKRAINIAN.search(text):
        return best
    # The pack's own languages are told apart by its examples, which know nothing of a neighbour in the same script.
    against = 0.0 if best == "ru" and not _UKRAINIAN.search(text) else confidence
    return best if best and elsewhere[best] > max(_FOREIGN, against) else None


@cache
def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(
        [*languages, *(language for language in _ELSEWHERE if language not in languages)]
    )
    return identifier
