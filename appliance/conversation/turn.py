"""What goes into the story of a message: the patient's turn, and the session that it continues."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Modality = Literal["text", "voice", "button", "location", "media"]

MOST_EXCHANGES = 10
MOST_CHARACTERS = 4000


@dataclass(frozen=True)
class Turn:
    """What a patient wrote in one burst of messages, joined by line breaks.

    Attributes:
        text: as written, at most `MOST_CHARACTERS`; empty for a photo without a caption.
        modalities: what the messages were.
        profile_name: the WhatsApp profile's name, chosen by the sender and never trusted.
        at: when the last message came, UTC.
    """

    text: str
    modalities: frozenset[Modality] = frozenset({"text"})
    profile_name: str | None = None
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)


class _Sealed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Exchange(_Sealed):
    """One turn and its reply, as kept in the session: masked, and sealed at rest."""

    at: datetime
    patient: str
    reply: str
    action: str
    language: str
    intents: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()


class Session(_Sealed):
    """What is remembered of a conversation: at most ten exchanges, for 24 hours from the last message.

    `introduced` says whether the patient has been told what is writing; an emergency leaves no room for it.
    """

    language: str | None = None
    introduced: bool = False
    exchanges: tuple[Exchange, ...] = ()
    opted_out: bool = False
    reminded: bool = False

    def with_exchange(self, exchange: Exchange) -> "Session":
        """The session with one more exchange; the oldest goes when there are more than ten."""
        kept = (*self.exchanges, exchange)[-MOST_EXCHANGES:]
        return self.model_copy(update={"exchanges": kept, "language": exchange.language})

    @property
    def last(self) -> Exchange | None:
        """The exchange before this turn."""
        return self.exchanges[-1] if self.exchanges else None
