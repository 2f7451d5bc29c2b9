"""What the Twilio stand-in received: every message with its arrival time and its way to the phone."""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

MOST_KEPT = 50_000
"""Messages; the oldest go first."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Received:
    """A message that the gateway handed over.

    Attributes:
        to: the patient's address, `whatsapp:…`.
        sender: the hospital's address.
        status: the newest one.
        status_callback: where statuses are reported; "" for nowhere.
        at: when it arrived, UTC.
        history: each status and when it was reached, in order.
        direction: Twilio's word: what a patient wrote is `inbound`.
    """

    sid: str
    account_sid: str
    to: str
    sender: str
    body: str
    status: str
    status_callback: str
    at: datetime
    history: tuple[tuple[str, datetime], ...]
    direction: str = "outbound-api"

    @property
    def updated_at(self) -> datetime:
        """When the newest status was reached."""
        return self.history[-1][1]


class Ledger:
    """Messages by sid and by recipient, in memory, in the order of their arrival."""

    def __init__(
        self,
        *,
        most: int = MOST_KEPT,
        now: Callable[[], datetime] = _now,
        changed: Callable[[], None] = lambda: None,
        arrived: Callable[[Received], None] = lambda _: None,
    ) -> None:
        self._most = most
        self._now = now
        self._changed = changed
        self._arrived = arrived
        self._messages: OrderedDict[str, Received] = OrderedDict()
        self._by_recipient: dict[str, dict[str, None]] = {}

    def add(self, *, account_sid: str, to: str, sender: str, body: str, status_callback: str) -> Received:
        """A new message, queued, with a sid of its own."""
        at = self._now()
        message = Received(
            sid=f"SM{secrets.token_hex(16)}",
            account_sid=account_sid,
            to=to,
            sender=sender,
            body=body,
            status="queued",
            status_callback=status_callback,
            at=at,
            history=(("queued", at),),
        )
        self._messages[message.sid] = message
        self._by_recipient.setdefault(to, {})[message.sid] = None
        while len(self._messages) > self._most:
            self.remove(next(iter(self._messages)))
        self._arrived(message)
        self._changed()
        return message

    def arrive(self, *, sid: str, account_sid: str, to: str, sender: str, body: str) -> Received:
        """A patient's message, as Twilio keeps it beside its webhook."""
        at = self._now()
        message = Received(
            sid, account_sid, to, sender, body, "received", "", at, (("received", at),), "inbound"
        )
        self._by_recipient.setdefault(to, {})[sid] = None
        return self._put(message)

    def get(self, sid: str) -> Received | None:
        """The message, if it is kept."""
        return self._messages.get(sid)

    def move(self, sid: str, status: str) -> Received | None:
        """Set the status; None when the message is gone."""
        message = self._messages.get(sid)
        if message is None:
            return None
        return self._put(replace(message, status=status, history=(*message.history, (status, self._now()))))

    def redact(self, sid: str) -> Received | None:
        """Empty the body; None when the message is gone."""
        message = self._messages.get(sid)
        return None if message is None else self._put(replace(message, body=""))

    def remove(self, sid: str) -> bool:
        """Forget a message; False when there is none."""
        message = self._messages.pop(sid, None)
        if message is None:
            return False
        same_recipient = self._by_recipient[message.to]
        del same_recipient[sid]
        if not same_recipient:
            del self._by_recipient[message.to]
        self._changed()
        return True

    def received(self, to: str | None = None) -> Iterator[Received]:
        """All messages, or those to one address, the first to arrive first."""
        if to is None:
            return iter(self._messages.values())
        return (self._messages[sid] for sid in self._by_recipient.get(to, {}))

    def _put(self, message: Received) -> Received:
        self._messages[message.sid] = message
        self._changed()
        return message
