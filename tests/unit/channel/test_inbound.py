"""Inbound messages: what each kind of WhatsApp message becomes, and what is no message."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.channel import InboundMessage, Media, inbound_message
from appliance.channel.inbound import MOST_CHARACTERS
from appliance.errors import InvalidWebhook

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SENDER = "whatsapp:+34600000001"
HOSPITAL = "whatsapp:+34931234567"


def _message(**fields: str) -> InboundMessage:
    form = {"MessageSid": "SM1", "From": SENDER, "To": HOSPITAL} | fields
    return inbound_message(form.items(), NOW)


def test_a_text_message_with_all_that_twilio_sends() -> None:
    message = _message(
        Body="Can I drink water?",
        NumMedia="0",
        MessageType="text",
        ProfileName="Marta",
        WaId="34600000001",
        ChannelMetadata='{"type":"whatsapp"}',
        OriginalRepliedMessageSid="SM0",
        SomethingNew="1",
    )
    assert message == InboundMessage(
        sid="SM1",
        sender=SENDER,
        recipient=HOSPITAL,
        text="Can I drink water?",
        modality="text",
        profile_name="Marta",
        media=(),
        replied_to="SM0",
        received_at=NOW,
    )


def test_a_sender_without_phone_number_is_kept_as_it_is() -> None:
    assert _message(From="whatsapp:US.ABCdef-123", ExternalUserId="x").sender == "whatsapp:US.ABCdef-123"


@pytest.mark.parametrize("absent", ["MessageSid", "From", "To"])
@pytest.mark.parametrize("value", ["", "  "])
def test_a_form_without_sid_sender_or_recipient_is_no_message(absent: str, value: str) -> None:
    with pytest.raises(InvalidWebhook, match=absent) as caught:
        _message(**{absent: value})
    assert caught.value.missing == (absent,)


def test_an_empty_form_names_all_that_it_lacks() -> None:
    with pytest.raises(InvalidWebhook) as caught:
        inbound_message([], NOW)
    assert caught.value.missing == ("MessageSid", "From", "To")


@pytest.mark.parametrize(
    ("fields", "modality", "text"),
    [
        ({"Body": "", "MessageType": "text"}, "text", ""),
        ({}, "text", ""),
        ({"Body": "Sí", "ButtonText": "Sí", "ButtonPayload": "yes", "MessageType": "button"}, "button", "Sí"),
        ({"ButtonPayload": "yes"}, "button", "yes"),
        (
            {"Latitude": "41.4", "Longitude": "2.17", "Address": "x", "MessageType": "location"},
            "location",
            "",
        ),
        ({"MessageType": "audio", "MediaUrl0": "https://x/1", "MediaContentType0": "audio/ogg"}, "voice", ""),
        ({"MediaUrl0": "https://x/1", "MediaContentType0": "audio/ogg"}, "voice", ""),
        (
            {"MediaUrl0": "https://x/1", "MediaContentType0": "image/jpeg", "Body": "¿esto?"},
            "media",
            "¿esto?",
        ),
        ({"MessageType": "contacts"}, "media", ""),
        ({"MessageType": "sticker", "NumMedia": "not a number"}, "media", ""),
    ],
)
def test_each_kind_of_message(fields: dict[str, str], modality: str, text: str) -> None:
    message = _message(**fields)
    assert (message.modality, message.text) == (modality, text)


def test_media_is_what_is_there_whatever_the_count_says() -> None:
    fields = {f"MediaUrl{n}": f"https://x/{n}" for n in range(3)} | {"MediaContentType1": "image/png"}
    assert _message(NumMedia="0", **fields).media == (
        Media("https://x/0", ""),
        Media("https://x/1", "image/png"),
        Media("https://x/2", ""),
    )


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("a\x00b\x07", "ab"),
        ("\u202emirror\u202c \u200fيمين", "mirror يمين"),
        ("one\r\ntwo\n", "one\ntwo"),
        ("\u200b\ufeff", ""),
        ("  \n ", ""),
    ],
)
def test_invisible_characters_are_gone(written: str, seen: str) -> None:
    assert _message(Body=written, ProfileName=written).text == seen
    assert _message(Body=written, ProfileName=written).profile_name == (seen or None)


def test_a_text_of_4000_characters_is_whole_and_a_longer_one_is_cut_and_marked() -> None:
    whole, longer = _message(Body="x" * MOST_CHARACTERS), _message(Body="x" * (MOST_CHARACTERS + 1))
    assert (len(whole.text), whole.truncated) == (4000, False)
    assert (len(longer.text), longer.truncated) == (4000, True)


def test_the_first_of_repeated_values_counts() -> None:
    form = [("MessageSid", "SM1"), ("From", SENDER), ("To", HOSPITAL), ("Body", "first"), ("Body", "second")]
    assert inbound_message(form, NOW).text == "first"


_texts = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(deadline=None)
@given(_texts, _texts, st.sampled_from(["", "audio", "location", "image"]))
def test_what_the_inbox_keeps_is_the_message(body: str, name: str, kind: str) -> None:
    message = _message(Body=body, ProfileName=name, MessageType=kind, MediaUrl0="https://x/1")
    assert InboundMessage.from_json(message.to_json()) == message


@pytest.mark.parametrize("stored", [b"", b"{}", b"[]", b"\xff"])
def test_anything_else_is_no_kept_message(stored: bytes) -> None:
    with pytest.raises(ValueError, match="validation error"):
        InboundMessage.from_json(stored)
