"""Tells in plain words why a message was decided as it was."""

from collections.abc import Iterator

from appliance.conversation.outcome import Block, Outcome, Trace
from appliance.engine.prompt import language_name

_ACTIONS = {
    "answer": "It is answered: the approved knowledge holds what was asked.",
    "partial": "A part of it is answered, and the rest is declined with the phone line.",
    "decline_medical": "It is declined with the phone line: it is about medicines, illness, tests or treatment.",
    "decline_not_in_kb": "It is declined with the phone line: the approved knowledge does not hold it.",
    "off_topic": "It has nothing to do with preparing for surgery, and is told so.",
    "emergency": "It gets the emergency route at once, and nothing else.",
    "crisis": "It gets the crisis route at once, and nothing else.",
    "opt_out": "The patient wants no more messages, or said so before.",
    "opt_in": "The patient wants to be answered again.",
    "privacy_erase": "The patient wants what is kept of them to be erased.",
    "privacy_export": "The patient wants to know what is kept of them.",
    "privacy_notice": "It holds identifiers and no question: the patient is told that none are needed.",
    "human": "The patient wants a person, and gets the phone line.",
    "greeting": "It greets, or asks who is writing.",
    "ack": "It thanks, agrees or says goodbye: a short word is enough.",
    "clarify": "It is not clear what is asked, so the patient is asked to say it in other words.",
    "unsupported_language": "It is in a language in which nothing is approved.",
    "unsupported_media": "It is a recording, a picture or a place, which is not understood.",
}
_EFFECTS = {
    "alert_staff": "staff are alerted",
    "erase": "the patient's key is destroyed, with which all that was kept can be read",
    "export": "staff are asked for the copy",
    "opt_out": "nothing more is written to the patient but emergency routes",
    "opt_in": "the patient is written to again",
}
# Fixed messages that come along with others, and why.
_ALONG = {
    "greeting": "a greeting, at the first contact",
    "greeting_named": "a greeting by the first name of the profile, at the first contact",
    "disclosure": "that a machine is writing, at the first contact",
    "according_to": "a lead that corrects, because the question takes something for granted",
    "not_listed": "a lead, because the knowledge does not name what was asked about",
    "surgeon_conflict": "a lead, because it sets the surgeon's word against ours",
    "identifiers_hint": "a hint, because it holds identifiers",
    "declined_part_medical": "that the medical part is for a person",
    "declined_part_not_in_kb": "that the other part is not in the knowledge",
    "language_switched": "that the language is switched",
}
_TOLD_BY = {
    "context.followup": "asks on about what was said before",
    "context.language": "asks for another language",
    "social.unclear": "has no meaning of its own",
}


def explained(outcome: Outcome) -> Iterator[str]:
    """One line for each reason, in the order in which they came up, and what is sent at the end."""
    trace = outcome.trace
    yield _ACTIONS[outcome.action]
    if trace.masked_kinds:
        yield f"Masked before anything else saw it: {', '.join(trace.masked_kinds)}."
    if trace.rule:
        yield f"The wording alone decides, before any model is asked. The rule that matched: {trace.rule}."
    elif not trace.parts and outcome.action in {"opt_out", "opt_in"}:
        yield "The whole message is a command, or nothing but a command is still listened to."
    for text, intent, confidence in trace.parts:
        yield f"“{text}” {_TOLD_BY.get(intent, f'is about {intent}')} ({confidence:.0%} sure)."
    if trace.scores:
        nearest = ", ".join(f"{name} ({score:.2f})" for name, score in trace.scores[:3])
        yield f"Nearest among the approved statements: {nearest}. Only those asked for are sent."
    yield from _wording(trace)
    yield from _sent(outcome)
    if outcome.effects:
        done = sorted(_EFFECTS[effect] for effect in outcome.effects)
        yield f"Besides the reply: {'; '.join(done)}."


def _wording(trace: Trace) -> Iterator[str]:
    """What the engine drafted, and what became of it; nothing where none was asked."""
    if not trace.engine:
        return
    if not trace.verdicts:
        yield f"No draft came: {trace.engine}. The approved wording is sent."
        return
    yield f"A draft came from {trace.engine}."
    for verdict in trace.verdicts:
        if verdict.supported:
            yield f"Its sentence “{verdict.text}” is supported by {', '.join(verdict.cited)}."
        else:
            yield f"Its sentence “{verdict.text}” is refused: {'; '.join(verdict.reasons)}."
    if trace.wording == "generated":
        yield "Every sentence is supported, so the draft is sent."
    else:
        yield "A draft is sent whole or not at all, so the approved wording is sent."


def _sent(outcome: Outcome) -> Iterator[str]:
    if not outcome.blocks:
        yield "Nothing is sent: the patient was already told how to come back."
        return
    yield f"Sent in {language_name(outcome.language)}:"
    for number, block in enumerate(outcome.blocks, 1):
        yield f"  {number}. {_block(block)}"


def _block(block: Block) -> str:
    names = ", ".join(block.names)
    if block.source == "statement":
        return f"the approved statement {names}, word for word"
    if block.source == "draft":
        return f"the draft that rests on {names}"
    along = _ALONG.get(names)
    return f"the fixed text {names}" + (f": {along}" if along else "")
