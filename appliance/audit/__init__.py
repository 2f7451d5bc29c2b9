"""The audit journal: hash-chained, signed in intervals, verifiable by anybody with the public key."""

from appliance.audit.checkpoints import CheckpointBook
from appliance.audit.journal import Durability, Journal
from appliance.audit.places import CHECKPOINT_KEY, AuditPlaces
from appliance.audit.signing import load_public_key, load_signing_key, new_signing_key
from appliance.audit.verdict import Broken, Verified
from appliance.audit.verify import verify

__all__ = [
    "CHECKPOINT_KEY",
    "AuditPlaces",
    "Broken",
    "CheckpointBook",
    "Durability",
    "Journal",
    "Verified",
    "load_public_key",
    "load_signing_key",
    "new_signing_key",
    "verify",
]
