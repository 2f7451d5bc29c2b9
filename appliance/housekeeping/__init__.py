"""The end of every term, in one place: what is kept how long, and what is taken away when that is over."""

from appliance.housekeeping.housekeeping import Housekeeping
from appliance.housekeeping.terms import Terms

__all__ = ["Housekeeping", "Terms"]
