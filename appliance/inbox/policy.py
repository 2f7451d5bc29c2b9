"""What the mailbox keeps to: how long, how many, how often."""

from dataclasses import dataclass

HOURS_S = 3600.0


@dataclass(frozen=True)
class MailboxPolicy:
    """Times are in seconds."""

    quiet_s: float = 1.2
    """A turn is taken this long after the last message of a burst …"""
    most_s: float = 3.0
    """… and no later than this after the first."""
    lease_s: float = 30.0
    """A conversation whose holder has been silent for so long is given to another."""
    session_s: float = 24 * HOURS_S
    sid_s: float = 72 * HOURS_S
    """How long a MessageSid is remembered as taken."""
    tries: int = 3
    """After so many failed tries a turn becomes a dead letter, and the patient gets the fallback."""
    retry_s: float = 0.5
    """Pause after the first failed try; it doubles with each further one."""
    longest_retry_s: float = 60.0
    most_messages: int = 50
    """Handed out in one turn; what is above waits for the next."""
    most_pending: int = 200
    """Waiting in one conversation; what is above is refused."""
