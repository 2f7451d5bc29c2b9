"""What the grounding tests share: the demonstration pack's statements, and a short way to a verdict."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from appliance.engine.draft import DraftSentence
from appliance.knowledge.reading import read_yaml
from appliance.safety.grounding import verify
from appliance.safety.verdict import SentenceVerdict

HERE = Path(__file__).parent
LANGUAGES = ("es", "ca", "en", "fr", "de", "it", "pt", "ro", "ar", "uk", "zh")
_STATEMENTS = read_yaml(HERE.parents[2] / "knowledge/reedy-preop/statements.yaml")


def statements(language: str) -> dict[str, str]:
    """Id -> approved text."""
    return {name: statement["text"][language] for name, statement in _STATEMENTS.items()}


def verdict(text: str, names: str, language: str, given: Mapping[str, str] | None = None) -> SentenceVerdict:
    """On one sentence that names these statements (ids with blanks between)."""
    return _on(text, names, given, language) if given else _on_shipped(text, names, language)


@cache
def _on_shipped(text: str, names: str, language: str) -> SentenceVerdict:
    """Several tests ask for the same: each on its own, and how many there are in all."""
    return _on(text, names, statements(language), language)


def _on(text: str, names: str, given: Mapping[str, str], language: str) -> SentenceVerdict:
    sentence = DraftSentence(text, tuple(names.split()))
    (found,) = verify([sentence], statements=given, language=language)
    return found
