"""Takes identifiers out of what a patient wrote before a model, a log or a store sees it."""

from appliance.safety.masking.masking import KINDS, Masked, mask

__all__ = ["KINDS", "Masked", "mask"]
