"""Names that meaning hangs on (medicines, foods, drinks …), found in any language's spelling of a message."""

from collections.abc import Mapping, Sequence

from appliance.safety.normalise import has_han, words
from appliance.safety.phrases import Message, Phrase, PhraseIndex


class Lexicon:
    """Concepts and the words that stand for them, looked up like the wording of emergencies.

    Args:
        document: `lexicon.yaml` as loaded: concept -> language (or "any") -> words; `*` ends a stem.

    Raises:
        ValueError: an entry holds no word.
    """

    def __init__(self, document: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self.concepts = tuple(sorted(document))
        entries = [
            (concept, _phrase(entry, language))
            for concept, by_language in document.items()
            for language, listed in by_language.items()
            for entry in listed
        ]
        self._concepts_of = [concept for concept, _ in entries]
        self._index = PhraseIndex([phrase for _, phrase in entries])

    def found(self, text: str) -> frozenset[str]:
        """The concepts that the text names."""
        message = Message.of(text)
        names: set[str] = set()
        for number in self._index.candidates(message):
            concept = self._concepts_of[number]
            if concept not in names and any(self._index.phrases[number].spans(message)):
                names.add(concept)
        return frozenset(names)


def _phrase(entry: str, language: str) -> Phrase:
    """The words of an entry side by side; what is in Chinese characters, and nothing else, is running text."""
    spaced = " ".join(words(entry)) + ("*" if entry.endswith("*") else "")
    spelt = "any" if language == "zh" else language
    return Phrase.parse(spaced, "zh" if has_han(entry) else spelt)
