"""What a message means in its conversation: follow-ups, and requests for another language."""

from dataclasses import replace

from appliance.conversation.story import Story
from appliance.safety.scope import Reading


def resolved(reading: Reading, story: Story) -> Reading:
    """The reading with its references to what was said before filled in.

    A follow-up that names nothing ("until when?") asks again for what was answered last. A request for another
    language is answered by the last answer in that language, or by a greeting in it.
    """
    if reading.action not in {"followup", "language"}:
        return reading
    earlier = _answered_last(story)
    if earlier:
        return replace(reading, action="answer", statements=earlier)
    return replace(reading, action="greeting" if reading.action == "language" else "clarify")


def _answered_last(story: Story) -> tuple[str, ...]:
    """The statements of the last answer, without those that go along with others."""
    along = {story.house.pack.manifest.closing_statement, story.house.pack.manifest.contact_statement}
    for exchange in reversed(story.session.exchanges):
        if exchange.action in {"answer", "partial"}:
            asked = tuple(name for name in exchange.statements if name not in along)
            return asked or exchange.statements
    return ()
