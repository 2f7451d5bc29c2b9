"""What goes wrong at the Twilio stand-in, as harnesses and tests ask for it: late, lost and refused answers."""

from dataclasses import asdict, dataclass
from random import Random
from typing import Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from appliance.errors import Permanent

NEVER_S = 3600.0
"""A delay that every client's patience ends before."""


class InvalidFaults(Permanent):
    """A plan of faults is not of the form that is expected; the text says where."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        on: the kind of request: a message is created, messages are listed, a message is redacted.
        to: the only recipient (of `redact`: the message's sid) that it concerns; "" for all.
        taken: the message is taken nevertheless, and delivered; only its answer goes wrong.
        http_status: of the answer; 201 with `taken` is the usual answer, only late.
        code: Twilio's error code in it.
        retry_after: the header of that name; "" for none.
        delay_s: before the answer; NEVER_S for one that never comes.
        times: so often, then it is over; None for no end.
        share: of the requests that it concerns, picked at random.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    on: Literal["create", "list", "redact"] = "create"
    to: str = ""
    taken: bool = False
    http_status: int = 500
    code: int = 20500
    retry_after: str = ""
    delay_s: float = 0.0
    times: int | None = None
    share: float = 1.0


_PLAN = TypeAdapter(list[Fault])


class Faults:
    """The faults that are set; the first one that concerns a request happens to it."""

    def __init__(self, *faults: Fault, seed: int = 0) -> None:
        """`seed`: of the random choice, so that a run can be repeated."""
        self._random = Random(seed)  # noqa: S311 - a test's dice, no secret
        self._set = [*faults]
        self._happened = [0] * len(faults)

    def set(self, *faults: Fault) -> None:
        """From now on these."""
        self._set = [*faults]
        self._happened = [0] * len(faults)

    def plan(self, document: str) -> None:
        """The same, from a JSON list of objects with the fields of `Fault`; raises InvalidFaults."""
        try:
            self.set(*_PLAN.validate_json(document))
        except ValidationError as error:
            raise InvalidFaults(f"expected a JSON list of faults: {error}") from error

    def told(self) -> list[dict[str, object]]:
        """Each fault's fields, and how often it has happened."""
        return [
            {**asdict(fault), "happened": happened}
            for fault, happened in zip(self._set, self._happened, strict=True)
        ]

    def next(self, on: str, to: str) -> Fault | None:
        """What goes wrong with this request, or None."""
        for number, fault in enumerate(self._set):
            over = fault.times is not None and self._happened[number] >= fault.times
            concerned = fault.on == on and fault.to in {"", to} and not over
            if concerned and self._random.random() < fault.share:
                self._happened[number] += 1
                return fault
        return None
