"""A reply as the outbox keeps it, before it is sealed."""

from dataclasses import dataclass

from pydantic import TypeAdapter


@dataclass(frozen=True)
class Reply:
    """One part of a reply.

    Attributes:
        to: the patient's address, as it came.
        sender: the hospital's address, which the patient wrote to.
        body: at most 1600 characters (see `split`).
        urgent: the route of an emergency: better twice than late.
        since_s: when the first message that it answers came, seconds since 1970; None for no message's answer.
    """

    to: str
    sender: str
    body: str
    urgent: bool = False
    since_s: float | None = None

    def to_json(self) -> bytes:
        """What `from_json` takes."""
        return _STORED.dump_json(self)

    @staticmethod
    def from_json(stored: bytes) -> "Reply":
        """What `to_json` gave; pydantic's ValidationError, a ValueError, for anything else."""
        return _STORED.validate_json(stored)


_STORED = TypeAdapter(Reply)
