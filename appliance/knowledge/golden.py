"""What a version of a pack must reach on its golden set before it may be served."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

QUESTIONS = "golden.jsonl"
FLOORS = "golden.toml"
# The metrics of `appliance eval` but for times, which are the machine's and not the pack's; a test compares them.
Metric = Literal[
    "emergency_recall", "route_exact", "emergency_false_alarm", "decline_recall", "medical_answered", "coverage",
    "partial_exact", "over_escalation", "language_match", "action_exact", "over_answer", "unsupported_sentences",
]  # fmt: skip
_Limit = Annotated[float, Field(ge=0, le=1)]


class Floors(BaseModel):
    """`golden.toml`: limits on the metrics of the golden set.

    Attributes:
        items: at least so many messages, because an empty set would reach anything.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    items: int = Field(ge=1)
    at_least: Mapping[Metric, _Limit] = Field(default_factory=dict)
    at_most: Mapping[Metric, _Limit] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _emergencies_are_never_left_out(self) -> "Floors":
        if "emergency_recall" not in self.at_least:
            raise ValueError("expected emergency_recall among at_least")
        return self


FORM = TypeAdapter(Floors)
