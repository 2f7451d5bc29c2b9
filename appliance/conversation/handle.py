"""The story of a message, from what a patient wrote to what goes back."""

from appliance.conversation import commands, compose
from appliance.conversation.drafting import drafted
from appliance.conversation.house import House
from appliance.conversation.language import language_of, language_of_alarm
from appliance.conversation.outcome import Outcome
from appliance.conversation.resolve import understood
from appliance.conversation.retrieval import served
from appliance.conversation.story import Story
from appliance.conversation.turn import Session, Turn
from appliance.safety.masking import mask

# What a patient may still ask for after an opt-out, besides help in an emergency.
STILL_HONOURED = frozenset({"opt_in", "privacy_erase", "privacy_export"})


async def handle(turn: Turn, session: Session, house: House) -> Outcome:  # noqa: PLR0911 - a story of early ends
    """Decide on a turn and compose the reply, of approved or verified sentences only."""
    story = Story.begin(turn, session, house)

    if command := commands.given(turn.text):
        return compose.command(story, command)

    story.masked = mask(turn.text, house.pack.manifest.phone_lines.values())
    story.note(masked=story.masked.text, masked_kinds=story.masked.kinds)

    with story.timed("emergency"):
        alarms = tuple(house.pack.emergencies.find_all(turn.text))
    with story.timed("language"):
        guess = language_of(story.masked.text, session.language, house.languages, house.pack.languages)
    story.language = guess.language if guess.supported else story.language
    if alarms:
        story.language = language_of_alarm(guess, alarms)
        return compose.alarm(story, alarms[0])
    if right := commands.claimed(story.masked.text):
        return compose.command(story, right)
    if not story.says_something:
        return compose.opted_out(story) if session.opted_out else compose.unreadable(story)

    with story.timed("scope"):
        reading = await understood(story)
    if reading.action in {"emergency", "crisis"}:
        return compose.route(story, reading)
    if session.opted_out and reading.action not in STILL_HONOURED:
        return compose.opted_out(story)
    if not guess.supported:
        return compose.foreign(story, guess.language)
    if not reading.statements:
        return compose.without_answer(story, reading)

    with story.timed("retrieve"):
        statements = await served(reading, story)
    with story.timed("draft"):
        draft = await drafted(statements, story)
    return compose.answer(story, reading, statements, draft)
