"""Turns the form of a Twilio webhook into a typed message, and that into the bytes that the inbox keeps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter

from appliance.errors import InvalidWebhook
from appliance.safety.normalise import visible

Modality = Literal["text", "voice", "button", "location", "media"]

MOST_CHARACTERS = 4000
"""Of a message's text; the rest is dropped and the message is marked as truncated."""
_MOST_NAME_CHARACTERS = 100
_MOST_MEDIA = 10
_REQUIRED = ("MessageSid", "From", "To")
# Whatever else WhatsApp has (image, sticker, contacts, …) is media to us, also where it comes without a URL.
_TEXT_TYPES = frozenset({"", "text", "button", "interactive"})


@dataclass(frozen=True)
class Media:
    """A file that came with a message; it stays at Twilio and is never fetched."""

    url: str
    content_type: str


@dataclass(frozen=True)
class InboundMessage:
    """What a patient sent.

    Attributes:
        sid: Twilio's id of the message; the same message may be delivered several times.
        sender: `From` as it is: `whatsapp:+34…`, or `whatsapp:US.ABC…` for users with a user name. The key of
            the conversation and the address of the reply, never parsed.
        recipient: the hospital's address, `To` as it is.
        text: visible characters only, at most `MOST_CHARACTERS`; a button's label, a photo's caption, or "".
        modality: what it was.
        profile_name: chosen by the sender and never trusted.
        media: what was attached.
        replied_to: the sid of the message that this one answers.
        received_at: when the webhook came, UTC.
        truncated: whether the text was longer.
    """

    sid: str
    sender: str
    recipient: str
    text: str
    modality: Modality
    profile_name: str | None
    media: tuple[Media, ...]
    replied_to: str | None
    received_at: datetime
    truncated: bool = False

    def to_json(self) -> bytes:
        """The message as the inbox keeps it, before it is sealed."""
        return _STORED.dump_json(self)

    @staticmethod
    def from_json(stored: bytes) -> "InboundMessage":
        """What `to_json` gave; pydantic's ValidationError, a ValueError, for anything else."""
        return _STORED.validate_json(stored)


_STORED = TypeAdapter(InboundMessage)


def inbound_message(params: Iterable[tuple[str, str]], received_at: datetime) -> InboundMessage:
    """The message in a webhook's form. Unknown fields are ignored: Twilio adds some without notice.

    Args:
        params: names and values in their order; of a repeated name the first value counts.
        received_at: UTC.

    Raises:
        InvalidWebhook: MessageSid, From or To is absent or blank.
    """
    fields = first_values(params)
    if missing := tuple(name for name in _REQUIRED if not fields.get(name, "").strip()):
        raise InvalidWebhook(missing)
    media = _media(fields)
    text = visible(fields.get("ButtonText") or fields.get("Body") or fields.get("ButtonPayload", "")).strip()
    return InboundMessage(
        sid=fields["MessageSid"],
        sender=fields["From"],
        recipient=fields["To"],
        text=text[:MOST_CHARACTERS],
        modality=_modality(fields, media),
        profile_name=visible(fields.get("ProfileName", "")).strip()[:_MOST_NAME_CHARACTERS] or None,
        media=media,
        replied_to=fields.get("OriginalRepliedMessageSid") or None,
        received_at=received_at,
        truncated=len(text) > MOST_CHARACTERS,
    )


def first_values(params: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The first value of each name."""
    fields: dict[str, str] = {}
    for name, value in params:
        fields.setdefault(name, value)
    return fields


def _media(fields: Mapping[str, str]) -> tuple[Media, ...]:
    # NumMedia is not asked: what counts is what is there.
    numbers = [number for number in range(_MOST_MEDIA) if fields.get(f"MediaUrl{number}")]
    return tuple(
        Media(url=fields[f"MediaUrl{number}"], content_type=fields.get(f"MediaContentType{number}", ""))
        for number in numbers
    )


def _modality(fields: Mapping[str, str], media: tuple[Media, ...]) -> Modality:
    kind = fields.get("MessageType", "").lower()
    if fields.get("ButtonText") or fields.get("ButtonPayload"):
        return "button"
    if kind == "location" or (fields.get("Latitude") and fields.get("Longitude")):
        return "location"
    if kind == "audio" or (media and media[0].content_type.startswith("audio/")):
        return "voice"
    return "text" if kind in _TEXT_TYPES and not media else "media"
