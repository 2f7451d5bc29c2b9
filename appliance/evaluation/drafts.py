"""What became of the drafts that an engine was asked for: sent, refused and why, or none came and why."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.conversation.outcome import Trace
from appliance.evaluation.run import Played

_QUOTED = re.compile("“[^”]*”")


@dataclass(frozen=True)
class Drafts:
    """Counts over the last turns of the items.

    Attributes:
        asked: turns in which an engine was asked.
        sent: drafts that were sent.
        refused: drafts that were not, by the first reason against them, what it quotes left out.
        none: turns without a draft, by the engine's reason.
    """

    asked: int
    sent: int
    refused: Mapping[str, int]
    none: Mapping[str, int]


def drafts_of(played: Sequence[Played]) -> Drafts:
    """What became of the drafts of what was played."""
    traces = [one.outcome.trace for one in played if one.outcome.trace.engine]
    sent = sum(trace.wording == "generated" for trace in traces)
    refused = Counter(_refusal(trace) for trace in traces if trace.verdicts and trace.wording != "generated")
    none = Counter(trace.engine_failure or "empty" for trace in traces if not trace.verdicts)
    return Drafts(len(traces), sent, dict(refused.most_common()), dict(none.most_common()))


def _refusal(trace: Trace) -> str:
    """The first reason against a draft; it may also leave out what was asked for."""
    reasons = [reason for verdict in trace.verdicts for reason in verdict.reasons]
    return _QUOTED.sub("…", reasons[0]) if reasons else "leaves out a statement"
