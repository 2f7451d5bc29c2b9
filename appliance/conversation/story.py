"""What is known of a turn while it is handled: the trace grows here, and the outcome is made of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from appliance.conversation.house import House
from appliance.conversation.names import first_name
from appliance.conversation.outcome import Block, Effect, Outcome, Trace
from appliance.conversation.turn import Exchange, Session, Turn
from appliance.safety.masking import Masked

# What a session remembers although nothing more is kept of it.
_LONGEST_KEPT = 1000


@dataclass
class Story:
    """One turn on its way to an outcome."""

    turn: Turn
    session: Session
    house: House
    language: str
    masked: Masked = field(default_factory=lambda: Masked("", ()))
    trace: Trace = field(default_factory=Trace)
    _timings_s: dict[str, float] = field(default_factory=dict)

    @classmethod
    def begin(cls, turn: Turn, session: Session, house: House) -> "Story":
        """A story in the session's language, or the pack's first until the turn's is known."""
        return cls(turn, session, house, session.language or house.pack.languages[0])

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Adds the seconds spent inside to the step's."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._timings_s[step] = self._timings_s.get(step, 0.0) + time.perf_counter() - start

    @property
    def says_something(self) -> bool:
        """Whether there is a text to understand; what comes with a photo or a place must hold a word."""
        if self.turn.modalities & {"media", "location"}:
            return any(c.isalpha() for c in self.masked.text)
        return bool(self.masked.text.strip())

    def note(self, **changes: object) -> None:
        """Adds to the trace."""
        self.trace = replace(self.trace, **changes)  # type: ignore[arg-type]

    def message(self, name: str) -> Block:
        """A fixed message in the turn's language."""
        return Block("message", (name,), self.house.pack.message(name, self.language))

    def statement(self, name: str) -> Block:
        """An approved statement in the turn's language."""
        return Block("statement", (name,), self.house.pack.statement(name, self.language))

    def contact(self) -> Block:
        """The statement that goes with every decline."""
        return self.statement(self.house.pack.manifest.contact_statement)

    def opening(self) -> list[Block]:
        """At the first contact: a greeting, by first name if it is one, and what is writing."""
        return [] if self.session.introduced else [self.greeting(), self.message("disclosure")]

    def greeting(self) -> Block:
        """A greeting, by first name if the profile's is one."""
        profile = self.turn.profile_name or ""
        name = first_name(profile, self.house.known_words)
        if name is None or self.house.pack.lexicon.found(profile):
            return self.message("greeting")
        text = self.house.pack.message("greeting_named", self.language).replace("{name}", name)
        return Block("message", ("greeting_named",), text)

    def ends(
        self,
        action: str,
        blocks: list[Block],
        *,
        confidence: float = 1.0,
        intents: tuple[str, ...] = (),
        effects: frozenset[Effect] = frozenset(),
        session: Session | None = None,
    ) -> Outcome:
        """The outcome: the reply of these blocks, and the session with one more exchange."""
        statements = tuple(
            dict.fromkeys(name for block in blocks if block.source != "message" for name in block.names)
        )
        outcome = Outcome(
            action=action,
            language=self.language,
            blocks=tuple(blocks),
            session=session or self.session,
            confidence=confidence,
            intents=intents,
            statements=statements,
            effects=effects,
            trace=replace(self.trace, timings_s=dict(self._timings_s)),
        )
        exchange = Exchange(
            at=self.turn.at,
            patient=self.masked.text[:_LONGEST_KEPT],
            reply=outcome.reply,
            action=action,
            language=self.language,
            intents=intents,
            statements=statements,
        )
        kept = outcome.session.with_exchange(exchange)
        if any(block.names == ("disclosure",) for block in blocks):
            kept = kept.model_copy(update={"introduced": True})
        return replace(outcome, session=kept)
