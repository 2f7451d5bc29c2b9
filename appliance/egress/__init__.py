"""What leaves this process: the guard that refuses all but the configured peers, and its counters.

Only what needs the standard library alone is imported here: see `guard`.
"""

from appliance.egress.guard import Guard, Refusal
from appliance.egress.policy import Peer, Policy

__all__ = ["Guard", "Peer", "Policy", "Refusal"]
