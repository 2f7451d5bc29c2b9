"""The way of a reply after it is decided: handed to Twilio, followed until it arrives, and then emptied there."""

import time
from datetime import UTC, datetime

import structlog

from appliance.channel import Reply, StatusUpdate, TwilioSender, is_final
from appliance.errors import SendForbidden, SendRefused
from appliance.inbox import DeliveryLog, Facts, Redactions, Sending
from appliance.inbox.consent import OptOuts
from appliance.telemetry.delivery import DeliveryMeters
from appliance.vault import ConversationId

_URGENT_PATIENCE_S = 2.0
_OPTED_OUT = 21610
# What staff are to do about each; https://www.twilio.com/docs/api/errors has the rest.
_MEANINGS = {
    63003: "Twilio knows no WhatsApp user at the patient's address",
    63007: "Twilio knows no WhatsApp sender at the hospital's address: see twilio_sender",
    63016: "the patient wrote more than 24 hours ago: only a template can be sent",
    _OPTED_OUT: "the patient has blocked the hospital's messages: kept as an opt-out",
}

_log = structlog.get_logger(__name__)


class Refusals:
    """What follows when Twilio will not deliver: staff are alerted, and an opt-out is kept."""

    def __init__(self, opt_outs: OptOuts, meters: DeliveryMeters) -> None:
        self._opt_outs, self._meters = opt_outs, meters

    async def happened(self, conversation: ConversationId | None, code: int, *, urgent: bool = False) -> None:
        """Twilio's error; `urgent` when it met an emergency's route. Raises StoreUnavailable."""
        self._meters.refused(code)
        _log.error(
            "staff.alert",
            conversation=conversation,
            action="not_delivered",
            code=code,
            meaning=_MEANINGS.get(code, f"see https://www.twilio.com/docs/api/errors/{code}"),
            urgent=urgent,
        )
        if code == _OPTED_OUT and conversation:
            await self._opt_outs.put(conversation, opted_out=True)


class Posting:
    """Sends what the outbox holds through Twilio; the inbox's Sender."""

    def __init__(
        self,
        twilio: TwilioSender,
        refusals: Refusals,
        meters: DeliveryMeters,
        *,
        status_callback: str = "",
        sender: str = "",
        patience_s: float = 30.0,
    ) -> None:
        """The way out.

        Args:
            twilio: the account.
            refusals: hears of what Twilio will not take.
            meters: hear of how long it took.
            status_callback: the URL that hears of deliveries.
            sender: the address that replies come from; "" for the one that was written to.
            patience_s: how long Twilio may take to list a message.
        """
        self._twilio, self._refusals, self._meters = twilio, refusals, meters
        self._status_callback, self._sender, self._patience_s = status_callback, sender, patience_s

    async def send(self, sending: Sending) -> str:
        """Twilio's id of the message; raises as TwilioSender.send does, and StoreUnavailable."""
        reply = Reply.from_json(sending.payload)
        try:
            sid = await self._twilio.send(
                reply.to, self._sender or reply.sender, reply.body, self._status_callback
            )
        except SendRefused as error:
            await self._refusals.happened(sending.conversation, error.code, urgent=reply.urgent)
            raise
        except SendForbidden as error:
            _log.error("staff.alert", action="twilio_forbids", meaning=str(error), urgent=reply.urgent)
            raise
        self._taken(reply)
        return sid

    async def find(self, sending: Sending) -> str | None:
        """What an unconfirmed attempt has left at Twilio; raises as TwilioSender.find does."""
        if sending.unconfirmed_since_s is None:
            return None
        reply = Reply.from_json(sending.payload)
        since = datetime.fromtimestamp(sending.unconfirmed_since_s, UTC)
        sender = self._sender or reply.sender
        found = await self._twilio.find(reply.to, sender, reply.body, since, sending.taken_sids)
        if found:
            self._taken(reply)
        return found

    def facts(self, sending: Sending) -> Facts | None:
        """Since when the patient waits, and whether it is urgent."""
        reply = Reply.from_json(sending.payload)
        return None if reply.since_s is None else Facts(reply.since_s, reply.urgent)

    def _taken(self, reply: Reply) -> None:
        if reply.since_s is not None:
            self._meters.sent(time.time() - reply.since_s)

    def patience_s(self, sending: Sending) -> float:
        """An emergency's route waits a moment only: better twice than late."""
        urgent = Reply.from_json(sending.payload).urgent
        return min(self._patience_s, _URGENT_PATIENCE_S) if urgent else self._patience_s


class Tracking:
    """Takes Twilio's status callbacks; the web application's Deliveries."""

    def __init__(self, log: DeliveryLog, refusals: Refusals, redactions: Redactions | None) -> None:
        """`redactions`: None when nothing is emptied at Twilio."""
        self._log, self._refusals, self._redactions = log, refusals, redactions

    async def forward(self, update: StatusUpdate) -> bool:
        """Whether the status was further on than the present one. Raises StoreUnavailable."""
        moved = await self._log.forward(update.sid, update.status)
        if not moved:
            return False
        receipt = await self._log.receipt(update.sid)
        conversation = receipt.conversation if receipt else None
        if update.error_code is not None:
            await self._refusals.happened(conversation, update.error_code)
        arrived = update.status in {"delivered", "read"} or is_final(update.status)
        if self._redactions and conversation and arrived:
            await self._redactions.hasten(conversation, update.sid)
        return True
