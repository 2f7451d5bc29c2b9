"""What a message means in its conversation: read alone, then in the light of what was said before."""

from dataclasses import replace

from appliance.conversation.story import Story
from appliance.safety.scope import Reading

# Read again together with the question before it, when alone it means nothing ("i te?").
_FRAGMENT_CHARACTERS = 40
_DECLINES = frozenset({"decline_medical", "decline_not_in_kb"})
_QUESTIONS = _DECLINES | {"answer", "partial"}
# Names of the lexicon by which a fragment only says more of what was asked: "and an apple?" after "may I eat?".
_EATEN_OR_DRUNK = frozenset({"food", "clear_drink", "other_drink", "milk", "gum_candy"})
# A decline less sure than this is in doubt.
_SURE_DECLINE = 0.5


async def understood(story: Story) -> Reading:
    """The reading of the turn, its references to the conversation filled in.

    A follow-up that names nothing is read together with the question before: "how long before?" asks for a time of
    whatever was spoken of. When that asks nothing new either ("are you sure?"), what was answered last is asked
    again. A request for another language is answered by the last answer in that language, or by a greeting in it.
    """
    reading = await story.house.read(story.masked.text, story.language)
    if _leans_on_what_was_said(reading, story):
        reading = await _with_question_before(reading, story)
    story.note(parts=tuple((part.text, part.intent, part.confidence) for part in reading.parts))
    if reading.action not in {"followup", "language"}:
        return reading
    if earlier := _answered_last(story):
        return replace(reading, action="answer", statements=earlier)
    return replace(reading, action="greeting" if reading.action == "language" else "clarify")


def _leans_on_what_was_said(reading: Reading, story: Story) -> bool:
    """Whether the turn is a fragment of a question: short, and without a word for what it is about."""
    if story.session.last is None or len(story.masked.text) > _FRAGMENT_CHARACTERS:
        return False
    if reading.action in {"clarify", "followup"}:
        return True
    named = story.house.pack.lexicon.found(story.masked.text)
    if reading.action in _DECLINES and reading.confidence < _SURE_DECLINE:
        return bool(named) and named <= _EATEN_OR_DRUNK
    return reading.action == "answer" and named == {"time_question"}


async def _with_question_before(reading: Reading, story: Story) -> Reading:
    last = story.session.last
    if last is None or last.action not in _QUESTIONS:
        return reading
    together = await story.house.read(f"{last.patient} {story.masked.text}", story.language)
    if together.action not in _QUESTIONS:
        return reading
    if reading.action == "clarify":
        return together
    new = tuple(name for name in together.statements if name not in last.statements)
    if together.action != "answer" or not together.statements:
        return reading
    if new:
        return replace(together, statements=new)
    return reading if reading.action == "followup" else together


def _answered_last(story: Story) -> tuple[str, ...]:
    """The statements of the last answer, without those that go along with others."""
    along = {story.house.pack.manifest.closing_statement, story.house.pack.manifest.contact_statement}
    for exchange in reversed(story.session.exchanges):
        if exchange.action in {"answer", "partial"}:
            asked = tuple(name for name in exchange.statements if name not in along)
            return asked or exchange.statements
    return ()
