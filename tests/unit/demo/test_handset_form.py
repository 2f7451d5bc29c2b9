"""What the phone posts has the fields of Twilio's webhook, and the gateway reads it as what it is."""

from datetime import UTC, datetime

import pytest

from appliance.channel import inbound_message
from appliance.demo.handset import Place, Writing, webhook_form

ACCOUNT, RECIPIENT, SID = "AC" + "0" * 32, "whatsapp:+12025550199", "SM" + "1" * 32
PATIENT = "whatsapp:+12025550101"


@pytest.mark.parametrize(
    ("writing", "modality", "text"),
    [
        (Writing(PATIENT, "hello", "Emma"), "text", "hello"),
        (Writing(PATIENT, "", button="Yes"), "button", "Yes"),
        (Writing(PATIENT, "look", media="image/jpeg"), "media", "look"),
        (Writing(PATIENT, "", media="audio/ogg"), "voice", ""),
        (Writing(PATIENT, "", location=Place(41.3851, 2.1734, "here")), "location", ""),
    ],
)
def test_the_gateway_reads_each_kind_as_what_it_is(writing: Writing, modality: str, text: str) -> None:
    form = webhook_form(writing, sid=SID, account_sid=ACCOUNT, recipient=RECIPIENT)
    message = inbound_message(form.items(), datetime.now(UTC))
    assert (message.modality, message.text, message.sender) == (modality, text, PATIENT)
    assert writing.kind == modality


def test_the_form_names_sender_recipient_profile_and_number() -> None:
    form = webhook_form(Writing(PATIENT, "hi", "Emma"), sid=SID, account_sid=ACCOUNT, recipient=RECIPIENT)
    assert form["MessageSid"] == form["SmsSid"] == SID
    assert (form["From"], form["To"], form["WaId"]) == (PATIENT, RECIPIENT, "12025550101")
    assert (form["ProfileName"], form["NumMedia"], form["MessageType"]) == ("Emma", "0", "text")
