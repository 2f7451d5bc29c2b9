"""Wording by the engine: a draft inside the deadline, every sentence verified, or nothing."""

from appliance.conversation.outcome import Block
from appliance.conversation.story import Story
from appliance.errors import EngineUnavailable


async def drafted(statements: tuple[str, ...], story: Story) -> Block | None:
    """The engine's wording of the statements, or None when the approved wording goes out.

    One sentence that is not supported refuses the whole draft, and so does a statement that no sentence rests
    on. What was drafted and why it was refused is noted.
    """
    house = story.house
    drafter = house.drafter() if house.wording == "fluent" and statements else None
    if drafter is None:
        return None
    texts = {name: house.pack.statement(name, story.language) for name in statements}
    try:
        draft = await drafter.draft(story.masked.text, story.language, texts, house.engine_deadline_s)
    except EngineUnavailable as error:
        story.note(engine=str(error), engine_failure=error.reason)
        return None
    verdicts = await house.verdicts(draft, texts, story.language)
    story.note(draft=draft.raw, engine=draft.model, verdicts=verdicts)
    left_out = [name for name in statements if not any(name in verdict.cited for verdict in verdicts)]
    if left_out:
        story.note(engine=f"{draft.model}, which left out {', '.join(left_out)}")
    if left_out or not all(verdict.supported for verdict in verdicts):
        return None
    story.note(wording="generated")
    return Block("draft", statements, " ".join(verdict.text for verdict in verdicts))
