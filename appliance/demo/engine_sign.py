"""The sign on the demo page that tells how it stands with the engine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

State = Literal["none", "loading", "ready", "failed"]


@dataclass(frozen=True)
class EngineSign:
    """How it stands with the engine, and a few plain words on that."""

    state: State = "none"
    detail: str = ""


class SignPost:
    """Shows one sign at a time."""

    def __init__(self, *, changed: Callable[[], None] = lambda: None) -> None:
        self._changed = changed
        self.sign = EngineSign()

    def show(self, state: State, detail: str = "") -> None:
        """Replace the sign."""
        self.sign = EngineSign(state, detail)
        self._changed()
