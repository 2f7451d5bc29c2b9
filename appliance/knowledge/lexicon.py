"""Names that meaning hangs on (medicines, foods, drinks …), found in any language's spelling of a message."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from appliance.safety.message import Message
from appliance.safety.normalise import has_han, words
from appliance.safety.phrases import Phrase, PhraseIndex
from appliance.safety.typos import Typos

# A word that is known by its ending has this many letters before it ("april" is no "…pril"), and may be inflected by
# this many after it ("omeprazole", "omeprazolul").
_LEAST_BEFORE, _MOST_AFTER = 3, 2
# Names that nobody can spell, and that must not be missed.
_OFTEN_MISSPELT = frozenset({"medicine"})


class Lexicon:
    """Concepts and the words that stand for them, looked up like the wording of emergencies.

    Args:
        document: `lexicon.yaml` as loaded: concept -> language (or "any") -> words. `*` ends a stem whose ending is
            open, or begins an ending that is common to many names: medicines of one kind end alike ("*prazol").
        known: ordinary words. Others are also read as the name of a medicine that is one slip away; when there are
            none, every word is meant as it is written.

    Raises:
        ValueError: an entry holds no word.
    """

    def __init__(
        self, document: Mapping[str, Mapping[str, Sequence[str]]], known: Collection[str] = ()
    ) -> None:
        self.concepts = tuple(sorted(document))
        entries = [
            (concept, _phrase(entry, language))
            for concept, by_language in document.items()
            for language, listed in by_language.items()
            for entry in listed
            if not entry.startswith("*")
        ]
        self._endings = {
            "".join(words(entry)): concept
            for concept, by_language in document.items()
            for listed in by_language.values()
            for entry in listed
            if entry.startswith("*")
        }
        self._longest_ending = max(map(len, self._endings), default=0)
        self._concepts_of = [concept for concept, _ in entries]
        self._index = PhraseIndex([phrase for _, phrase in entries])
        misspelt = {
            stem for concept, phrase in entries if concept in _OFTEN_MISSPELT for stem in phrase.stems
        }
        self._guesses = Typos(misspelt, known).near if known else None

    def found(self, text: str) -> frozenset[str]:
        """The concepts that the text names."""
        message = Message.of(text, self._guesses)
        names = (
            {concept for word in message.forms for concept in self._by_ending(word)}
            if self._endings
            else set()
        )
        names |= self._named(message, frozenset(self.concepts) - names)
        if (guessed := message.guessed()) is not message:
            names |= self._named(guessed, _OFTEN_MISSPELT - names)
        return frozenset(names)

    def _named(self, message: Message, wanted: frozenset[str]) -> set[str]:
        """Which of the wanted concepts the message names."""
        names: set[str] = set()
        for number in self._index.candidates(message):
            concept = self._concepts_of[number]
            if concept in wanted and concept not in names and any(self._index.phrases[number].spans(message)):
                names.add(concept)
        return names

    def _by_ending(self, word: str) -> Iterator[str]:
        for end in range(len(word) - _MOST_AFTER, len(word) + 1):
            for start in range(max(_LEAST_BEFORE, end - self._longest_ending), end):
                if concept := self._endings.get(word[start:end]):
                    yield concept


def _phrase(entry: str, language: str) -> Phrase:
    """The words of an entry side by side; what is in Chinese characters, and nothing else, is running text."""
    spaced = " ".join(words(entry)) + ("*" if entry.endswith("*") else "")
    spelt = "any" if language == "zh" else language
    return Phrase.parse(spaced, "zh" if has_han(entry) else spelt)
