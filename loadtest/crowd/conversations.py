"""The mix of conversations, read from its file."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

MIX = Path(__file__).with_name("conversations.yaml")


@dataclass(frozen=True)
class Conversation:
    """What one patient writes: turns of one or more messages; `weight` is how many of them the mix holds."""

    kind: str
    weight: int
    turns: tuple[tuple[str, ...], ...]


def load_mix(path: Path = MIX, kinds: Sequence[str] = ()) -> tuple[Conversation, ...]:
    """The conversations of a file; only those of the kinds, if any are given."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    mix = tuple(
        Conversation(entry["kind"], int(entry["weight"]), tuple(tuple(turn) for turn in entry["turns"]))
        for entry in entries
    )
    known = {conversation.kind for conversation in mix}
    if unknown := set(kinds) - known:
        raise ValueError(f"{path}: expected kinds out of {sorted(known)}, got {sorted(unknown)}")
    return tuple(conversation for conversation in mix if not kinds or conversation.kind in kinds)


class Deck:
    """Deals conversations: each as often as its weight before any comes once more. Endless.

    Dealt and not drawn, so that a run of some minutes holds the shares of the mix and not those of its luck.
    """

    def __init__(self, mix: Sequence[Conversation], rng: random.Random) -> None:
        self._cards = [conversation for conversation in mix for _ in range(conversation.weight)]
        self._rng = rng
        self._left: list[Conversation] = []

    def deal(self) -> Conversation:
        """The next."""
        if not self._left:
            self._left = self._rng.sample(self._cards, len(self._cards))
        return self._left.pop()
