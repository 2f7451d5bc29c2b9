"""Whether a message that came alone is only the beginning of what a patient is writing."""

import re

from appliance.conversation.outcome import Outcome
from appliance.conversation.turn import Turn

# What leads to no answer by itself: "I have surgery tomorrow", "good morning", "I take pills for".
_LEADS_NOWHERE = frozenset({
    "clarify", "off_topic", "decline_medical", "decline_not_in_kb", "human", "unsupported_language"
})  # fmt: skip
_ASKS = re.compile(r"[?？؟]\W*$")


def is_unfinished(turn: Turn, outcome: Outcome) -> bool:
    """Whether to wait for the rest: a greeting, or words that were not answered and do not end as a question.

    What is answered from statements is answered at once, and so is a route, a command and a thank-you.
    """
    if outcome.action == "greeting":
        return True
    return outcome.action in _LEADS_NOWHERE and not _ASKS.search(turn.text)
