"""The reply: approved texts in their order, each decision's own."""

from dataclasses import replace

from appliance.conversation.commands import Given
from appliance.conversation.outcome import Block, Effect, Outcome
from appliance.conversation.story import Story
from appliance.safety.scope import Reading
from appliance.safety.wording import Match

_EFFECTS: dict[str, frozenset[Effect]] = {
    "opt_out": frozenset({"opt_out"}),
    "opt_in": frozenset({"opt_in"}),
    "privacy_erase": frozenset({"erase"}),
    "privacy_export": frozenset({"export"}),
}
# Declines and their like end with the line that a person answers.
_WITH_CONTACT = frozenset({"decline_medical", "decline_not_in_kb", "human", "clarify", "privacy_notice"})


def command(story: Story, given: Given) -> Outcome:
    """Stop or start, at once."""
    if story.session.language is None and given.language:
        story.language = given.language
    return _right(story, given.command)


def alarm(story: Story, match: Match) -> Outcome:
    """The fixed route of an emergency or crisis that a rule recognised; staff are alerted."""
    story.note(rule=f"{match.kind} ({match.language}): {match.rule}")
    action = "emergency" if match.route == "emergency" else "crisis"
    return _routed(story, action, match.route, 1.0, (match.kind,))


def route(story: Story, reading: Reading) -> Outcome:
    """The fixed route of an emergency or crisis that scope recognised; staff are alerted."""
    message = "violence" if reading.intents == ("crisis.violence",) else reading.action
    return _routed(story, reading.action, message, reading.confidence, reading.intents)


def _routed(story: Story, action: str, message: str, confidence: float, intents: tuple[str, ...]) -> Outcome:
    return story.ends(
        action,
        [story.message(message)],
        confidence=confidence,
        intents=intents,
        effects=frozenset({"alert_staff"}),
    )


def unreadable(story: Story) -> Outcome:
    """A photo, a recording, a place, or nothing at all."""
    if story.turn.modalities & {"media", "location", "voice"}:
        return story.ends("unsupported_media", [*story.opening(), story.message("unsupported_media")])
    return story.ends("clarify", [*story.opening(), story.message("clarify"), story.contact()])


def foreign(story: Story, language: str) -> Outcome:
    """A language that the pack does not speak: the fixed text in it if there is one, and in the pack's first."""
    texts = story.house.pack.messages["unsupported_language"]
    blocks = [Block("message", ("unsupported_language",), texts[language])] if language in texts else []
    blocks += [story.message("unsupported_language"), story.contact()]
    outcome = story.ends("unsupported_language", blocks)
    return replace(outcome, language=language) if language in texts else outcome


def opted_out(story: Story) -> Outcome:
    """After an opt-out: told once how to come back, then silence."""
    session = story.session.model_copy(update={"reminded": True})
    blocks = [] if story.session.reminded else [story.message("opted_out_reminder")]
    return story.ends("opt_out", blocks, session=session)


def without_answer(story: Story, reading: Reading) -> Outcome:
    """Everything that is not answered from statements."""
    action = reading.action
    if action in _EFFECTS:
        return _right(story, action, reading)
    if action == "greeting":
        blocks = _greeting(story, reading)
    elif action == "ack":
        blocks = [story.message("ack")]
    else:
        blocks = [*story.opening(), story.message(action)]
        blocks += [story.contact()] if action in _WITH_CONTACT else []
        blocks += _hint(story) if action != "privacy_notice" else []
    return story.ends(action, blocks, confidence=reading.confidence, intents=reading.intents)


def answer(story: Story, reading: Reading, statements: tuple[str, ...], draft: Block | None) -> Outcome:
    """The statements asked for and no more, then what goes with them, then the part that is declined."""
    if not statements:
        declined = Reading("decline_not_in_kb", reading.intents, (), (), reading.confidence, reading.parts)
        return without_answer(story, declined)
    manifest = story.house.pack.manifest
    body = [draft] if draft else [story.statement(name) for name in statements]
    topics = {story.house.pack.statements[name].topic for name in statements}
    if topics & set(manifest.closing_topics) and manifest.closing_statement not in statements:
        body.append(story.statement(manifest.closing_statement))
    body += [story.message(kind.replace("decline_", "declined_part_")) for kind in reading.declined]
    if reading.declined and manifest.contact_statement not in statements:
        body.append(story.contact())
    blocks = [*story.opening(), *_lead(story, reading), *body, *_hint(story)]
    return story.ends(reading.action, blocks, confidence=reading.confidence, intents=reading.intents)


def _right(story: Story, action: str, reading: Reading | None = None) -> Outcome:
    """Opt-out, opt-in, erasure, export: acknowledged, and done by the caller."""
    session = story.session.model_copy(
        update={
            "opted_out": action == "opt_out" or (story.session.opted_out and action != "opt_in"),
            "reminded": story.session.reminded and action != "opt_in",
        }
    )
    blocks_first = action == "privacy_erase" and story.house.erasure == "block"
    return story.ends(
        action,
        [story.message("privacy_block" if blocks_first else action)],
        confidence=reading.confidence if reading else 1.0,
        intents=reading.intents if reading else (),
        effects=_EFFECTS[action],
        session=session,
    )


def _greeting(story: Story, reading: Reading) -> list[Block]:
    opening = story.opening()
    if "context.language" in reading.intents:
        opening = [*opening, story.message("language_switched")]
    elif not opening:
        opening = (
            [story.message("disclosure")] if "social.identity" in reading.intents else [story.greeting()]
        )
    return [*opening, story.message("scope")]


def _lead(story: Story, reading: Reading) -> list[Block]:
    """What the first statement needs before it."""
    if "context.language" in reading.intents:
        return [story.message("language_switched")]
    if "surgeon.conflict" in reading.intents:
        return [story.message("surgeon_conflict")]
    if "fasting.other_drinks" in reading.intents:
        return [story.message("not_listed")]
    if "premise" in story.house.pack.lexicon.found(story.masked.text):
        return [story.message("according_to")]
    return []


def _hint(story: Story) -> list[Block]:
    # A name alone is a courtesy, and no identifier to be warned of.
    return [story.message("identifiers_hint")] if set(story.masked.kinds) - {"name"} else []
