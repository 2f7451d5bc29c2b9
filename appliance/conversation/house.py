"""What the conversation needs from outside, as the seams that it sees."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from appliance.conversation.language import LanguageModel, language_of
from appliance.engine.draft import Draft
from appliance.knowledge.index import Retrieved
from appliance.knowledge.pack import Pack
from appliance.safety.scope import Reading
from appliance.safety.verdict import SentenceVerdict
from appliance.safety.wording import Doubt


class Reader(Protocol):
    """Scope."""

    def read(self, text: str, language: str, *, doubt: Callable[[str], Doubt | None]) -> Reading:
        """What the masked message asks. Blocks."""


class QueryEncoder(Protocol):
    """The embedding model."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimensions). Blocks."""


class Library(Protocol):
    """The index."""

    async def retrieve(
        self, question: str, vector: NDArray[np.float32], language: str, day: date, most: int
    ) -> tuple[Retrieved, ...]:
        """The nearest approved statements, best first; raises IndexUnavailable."""


class Drafter(Protocol):
    """The engine."""

    async def draft(
        self, question: str, language: str, statements: Mapping[str, str], deadline_s: float
    ) -> Draft:
        """A draft that rests on the statements; raises EngineUnavailable."""


class Verifier(Protocol):
    """Grounding."""

    def __call__(
        self, draft: Draft, statements: Mapping[str, str], language: str
    ) -> tuple[SentenceVerdict, ...]:
        """Whether each sentence of the draft is supported by the statements that it cites. Blocks."""


@dataclass(frozen=True)
class House:
    """The conversation's dependencies.

    Attributes:
        drafter: asked at every turn, so that an engine may join or leave; None while there is none.
        known_words: folded words that are no first names.
        today: the day that approvals are compared with.
        erasure: whether an erasure destroys at once or blocks first: patients are told which.
    """

    pack: Pack
    scope: Reader
    languages: LanguageModel
    encoder: QueryEncoder
    library: Library
    drafter: Callable[[], Drafter | None]
    verify: Verifier
    wording: Literal["approved", "fluent"]
    engine_deadline_s: float
    known_words: frozenset[str]
    today: Callable[[], date]
    erasure: Literal["destroy", "block"] = "destroy"

    async def read(self, text: str, language: str) -> Reading:
        """Scope, off the event loop."""
        doubt = self.pack.emergencies.doubt
        return await asyncio.to_thread(self.scope.read, text, language, doubt=doubt)

    async def retrieve(self, text: str, language: str) -> tuple[Retrieved, ...]:
        """The nearest approved statements, the query encoded off the event loop."""
        vectors = await asyncio.to_thread(self.encoder.encode_queries, [text])
        return await self.library.retrieve(
            text, vectors[0], language, self.today(), len(self.pack.statements)
        )

    async def verdicts(
        self, draft: Draft, statements: Mapping[str, str], language: str
    ) -> tuple[SentenceVerdict, ...]:
        """What grounding finds, off the event loop: a draft that is made to be slow must hold up nobody else."""
        return await asyncio.to_thread(self.verify, draft, statements, language)

    async def warm_up(self) -> None:
        """Load what is loaded at its first use, so that the first patient does not wait for it."""
        language = self.pack.languages[0]
        text = self.pack.message("scope", language)
        await asyncio.to_thread(language_of, text, None, self.languages, self.pack.languages)
        await self.read(text, language)
