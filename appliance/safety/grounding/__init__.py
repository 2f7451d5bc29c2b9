"""Grounding: no drafted sentence is sent unless the approved statements say just that."""

from appliance.safety.grounding.form import same_language
from appliance.safety.grounding.verification import Entailment, verify

__all__ = ["Entailment", "same_language", "verify"]
