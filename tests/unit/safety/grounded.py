"""What the grounding tests share: the demonstration pack's statements, and a short way to a verdict."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from appliance.engine.draft import DraftSentence
from appliance.safety.grounding import verify
from appliance.safety.verdict import SentenceVerdict

HERE = Path(__file__).parent
LANGUAGES = ("es", "ca", "en", "fr", "de", "it", "pt", "ro", "ar", "uk", "zh")
_STATEMENTS = yaml.safe_load(
    (HERE.parents[2] / "knowledge/reedy-preop/statements.yaml").read_text(encoding="utf-8")
)


def statements(language: str) -> dict[str, str]:
    """Id -> approved text."""
    return {name: statement["text"][language] for name, statement in _STATEMENTS.items()}


def verdict(text: str, names: str, language: str, given: Mapping[str, str] | None = None) -> SentenceVerdict:
    """On one sentence that names these statements (ids with blanks between)."""
    sentence = DraftSentence(text, tuple(names.split()))
    (found,) = verify([sentence], statements=given or statements(language), language=language)
    return found
