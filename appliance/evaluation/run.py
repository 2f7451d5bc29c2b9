"""Plays each conversation of a question set through `conversation.handle`."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from appliance.conversation.handle import handle
from appliance.conversation.house import House
from appliance.conversation.outcome import Outcome
from appliance.conversation.turn import Session, Turn
from appliance.evaluation.questions import Item, Said
from appliance.safety.normalise import sentences


@dataclass(frozen=True)
class Played:
    """An item and what was decided on its last turn.

    Attributes:
        last_language: of the conversation before the last turn, for items that expect `last`.
        statements: all whose text, or verified wording, is in the reply.
        unsupported: delivered sentences that are neither approved nor verified.
        latencies_s: of every turn of the item.
    """

    item: Item
    outcome: Outcome
    last_language: str
    statements: tuple[str, ...]
    unsupported: tuple[str, ...]
    latencies_s: tuple[float, ...]


async def play(items: Sequence[Item], house: House, progress: Callable[[], None]) -> list[Played]:
    """Every item, one after the other; `progress` is called after each."""
    played = []
    for item in items:
        played.append(await _play(item, house))
        progress()
    return played


async def _play(item: Item, house: House) -> Played:
    session, latencies_s = Session(), []
    *earlier, last = (said for said in item.turns if said.role == "user")
    for said in earlier:
        outcome, latency_s = await _timed(said, item, session, house)
        session = outcome.session
        latencies_s.append(latency_s)
    outcome, latency_s = await _timed(last, item, session, house)
    return Played(
        item=item,
        outcome=outcome,
        last_language=session.language or house.pack.languages[0],
        statements=_said(outcome, house),
        unsupported=unsupported(outcome, house),
        latencies_s=(*latencies_s, latency_s),
    )


async def _timed(said: Said, item: Item, session: Session, house: House) -> tuple[Outcome, float]:
    turn = Turn(said.text, frozenset({said.modality}), item.profile_name, datetime.now(UTC))
    start = time.perf_counter()
    outcome = await handle(turn, session, house)
    return outcome, time.perf_counter() - start


def _said(outcome: Outcome, house: House) -> tuple[str, ...]:
    """The statements whose approved text is in the reply, and those that a verified draft rests on."""
    found = [
        name
        for name, statement in house.pack.statements.items()
        if any(text in outcome.reply for text in statement.text.values())
    ]
    drafted = [name for block in outcome.blocks if block.source == "draft" for name in block.names]
    return tuple(dict.fromkeys([*found, *drafted]))


def unsupported(outcome: Outcome, house: House) -> tuple[str, ...]:
    """The reply's sentences that are neither in an approved text nor verified, judged by the text alone.

    The texts are compared, not the blocks' own word for what they are.
    """
    approved = [text for statement in house.pack.statements.values() for text in statement.text.values()]
    approved += [text for texts in house.pack.messages.values() for text in texts.values()]
    verified = [verdict.text for verdict in outcome.trace.verdicts if verdict.supported]
    known = {sentence for text in [*approved, *verified] for sentence in sentences(text)}
    greetings = [block for block in outcome.blocks if block.names == ("greeting_named",)]
    rest = outcome.reply
    for block in greetings:
        rest = rest.replace(block.text, "", 1)
    return tuple(sentence for sentence in sentences(rest) if sentence not in known)
