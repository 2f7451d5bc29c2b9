"""The patient's rights: a copy of what is held, erasure, and how fast each request was met."""

from appliance.rights.register import OpenRequest, Register
from appliance.rights.rights import PatientRights, RightsPolicy

__all__ = ["OpenRequest", "PatientRights", "Register", "RightsPolicy"]
