"""Which of the statements that answer a message may be served: approved, unexpired, of the active version."""

from appliance.conversation.story import Story
from appliance.errors import IndexUnavailable
from appliance.safety.scope import Reading


async def served(reading: Reading, story: Story) -> tuple[str, ...]:
    """The reading's statements that the index has, in the reading's order.

    Without the index the pack itself says which are approved and unexpired: the same rule on the same files.
    """
    house = story.house
    try:
        found = await house.retrieve(story.masked.text, story.language)
    except IndexUnavailable:
        allowed = house.pack.served(house.today())
        story.note(scores=())
    else:
        allowed = frozenset(hit.statement for hit in found)
        story.note(scores=tuple((hit.statement, hit.score) for hit in found))
    return tuple(name for name in reading.statements if name in allowed)
