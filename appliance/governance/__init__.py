"""Who is responsible and who has agreed: the hospital's own record, and what going live wants of it."""

from appliance.governance.golive import Release, release_of, what_is_missing
from appliance.governance.record import Governance, SignOff, load_governance

__all__ = ["Governance", "Release", "SignOff", "load_governance", "release_of", "what_is_missing"]
