"""The invented patients of the demo page: a name, a language, phone numbers, and what they might ask."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

# Numbers 555-0100 to 555-0199 of North America are reserved for fiction (ATIS-0300115).
_FICTION = "whatsapp:+1202555{:04d}"
_FIRST, _LAST = 100, 199
HOSPITAL = _FICTION.format(_LAST)
"""The address that the patients write to."""


class PhoneWords(BaseModel):
    """What the patient's phone says in the patient's language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    write: str
    send: str
    typing: str
    sent: str
    delivered: str
    read: str
    samples: str
    photo: str
    voice: str
    place: str


class Patient(BaseModel):
    """An invented patient.

    Attributes:
        language: a code of the pack; `name` is what its speakers call it.
        addresses: each starts a conversation of its own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str
    name: str
    direction: Literal["ltr", "rtl"] = "ltr"
    patient: str
    phone: PhoneWords
    samples: tuple[str, ...]
    addresses: tuple[str, ...]


def load_patients(languages: Sequence[str]) -> tuple[Patient, ...]:
    """One patient for each of the languages that there is one for, in the order of the languages."""
    entries = yaml.safe_load((files("appliance.demo") / "patients.yaml").read_text(encoding="utf-8"))
    share = (_LAST - _FIRST) // len(entries)
    known = {
        language: Patient(
            language=language,
            addresses=tuple(_FICTION.format(_FIRST + number * share + one) for one in range(share)),
            **entry,
        )
        for number, (language, entry) in enumerate(entries.items())
    }
    return tuple(known[language] for language in languages if language in known)
