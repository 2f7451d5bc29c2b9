"""WhatsApp through Twilio: signatures, messages that come in, replies that go out, and their status."""

from appliance.channel.inbound import InboundMessage, Media, Modality, inbound_message
from appliance.channel.outbound import TwilioSender
from appliance.channel.reply import Reply
from appliance.channel.signature import SIGNATURE_HEADER, is_body_signed, is_signed, signature_of, signed_urls
from appliance.channel.splitting import split
from appliance.channel.status import StatusUpdate, is_final, is_forward, rank, status_update

__all__ = [
    "SIGNATURE_HEADER",
    "InboundMessage",
    "Media",
    "Modality",
    "Reply",
    "StatusUpdate",
    "TwilioSender",
    "inbound_message",
    "is_body_signed",
    "is_final",
    "is_forward",
    "is_signed",
    "rank",
    "signature_of",
    "signed_urls",
    "split",
    "status_update",
]
