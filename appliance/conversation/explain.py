"""Tells in plain words why a message was decided as it was."""

from collections.abc import Iterator

from appliance.conversation.outcome import Outcome, Trace

_ACTIONS = {
    "answer": "It is answered: the knowledge holds what was asked.",
    "partial": "A part of it is answered, and the rest is declined with the phone line.",
    "decline_medical": "It is declined: it is about medicines, illness, tests or treatment.",
    "decline_not_in_kb": "It is declined: the approved information does not hold it.",
    "off_topic": "It has nothing to do with preparing for surgery.",
    "emergency": "It gets the emergency route at once, and staff are alerted.",
    "crisis": "It gets the crisis route at once, and staff are alerted.",
    "clarify": "It is not clear what is asked, so the patient is asked to say it in other words.",
    "unsupported_language": "The pack has no approved wording in this language.",
}


def explained(outcome: Outcome) -> Iterator[str]:
    """One line for each reason, in the order in which they came up."""
    trace = outcome.trace
    yield _ACTIONS.get(outcome.action, f"It is taken as {outcome.action.replace('_', ' ')}.")
    if trace.masked_kinds:
        yield f"Masked before anything else saw it: {', '.join(trace.masked_kinds)}."
    if trace.rule:
        yield f"An emergency rule matched: {trace.rule}."
    for text, intent, confidence in trace.parts:
        yield f"“{text}” reads as {intent}, {confidence:.0%} sure."
    if trace.scores:
        nearest = ", ".join(f"{name} {score:.2f}" for name, score in trace.scores[:3])
        yield f"The nearest approved statements are {nearest}."
    yield from _wording(trace)
    for block in outcome.blocks:
        yield f"{block.source} {', '.join(block.names)} is sent."


def _wording(trace: Trace) -> Iterator[str]:
    for verdict in trace.verdicts:
        if verdict.supported:
            yield f"The model's sentence “{verdict.text}” is supported by {', '.join(verdict.cited)}."
        else:
            yield f"The model's sentence “{verdict.text}” is not sent: {'; '.join(verdict.reasons)}."
    if trace.engine and not trace.verdicts:
        yield f"The model gave nothing: {trace.engine}."
