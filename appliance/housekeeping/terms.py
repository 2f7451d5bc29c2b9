"""How long each class of data is kept."""

from dataclasses import dataclass
from typing import Self

from appliance.settings import Settings

HOURS_S = 3600.0
DAYS_S = 24 * HOURS_S


@dataclass(frozen=True)
class Terms:
    """Times are in seconds; None is for ever.

    Attributes:
        session_s: from the last message.
        sid_s: how long a MessageSid is known as taken.
        receipt_s: from the last status.
        dead_letter_s: from the day it became one.
        request_s: an open request for a copy.
        opt_out_s: from the request.
        export_s: copies that staff made and left in the data directory.
        erasure_s: lines of the book of erasures; longer than any backup of the key store is kept.
        blocked_s: what an erasure blocked.
    """

    session_s: float
    sid_s: float
    receipt_s: float
    dead_letter_s: float
    request_s: float
    opt_out_s: float | None
    export_s: float
    erasure_s: float
    blocked_s: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those that are set."""
        return cls(
            session_s=settings.keep_session_hours * HOURS_S,
            sid_s=settings.keep_sid_hours * HOURS_S,
            receipt_s=settings.keep_receipt_days * DAYS_S,
            dead_letter_s=settings.keep_dead_letter_days * DAYS_S,
            request_s=settings.keep_request_days * DAYS_S,
            opt_out_s=settings.keep_opt_out_days * DAYS_S or None,
            export_s=settings.keep_export_days * DAYS_S,
            erasure_s=settings.keep_erasure_days * DAYS_S,
            blocked_s=settings.keep_blocked_days * DAYS_S,
        )

    @property
    def data_key_s(self) -> float:
        """A data key ends by itself when all that may be sealed under it has ended: a day for what is on its way."""
        return max(self.session_s, self.dead_letter_s, self.request_s) + DAYS_S
