"""What a message means in its conversation: read alone, then in the light of what was said before."""

from dataclasses import replace

from appliance.conversation.story import Story
from appliance.safety.scope import Reading

# Read again together with the question before it, when alone it means nothing ("i te?").
_FRAGMENT_CHARACTERS = 40
_QUESTIONS = frozenset({"answer", "partial", "decline_medical", "decline_not_in_kb"})


async def understood(story: Story) -> Reading:
    """The reading of the turn, its references to the conversation filled in.

    A follow-up that names nothing ("until when?") asks again for what was answered last. A request for another
    language is answered by the last answer in that language, or by a greeting in it.
    """
    reading = await story.house.read(story.masked.text, story.language)
    if reading.action == "clarify":
        reading = await _with_question_before(reading, story)
    story.note(parts=tuple((part.text, part.intent, part.confidence) for part in reading.parts))
    if reading.action not in {"followup", "language"}:
        return reading
    if earlier := _answered_last(story):
        return replace(reading, action="answer", statements=earlier)
    return replace(reading, action="greeting" if reading.action == "language" else "clarify")


async def _with_question_before(reading: Reading, story: Story) -> Reading:
    last, text = story.session.last, story.masked.text
    if last is None or last.action not in _QUESTIONS or len(text) > _FRAGMENT_CHARACTERS:
        return reading
    together = await story.house.read(f"{last.patient} {text}", story.language)
    return together if together.action in _QUESTIONS else reading


def _answered_last(story: Story) -> tuple[str, ...]:
    """The statements of the last answer, without those that go along with others."""
    along = {story.house.pack.manifest.closing_statement, story.house.pack.manifest.contact_statement}
    for exchange in reversed(story.session.exchanges):
        if exchange.action in {"answer", "partial"}:
            asked = tuple(name for name in exchange.statements if name not in along)
            return asked or exchange.statements
    return ()
