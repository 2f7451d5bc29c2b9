"""Why drafts are refused, in a few kinds: the verdicts' own words quote the draft, and are no metric."""

from collections.abc import Sequence

from appliance.safety.verdict import SentenceVerdict

# How the reasons of `safety.grounding` begin, and in which kind each is counted; the first that fits.
_KINDS = (
    ("names", "citation"),
    ("adds", "addition"),
    ("leaves out", "omission"),
    ("says", "contradiction"),
    ("allows", "permission"),
    ("forbids", "permission"),
    ("neither allows", "permission"),
    ("is not in the language", "language"),
    ("the entailment", "entailment"),
    ("the statement can only", "verbatim"),
    ("this language is only", "verbatim"),
    ("it is not clear", "doubt"),
    ("negates twice", "doubt"),
    ("mixes what", "doubt"),
    *((start, "form") for start in ("is ", "has ", "mixes scripts", "speaks of itself", "asks", "begins")),
)
KINDS = (*dict.fromkeys(kind for _, kind in _KINDS), "other")
"""All kinds there are."""


def refusal_of(verdicts: Sequence[SentenceVerdict]) -> str:
    """The kind of the first reason; `omission` when every sentence is supported, but not all was said."""
    reason = next((reason for verdict in verdicts for reason in verdict.reasons), None)
    if reason is None:
        return "omission"
    return next((kind for start, kind in _KINDS if reason.startswith(start)), "other")
