"""Names that meaning hangs on (medicines, foods, drinks …), found in any language's spelling of a message."""

import re
from collections.abc import Mapping, Sequence

from appliance.safety.normalise import fold, has_han, words
from appliance.safety.phrases import ARABIC_PREFIX


class Lexicon:
    """Concepts and the words that stand for them.

    Args:
        document: `lexicon.yaml` as loaded: concept -> language (or "any") -> words; `*` ends a stem.
    """

    def __init__(self, document: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self.concepts = tuple(sorted(document))
        self._spaced: dict[str, re.Pattern[str]] = {}
        self._running: dict[str, re.Pattern[str]] = {}
        for concept, by_language in document.items():
            spaced = [_spaced(w, lang) for lang, ws in by_language.items() for w in ws if not has_han(w)]
            running = [
                re.escape(fold(w.rstrip("*"))) for ws in by_language.values() for w in ws if has_han(w)
            ]
            if spaced:
                self._spaced[concept] = re.compile(f"(?<= )(?:{'|'.join(spaced)}) ")
            if running:
                self._running[concept] = re.compile("|".join(running))

    def found(self, text: str) -> frozenset[str]:
        """The concepts that the text names."""
        folded = words(text)
        spaced, running = f" {' '.join(folded)} ", "".join(folded)
        return frozenset(
            [concept for concept, pattern in self._spaced.items() if pattern.search(spaced)]
            + [concept for concept, pattern in self._running.items() if pattern.search(running)]
        )


def _spaced(word: str, language: str) -> str:
    stem = " ".join(words(word.rstrip("*")))
    prefix = ARABIC_PREFIX if language in {"ar", "any"} and "\u0600" <= stem[:1] <= "\u06ff" else ""
    return prefix + re.escape(stem) + (r"\S*" if word.endswith("*") else "")
