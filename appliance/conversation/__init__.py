"""The story of a message: what a patient wrote, what was decided, what goes back."""

from appliance.conversation.handle import handle
from appliance.conversation.house import House
from appliance.conversation.outcome import Outcome
from appliance.conversation.turn import Session, Turn

__all__ = ["House", "Outcome", "Session", "Turn", "handle"]
