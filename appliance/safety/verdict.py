"""What was found about a sentence that the engine drafted."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SentenceVerdict:
    """Whether a sentence that the engine drafted is supported, and if not, why, in plain words."""

    text: str
    cited: tuple[str, ...]
    supported: bool
    reasons: tuple[str, ...] = ()
