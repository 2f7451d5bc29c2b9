"""Where the engine sits: it may join while the house is open, leave, and be replaced."""

from dataclasses import dataclass, field

from appliance.engine.client import Engine


@dataclass
class EngineSeat:
    """Where the engine sits when there is one; it may come later, and be replaced."""

    languages: tuple[str, ...]
    max_tokens: int
    engine: Engine | None = None
    url: str = ""
    _left: list[Engine] = field(default_factory=list)

    @property
    def breaker(self) -> str:
        """The state of the engine's circuit breaker; `none` without an engine."""
        return self.engine.breaker if self.engine else "none"

    def take(self, url: str, model: str = "") -> None:
        """From now on this engine is asked."""
        if self.engine:
            self._left.append(self.engine)
        self.url = url
        self.engine = Engine(url, languages=self.languages, model=model, max_tokens=self.max_tokens)

    async def aclose(self) -> None:
        """Close the connections to every engine that sat here."""
        for engine in [*self._left, *([self.engine] if self.engine else [])]:
            await engine.aclose()
