"""A conversation's house without model, index or engine: a small pack, and fakes whose state can be read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from appliance.conversation.house import House
from appliance.engine.draft import Draft, DraftSentence
from appliance.errors import EngineUnavailable, IndexUnavailable
from appliance.knowledge.index import Retrieved
from appliance.knowledge.lexicon import Lexicon
from appliance.knowledge.pack import Pack
from appliance.knowledge.schema import MESSAGES, Intent, Manifest, Statement
from appliance.safety.scope import Part, Reading
from appliance.safety.verdict import SentenceVerdict
from appliance.safety.wording import Doubt, Wording

TODAY = date(2026, 11, 20)
LANGUAGES = ("es", "en", "ar")
STATEMENTS = {
    "fasting.solids": "No solid food for 8 hours.",
    "fasting.clear_liquids": "Clear liquids are allowed up to 2 hours before.",
    "checkin.place": "Admissions Desk, Ground Floor.",
    "contact.admissions": "Admissions line.",
    "safety.surgeon_first": "Follow your surgeon.",
}
INTENTS = {
    "fasting.solids": ("answer", ("fasting.solids",)),
    "fasting.clear_liquids": ("answer", ("fasting.clear_liquids",)),
    "fasting.overall": ("answer", ("fasting.solids", "fasting.clear_liquids")),
    "checkin.place": ("answer", ("checkin.place",)),
    "surgeon.conflict": ("answer", ("safety.surgeon_first", "contact.admissions")),
    "medical.medicines": ("decline_medical", ()),
    "admin.costs": ("decline_not_in_kb", ()),
    "off_topic.general": ("off_topic", ()),
    "social.greeting": ("greeting", ()),
    "social.identity": ("greeting", ()),
    "social.ack": ("ack", ()),
    "social.unclear": ("clarify", ()),
    "context.followup": ("followup", ()),
    "context.language": ("language", ()),
    "privacy.identifiers": ("privacy_notice", ()),
    "command.opt_out": ("opt_out", ()),
    "command.opt_in": ("opt_in", ()),
    "command.erase": ("privacy_erase", ()),
    "command.export": ("privacy_export", ()),
    "command.human": ("human", ()),
    "emergency.medical": ("emergency", ()),
    "crisis.selfharm": ("crisis", ()),
    "crisis.violence": ("crisis", ()),
}
EMERGENCIES = {
    "kinds": {
        "chest": {
            "route": "emergency",
            "rules": {"en": ["chest & pain|hurts"], "es": ["duele .. pecho"], "ar": ["الم .. صدري"]},
        },
        "selfharm": {"route": "crisis", "rules": {"en": ["want to die"]}},
        "home": {"route": "violence", "rules": {"en": ["husband .. hits me"]}},
    }
}


def statement(name: str, language: str) -> str:
    """The approved text of a statement of the small pack."""
    return f"{STATEMENTS[name]} ({language})"


def message(name: str, language: str) -> str:
    """A fixed message of the small pack."""
    return f"Hello {{name}}! ({language})" if name == "greeting_named" else f"<{name}> ({language})"


def small_pack(**changes: Statement) -> Pack:
    """Two topics, three languages. `changes`: statements to put in the place of the pack's own."""
    statements = {
        name: Statement(
            topic=name.split(".")[0],
            text={language: statement(name, language) for language in LANGUAGES},
            owner="Tests",
            approved_by="Tests",
            approved_on=date(2026, 11, 1),
            review_by=date(2027, 11, 1),
            source="Tests",
        )
        for name in STATEMENTS
    }
    messages = {name: {language: message(name, language) for language in LANGUAGES} for name in MESSAGES}
    messages["unsupported_language"]["ru"] = message("unsupported_language", "ru")
    manifest = Manifest.model_validate(
        {
            "name": "small",
            "title": "Small",
            "institution": "Tests",
            "languages": LANGUAGES,
            "closing_statement": "safety.surgeon_first",
            "closing_topics": ["fasting"],
            "contact_statement": "contact.admissions",
            "phone_lines": {},
            "emergency_routes": {"emergency": ["112"], "crisis": ["024"], "violence": ["016"]},
            "intents": {
                name: Intent(action=action, about="about", statements=named)  # type: ignore[arg-type]
                for name, (action, named) in INTENTS.items()
            },
        }
    )
    return Pack(
        directory=Path("small"),
        digest="0" * 64,
        manifest=manifest,
        statements=statements | changes,
        messages=messages,
        examples=(),
        emergencies=Wording(EMERGENCIES),
        lexicon=Lexicon({"premise": {"en": ["right"]}, "medicine": {"any": ["aspirin*"]}}),
    )


