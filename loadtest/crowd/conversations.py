"""The mix of conversations, read from its file."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

MIX = Path(__file__).with_name("conversations.yaml")


@dataclass(frozen=True)
class Conversation:
    """What one patient writes: turns of one or more messages; `weight` is its share of the mix."""

    kind: str
    weight: float
    turns: tuple[tuple[str, ...], ...]


def load_mix(path: Path = MIX, kinds: Sequence[str] = ()) -> tuple[Conversation, ...]:
    """The conversations of a file; only those of the kinds, if any are given."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    mix = tuple(
        Conversation(entry["kind"], float(entry["weight"]), tuple(tuple(turn) for turn in entry["turns"]))
        for entry in entries
    )
    known = {conversation.kind for conversation in mix}
    if unknown := set(kinds) - known:
        raise ValueError(f"{path}: expected kinds out of {sorted(known)}, got {sorted(unknown)}")
    return tuple(conversation for conversation in mix if not kinds or conversation.kind in kinds)


def choose(mix: Sequence[Conversation], rng: random.Random) -> Conversation:
    """One of them, by weight."""
    return rng.choices(mix, [conversation.weight for conversation in mix])[0]
