"""What comes out of the story of a message: a reply of approved or verified parts, and the trace of why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from appliance.conversation.turn import Session
from appliance.safety.verdict import SentenceVerdict

# Everything that can be decided on a turn.
ACTIONS = (
    "answer", "partial", "decline_medical", "decline_not_in_kb", "off_topic", "emergency", "crisis",
    "opt_out", "opt_in", "privacy_erase", "privacy_export", "privacy_notice", "human", "greeting", "ack", "clarify",
    "unsupported_language", "unsupported_media",
)  # fmt: skip
Effect = Literal["alert_staff", "erase", "export", "opt_out", "opt_in"]


@dataclass(frozen=True)
class Block:
    """A part of a reply and what entitles it to be sent.

    Attributes:
        source: an approved `statement`, a fixed `message`, or a `draft` in which every sentence was verified.
        names: the statements, or the message, that the text is or rests on.
        text: what is sent.
    """

    source: Literal["statement", "message", "draft"]
    names: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Trace:
    """Why the reply is what it is. Holds masked patient text, so it is shown in the demo and never kept.

    Attributes:
        scores: how near each retrieved statement is, the best first.
        parts: each question found in the message, with its intent and confidence.
        engine_failure: why the engine gave no draft, as EngineUnavailable's reason; "" when it did.
        timings_s: seconds by step.
    """

    masked: str = ""
    masked_kinds: tuple[str, ...] = ()
    rule: str = ""
    parts: tuple[tuple[str, str, float], ...] = ()
    scores: tuple[tuple[str, float], ...] = ()
    draft: str = ""
    engine: str = ""
    engine_failure: str = ""
    verdicts: tuple[SentenceVerdict, ...] = ()
    wording: Literal["verbatim", "generated"] = "verbatim"
    timings_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """The decision on a turn.

    Attributes:
        action: one of `ACTIONS`.
        blocks: the reply in order; empty when nothing is sent.
        confidence: 0 … 1, how sure the action is; 1 for rules.
        effects: what else must happen, done by the caller.
    """

    action: str
    language: str
    blocks: tuple[Block, ...]
    session: Session
    confidence: float = 1.0
    intents: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    effects: frozenset[Effect] = frozenset()
    trace: Trace = field(default_factory=Trace)

    @property
    def reply(self) -> str:
        """The reply's text, before it is split for WhatsApp."""
        return "\n\n".join(block.text for block in self.blocks)
