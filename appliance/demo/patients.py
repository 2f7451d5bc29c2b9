"""The invented patients of the demo page: a name, a language, phone numbers, and what they might ask."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, computed_field

# In each area code of North America, 555-0100 to 555-0199 are reserved for fiction (ATIS-0300115).
HOSPITAL = "whatsapp:+12065550199"
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
        area: the area code of the numbers; each of the hundred starts a conversation of its own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str
    name: str
    direction: Literal["ltr", "rtl"] = "ltr"
    patient: str
    phone: PhoneWords
    samples: tuple[str, ...]
    area: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def addresses(self) -> str:
        """The addresses but for their last two digits."""
        return f"whatsapp:+1{self.area}55501"


def load_patients(languages: Sequence[str]) -> tuple[Patient, ...]:
    """One patient for each of the languages that there is one for, in the order of the languages."""
    entries = yaml.safe_load((files("appliance.demo") / "patients.yaml").read_text(encoding="utf-8"))
    known = {language: Patient(language=language, **entry) for language, entry in entries.items()}
    return tuple(known[language] for language in languages if language in known)
