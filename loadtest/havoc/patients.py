"""Who asks what in a chaos run: every patient's questions differ, so that replies tell what they answer."""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from appliance.knowledge.pack import Pack

_QUESTIONS = Path(__file__).with_name("questions.yaml")
_EMERGENCIES: Mapping[str, str] = {
    "en": "I have chest pain and cannot breathe",
    "es": "me duele el pecho y no puedo respirar",
    "ca": "em fa mal el pit",
    "fr": "j'ai une douleur dans la poitrine",
}
_EMERGENCY_SHARE = 0.05
_FEWEST, _MOST = 2, 6
_BURST_SHARE = 0.5
_BURST_GAP_S = (0.05, 0.8)
_PAUSE_S = (2.0, 12.0)


@dataclass(frozen=True)
class Question:
    """One message.

    Attributes:
        text: what is written.
        mark: the approved text that exactly one reply must hold.
        sid: of its webhook.
        after_s: the pause since the patient's message before it (for the first: since the run began).
        repeated: whether the webhook is delivered twice, as Twilio does now and then.
    """

    text: str
    mark: str
    sid: str
    after_s: float
    repeated: bool


@dataclass(frozen=True)
class Patient:
    """An address, a language, and questions in their order."""

    address: str
    language: str
    questions: tuple[Question, ...]


def questions_by_language() -> dict[str, dict[str, str]]:
    """By language and statement: the question that the statement answers."""
    read: dict[str, dict[str, str]] = yaml.safe_load(_QUESTIONS.read_text(encoding="utf-8"))
    return read


def crowd(pack: Pack, messages: int, spread_s: float, duplicates: float, seed: int) -> list[Patient]:
    """Patients with so many messages in all, who begin within `spread_s`; the same ones for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - a repeatable choice, no secret
    return list(_patients(pack, messages, spread_s, duplicates, rng))


def _patients(
    pack: Pack, messages: int, spread_s: float, duplicates: float, rng: random.Random
) -> Iterator[Patient]:
    asked = questions_by_language()
    left = messages
    for number in itertools.count():
        if not left:
            return
        language = rng.choice(sorted(asked))
        texts = _emergency(pack, language) if rng.random() < _EMERGENCY_SHARE else None
        texts = texts or _ordinary(pack, language, asked[language], rng)
        texts = texts[:left]
        left -= len(texts)
        gaps = (rng.uniform(0, spread_s), *(_gap_s(rng) for _ in texts[1:]))
        yield Patient(
            address=f"whatsapp:+1202555{number:06}",
            language=language,
            questions=tuple(
                Question(text, mark, f"SM{rng.getrandbits(128):032x}", gap_s, rng.random() < duplicates)
                for (text, mark), gap_s in zip(texts, gaps, strict=True)
            ),
        )


def _emergency(pack: Pack, language: str) -> list[tuple[str, str]]:
    return [(_EMERGENCIES[language], pack.message("emergency", language))]


def _ordinary(
    pack: Pack, language: str, asked: Mapping[str, str], rng: random.Random
) -> list[tuple[str, str]]:
    chosen: Sequence[str] = rng.sample(sorted(asked), rng.randint(_FEWEST, min(_MOST, len(asked))))
    return [(asked[name], pack.statement(name, language)) for name in chosen]


def _gap_s(rng: random.Random) -> float:
    return rng.uniform(*(_BURST_GAP_S if rng.random() < _BURST_SHARE else _PAUSE_S))
