"""What the mailbox keeps to: how long, how many, how often."""

import math
from dataclasses import dataclass

from appliance.inbox.lanes import SHARDS

HOURS_S = 3600.0


@dataclass(frozen=True)
class MailboxPolicy:
    """Times are in seconds."""

    quiet_s: float = 1.2
    """A turn is taken this long after the last message of a burst …"""
    most_s: float = 3.0
    """… and no later than this after the first."""
    eager: bool = False
    """Whether a message that comes alone is handed out at once, with `open_s` for what its burst has left."""
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
    most_waiting: int = 20_000
    """Conversations with something to answer; a further one is refused."""
    minute: int = 6_000
    """Messages of all senders in a minute; what is above is refused."""
    burst: int = 30
    """Messages of one sender within `burst_s`: the next one is answered and told of the limit, then silence."""
    burst_s: float = 60.0
    day: int = 300
    """Messages of one sender within 24 hours; likewise."""
    redact_inbound: bool = False
    """Whether the provider is to empty a message once it is answered."""

    def shard(self, whole: int) -> int:
        """The share of one shard in a limit over all: each script sees its own shard only."""
        return math.ceil(whole / SHARDS)