def reading(action: str, *intents: str, declined: tuple[Any, ...] = (), confidence: float = 0.9) -> Reading:
    """What scope says of a message with these intents."""
    statements = tuple(dict.fromkeys(name for intent in intents for name in INTENTS[intent][1]))
    parts = tuple(Part(intent, intent, confidence) for intent in intents)
    return Reading(action, intents, statements, declined, confidence, parts)


WATER = reading("answer", "fasting.clear_liquids")
PLACE = reading("answer", "checkin.place")
MEDICINES = reading("decline_medical", "medical.medicines", declined=("decline_medical",))


@dataclass
class ScriptedScope:
    """Says what it is told to, the last of it for ever; `asked` is what it was given."""

    answers: Reading | Sequence[Reading] = WATER
    asked: list[tuple[str, str]] = field(default_factory=list)

    def read(self, text: str, language: str, *, doubt: Callable[[str], Doubt | None]) -> Reading:
        self.asked.append((text, language))
        if isinstance(self.answers, Reading):
            return self.answers
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


@dataclass
class OneLanguage:
    """Sure of one language."""

    language: str = "en"
    confidence: float = 1.0
    asked: list[str] = field(default_factory=list)

    def language_probabilities(self, text: str) -> dict[str, float]:
        self.asked.append(text)
        rest = (1 - self.confidence) / (len(LANGUAGES) - 1)
        return {language: self.confidence if language == self.language else rest for language in LANGUAGES}


@dataclass
class FixedVectors:
    """The same vector for everything."""

    asked: list[str] = field(default_factory=list)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return np.ones((len(texts), 2), dtype=np.float32)


@dataclass
class Shelf:
    """An index that holds these statements; None: it cannot be reached."""

    statements: Sequence[str] | None = tuple(STATEMENTS)
    asked: list[tuple[str, str, date]] = field(default_factory=list)

    async def retrieve(
        self, question: str, vector: NDArray[np.float32], language: str, day: date, most: int
    ) -> tuple[Retrieved, ...]:
        self.asked.append((question, language, day))
        if self.statements is None:
            raise IndexUnavailable("retrieval from small: connection refused")
        return tuple(Retrieved(name, 1 / rank) for rank, name in enumerate(self.statements, 1))


@dataclass
class Pen:
    """An engine that writes these sentences, or fails."""

    sentences: Sequence[DraftSentence] = ()
    failure: EngineUnavailable | None = None
    asked: list[tuple[str, str, Mapping[str, str], float]] = field(default_factory=list)

    async def draft(
        self, question: str, language: str, statements: Mapping[str, str], deadline_s: float
    ) -> Draft:
        self.asked.append((question, language, statements, deadline_s))
        if self.failure:
            raise self.failure
        return Draft(tuple(self.sentences), "raw", "a-model", 0.1)


def believing(draft: Draft, statements: Mapping[str, str], language: str) -> tuple[SentenceVerdict, ...]:
    """Grounding that supports everything."""
    return tuple(
        SentenceVerdict(sentence.text, sentence.statements, supported=True) for sentence in draft.sentences
    )


def doubting(draft: Draft, statements: Mapping[str, str], language: str) -> tuple[SentenceVerdict, ...]:
    """Grounding that does not support the last sentence."""
    *first, last = believing(draft, statements, language)
    return (*first, replace(last, supported=False, reasons=("a number of its own",)))


class Broken:
    """Whatever is asked of it fails, as a process that ran out of memory does."""

    def __getattr__(self, name: str) -> Any:
        raise MemoryError(name)


def small_house(**changes: Any) -> House:
    """A house of fakes; `changes`: attributes of it."""
    house = House(
        pack=small_pack(),
        scope=ScriptedScope(),
        languages=OneLanguage(),
        encoder=FixedVectors(),
        library=Shelf(),
        drafter=lambda: None,
        verify=believing,
        wording="fluent",
        engine_deadline_s=1.5,
        known_words=frozenset({"system", "puedes", "comer"}),
        today=lambda: TODAY,
    )
    return replace(house, **changes)
