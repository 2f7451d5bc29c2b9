"""What the engine wrote: sentences with the statements that they claim to rest on; none is believed yet."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from appliance.errors import EngineUnavailable

MOST_SENTENCES = 6
MOST_CHARACTERS = 300
_MOST_RAW = 2000


@dataclass(frozen=True)
class DraftSentence:
    """One sentence in the reply language, and the ids of the statements that the engine names for it."""

    text: str
    statements: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """An answer as the engine drafted it.

    Attributes:
        raw: the engine's text as it came.
        model: the name that the server serves it under.
        latency_s: from the request to the last byte.
    """

    sentences: tuple[DraftSentence, ...]
    raw: str
    model: str
    latency_s: float


class GarbageDraft(EngineUnavailable):
    """The engine answered, but no draft; `raw`, the start of what it said, may hold masked patient text."""

    def __init__(self, detail: str, raw: str) -> None:
        self.raw = raw[:_MOST_RAW]
        super().__init__("garbage", detail)


def schema(ids: Sequence[str]) -> dict[str, Any]:
    """The JSON schema that the engine is held to: bounded, with the statements' ids as the only choice."""
    return {
        "type": "object",
        "properties": {
            "sentences": {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_SENTENCES,
                "items": {
                    "type": "object",
                    "properties": {
                        "text": {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS},
                        "statements": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": len(ids),
                            "items": {"type": "string", "enum": list(ids)},
                        },
                    },
                    "required": ["text", "statements"],
                    "additionalProperties": False,
                },
            }
        },
        "required": ["sentences"],
        "additionalProperties": False,
    }


def parse(raw: str) -> tuple[DraftSentence, ...]:
    """The sentences of an answer that should follow `schema`.

    Which statements a sentence names is left to the verification, which says so in its verdict.

    Raises:
        GarbageDraft: the text is not exactly of that form.
    """
    try:
        value = json.loads(raw, object_pairs_hook=_object)
        # Half of a surrogate pair is no text, and could be written down nowhere.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise GarbageDraft("expected one JSON object, got something else", raw) from error
    sentences = value.get("sentences") if isinstance(value, dict) and value.keys() == {"sentences"} else None
    if not isinstance(sentences, list) or not 1 <= len(sentences) <= MOST_SENTENCES:
        raise GarbageDraft(f'expected {{"sentences": [1 to {MOST_SENTENCES} of them]}}', raw)
    return tuple(_sentence(entry, raw) for entry in sentences)


def _sentence(entry: object, raw: str) -> DraftSentence:
    if not isinstance(entry, dict) or entry.keys() != {"text", "statements"}:
        raise GarbageDraft('expected each sentence as {"text": …, "statements": […]}', raw)
    text, statements = entry["text"], entry["statements"]
    if not isinstance(text, str) or not text.strip() or len(text) > MOST_CHARACTERS:
        raise GarbageDraft(f"expected a text of 1 to {MOST_CHARACTERS} characters", raw)
    if not isinstance(statements, list) or not all(isinstance(name, str) for name in statements):
        raise GarbageDraft("expected the statements as a list of ids", raw)
    return DraftSentence(text.strip(), tuple(dict.fromkeys(statements)))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is given twice")
    return value
