"""The form of a knowledge pack's files, as frozen values."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Said = Annotated[str, Field(pattern=r"\S")]
Action = Literal[
    "answer", "decline_medical", "decline_not_in_kb", "off_topic", "emergency", "crisis", "opt_out", "opt_in",
    "privacy_erase", "privacy_export", "privacy_notice", "human", "greeting", "ack", "clarify", "followup",
    "language",
]  # fmt: skip

# Every fixed message that the conversation uses, and the placeholders that it may hold.
MESSAGES: Mapping[str, frozenset[str]] = {
    name: frozenset({"{name}"}) if name == "greeting_named" else frozenset()
    for name in (
        "greeting", "greeting_named", "disclosure", "scope", "decline_medical", "decline_not_in_kb",
        "declined_part_medical", "declined_part_not_in_kb", "off_topic", "emergency", "crisis", "violence",
        "opt_out", "opt_in", "opted_out_reminder", "privacy_erase", "privacy_block", "privacy_export",
        "privacy_notice",
        "identifiers_hint", "human", "clarify", "ack", "not_listed", "according_to", "surgeon_conflict",
        "language_switched", "unsupported_language", "unsupported_media", "rate_limit", "fallback",
    )
}  # fmt: skip


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Intent(_Frozen):
    """What a patient may want, and what is done about it."""

    action: Action
    about: str = Field(min_length=1)
    statements: tuple[str, ...] = ()
    background: bool = Field(
        default=False, description="often told rather than asked, so that a part must be clearly it"
    )

    @model_validator(mode="after")
    def _answers_name_statements(self) -> "Intent":
        if (self.action == "answer") != bool(self.statements):
            raise ValueError("an answer names its statements, and nothing else does")
        return self


class Routes(_Frozen):
    """The numbers that each route's message must hold."""

    emergency: tuple[str, ...] = Field(min_length=1)
    crisis: tuple[str, ...] = Field(min_length=1)
    violence: tuple[str, ...] = Field(min_length=1)


class Thresholds(_Frozen):
    """How sure scope must be; `appliance knowledge build` draws the curve that they are picked on.

    Whatever the confidence of an answer, it is declined where a medical question is as likely as `medical_doubt`.
    """

    answer: float = Field(0.4, ge=0, le=1)
    medical_doubt: float = Field(0.2, ge=0, le=1)
    part: float = Field(0.45, ge=0, le=1)
    declined_part: float = Field(0.35, ge=0, le=1)
    background: float = Field(0.8, ge=0, le=1)
    emergency: float = Field(0.5, ge=0, le=1)
    emergency_elsewhen: float = Field(0.6, ge=0, le=1)
    emergency_figure: float = Field(0.9, ge=0, le=1)
    clarify: float = Field(0.1, ge=0, le=1)


class Manifest(_Frozen):
    """`pack.toml`."""

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    institution: str
    demonstration: bool = False
    languages: tuple[Language, ...] = Field(min_length=1)
    wording: Literal["approved", "fluent"] = "approved"
    entailment_model: str = ""
    closing_statement: str
    closing_topics: tuple[str, ...]
    contact_statement: str
    phone_lines: Mapping[str, str]
    emergency_routes: Routes
    thresholds: Thresholds = Thresholds()
    intents: Mapping[str, Intent]


class Statement(_Frozen):
    """One approved fact, in each language."""

    topic: str
    text: Mapping[Language, Said]
    owner: str = Field(min_length=1)
    approved_by: str = ""
    approved_on: date | None = None
    review_by: date
    source: str = Field(min_length=1)
    not_covered: tuple[str, ...] = ()

    def served_on(self, day: date) -> bool:
        """Whether the statement is approved and not past its review."""
        approved = bool(self.approved_by) and self.approved_on is not None and self.approved_on <= day
        return approved and day <= self.review_by


class Mixed(_Frozen):
    """An example message that asks several things."""

    text: Said
    intents: tuple[str, ...] = Field(min_length=1)


class Examples(_Frozen):
    """`examples/<language>.yaml`: how patients write, by intent."""

    language: Language
    examples: Mapping[str, tuple[Said, ...]]
    mixed: tuple[Mixed, ...] = ()


# The forms of the files' entries: those of messages.yaml are a text in each language, those of lexicon.yaml
# words in each language or in "any".
MANIFEST = TypeAdapter(Manifest)
STATEMENT = TypeAdapter(Statement)
EXAMPLES = TypeAdapter(Examples)
TEXTS: TypeAdapter[Mapping[str, str]] = TypeAdapter(Mapping[Language, Said])
SPELLINGS: TypeAdapter[Mapping[str, Sequence[str]]] = TypeAdapter(Mapping[str, tuple[Said, ...]])
