"""Builds the conversation's house from a pack and an embedding model."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Literal

from appliance.conversation.house import Drafter, House, Library
from appliance.knowledge.learned import LanguageModel, Learned, QueryEncoder, ScopeModel
from appliance.knowledge.pack import Pack
from appliance.knowledge.vectors import Remembering
from appliance.safety.grounding import Entailment, verify
from appliance.safety.normalise import fold, words
from appliance.safety.scope import Scope

_SMALL_WORD = re.compile(r"[^\W\d_]+")
# A rare word of the examples may well be a name ("the biscuits called María").
_OFTEN = 3
_NOT_LATIN = frozenset({"ar", "uk", "zh"})


def furnished(
    pack: Pack,
    learned: Learned,
    encoder: QueryEncoder,
    library: Library,
    drafter: Callable[[], Drafter | None],
    *,
    wording: Literal["approved", "fluent"] | None,
    engine_deadline_s: float,
    entailment: Entailment | None = None,
    erasure: Literal["destroy", "block"] = "destroy",
    today: Callable[[], date] = lambda: datetime.now(UTC).date(),
) -> House:
    """A house that answers from the pack.

    `wording` overrides the pack's mode; `entailment` must agree with each drafted sentence.
    """
    remembering = Remembering(encoder)
    model = ScopeModel(learned, remembering, pack.lexicon)
    return House(
        pack=pack,
        scope=Scope(model, pack.manifest.intents, pack.lexicon, learned.thresholds),
        languages=LanguageModel(learned),
        encoder=remembering,
        library=library,
        drafter=drafter,
        verify=lambda draft, statements, language: verify(
            draft.sentences, statements=statements, language=language, entailment=entailment
        ),
        wording=wording or pack.manifest.wording,
        engine_deadline_s=engine_deadline_s,
        known_words=_words_that_are_no_names(pack),
        today=today,
        erasure=erasure,
    )


def _words_that_are_no_names(pack: Pack) -> frozenset[str]:
    """Every word that the pack says, and those that patients say often: written small, in their language's script."""
    texts = [text for statement in pack.statements.values() for text in statement.text.values()]
    texts += [text for by_language in pack.messages.values() for text in by_language.values()]
    often = Counter(
        word
        for examples in pack.examples
        for messages in examples.examples.values()
        for message in messages
        for word in {word for word in _SMALL_WORD.findall(message) if word == word.lower()}
        if not (word.isascii() and examples.language in _NOT_LATIN)
    )
    return frozenset(
        [word for text in texts for word in words(text)]
        + [fold(word) for word, times in often.items() if times >= _OFTEN]
    )
