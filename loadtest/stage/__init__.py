"""The stage: the appliance's real processes on this machine, and the stand-in for Twilio, to be tried and killed."""

from loadtest.stage.plan import Plan
from loadtest.stage.program import Launch, Program, StageError
from loadtest.stage.setting import Stage, staged

__all__ = ["Launch", "Plan", "Program", "Stage", "StageError", "staged"]
