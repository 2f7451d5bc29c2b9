"""A small pack in a directory, so that a test can break one thing in it; and the shipped one, read once."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from appliance.knowledge.pack import Pack, load_pack
from appliance.knowledge.schema import MESSAGES
from appliance.settings import shipped

LANGUAGES = ("es", "en")
MANIFEST = """
name = "small"
title = "Small"
institution = "Tests"
languages = ["es", "en"]
closing_statement = "safety.surgeon_first"
closing_topics = ["fasting"]
contact_statement = "contact.admissions"

[phone_lines]
admissions = "+1 202-555-0147"

[emergency_routes]
emergency = ["112"]
crisis = ["024"]
violence = ["016"]

[intents."fasting.solids"]
action = "answer"
statements = ["fasting.solids"]
about = "food"

[intents."medical.medicines"]
action = "decline_medical"
about = "medicines"
"""
NUMBERS = {"emergency": "112", "crisis": "024", "violence": "016"}


@cache
def shipped_pack() -> Pack:
    """The demonstration pack. Nothing in a pack changes, so all tests of a run may share it."""
    return load_pack(shipped("knowledge") / "reedy-preop")


def statement(name: str, **changes: Any) -> dict[str, Any]:
    """An entry of statements.yaml."""
    entry = {
        "topic": name.partition(".")[0],
        "text": {language: f"{name} in {language}" for language in LANGUAGES},
        "owner": "Tests",
        "approved_by": "Tests",
        "approved_on": "2026-11-01",
        "review_by": "2027-11-01",
        "source": "Tests",
    }
    return entry | changes


def files() -> dict[str, Any]:
    """Every file of a sound pack: TOML as text, YAML as what it holds."""
    texts = {
        name: {language: f"{name} in {language}: {NUMBERS.get(name, '-')}" for language in LANGUAGES}
        for name in MESSAGES
    }
    texts["greeting_named"] = dict.fromkeys(LANGUAGES, "Hello {name}!")
    return {
        "pack.toml": MANIFEST,
        "statements.yaml": {
            name: statement(name) for name in ("fasting.solids", "contact.admissions", "safety.surgeon_first")
        },
        "messages.yaml": texts,
        "emergencies.yaml": {
            "kinds": {"chest": {"route": "emergency", "rules": {"en": ["chest & pain"]}}},
        },
        "lexicon.yaml": {"medicine": {"any": ["aspirin*"]}, "food": {"es": ["pan"], "zh": ["面包"]}},
        "examples/en.yaml": {
            "language": "en",
            "examples": {"fasting.solids": ["may I eat?"], "medical.medicines": ["my pills?"]},
            "mixed": [{"text": "eat and pills?", "intents": ["fasting.solids", "medical.medicines"]}],
        },
    }


def write_pack(directory: Path, contents: Mapping[str, Any]) -> Path:
    """The directory of a pack with these files; a text is written as it is."""
    for name, content in contents.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
        file.write_text(text, encoding="utf-8")
    return directory
