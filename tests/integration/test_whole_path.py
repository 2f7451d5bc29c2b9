"""The way of a message on real parts: signed webhook, sealed Redis, index, approved answer, receipt."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest
import pytest_asyncio
from hospital import HOSPITAL, LONGEST_S, Hospital, hospital
from redis.asyncio import Redis

from appliance.audit import AuditPlaces
from appliance.console.page import CONSOLE_PATH
from appliance.errors import KeyMissing, SealBroken
from appliance.inbox import DeliveryLog
from appliance.inbox.urgent import Urgent
from appliance.vault import KEY_RING, KeyRing, RedisDataKeyStore, Vault, connect

pytestmark = [pytest.mark.redis, pytest.mark.models, pytest.mark.asyncio(loop_scope="module")]

CANARY = "Zubikarai"
WATER = "Can I drink water before surgery? Until what time?"


class RedisServer(Protocol):
    """What is used of the fixture of that name."""

    directory: Path
    url: str
    vault_url: str

    def flush(self) -> None:
        """Empty it: what other tests left is sealed by other keys."""

    def start(self) -> None:
        """Run it."""

    def kill(self) -> None:
        """End it as the out-of-memory killer does."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Hospital]:
    redis_server.flush()
    folder = tmp_path_factory.mktemp("hospital")
    async with hospital(folder, redis_server.url, redis_server.vault_url) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def values(redis_server: RedisServer) -> AsyncIterator[Redis]:
    client = connect(redis_server.url)
    yield client
    await client.aclose()


def vault_of(house: Hospital, keys: Redis) -> Vault:
    assert house.settings.secrets_dir is not None
    return Vault(KeyRing.load(house.settings.secrets_dir / KEY_RING), RedisDataKeyStore(keys))


@pytest.mark.parametrize(
    ("number", "language", "question", "statement"),
    [
        (1, "en", WATER, "fasting.clear_liquids"),
        (2, "es", "¿Hasta qué hora puedo beber agua antes de la operación?", "fasting.clear_liquids"),
        (3, "ca", "Puc beure aigua abans de l'operació?", "fasting.clear_liquids"),
        (4, "ar", "هل يمكنني شرب الماء قبل العملية؟", "fasting.clear_liquids"),
        (5, "zh", "手术前可以喝水吗？", "fasting.clear_liquids"),
    ],
)
async def test_a_question_gets_the_approved_answer_in_its_language_once_and_its_receipt(
    house: Hospital, values: Redis, number: int, language: str, question: str, statement: str
) -> None:
    patient = f"whatsapp:+1202555011{number}"
    await house.twilio.write(patient, question)
    (reply,) = await house.twilio.read(patient, 1)
    assert house.approved(statement, language) in reply.body
    assert house.message("disclosure", language) in reply.body
    assert reply.sender == HOSPITAL
    receipt = await DeliveryLog(values).receipt(reply.sid)
    assert receipt is not None
    assert receipt.status == "read"


async def test_a_question_about_medicines_is_declined_with_the_phone_line(house: Hospital) -> None:
    patient = "whatsapp:+12025550120"
    await house.twilio.write(patient, "¿Puedo tomar mis pastillas de la tensión?")
    (reply,) = await house.twilio.replies(patient, 1)
    assert house.message("decline_medical", "es") in reply.body
    assert house.approved("contact.admissions", "es") in reply.body


async def test_an_emergency_gets_its_route_in_the_patients_language(house: Hospital) -> None:
    patient = "whatsapp:+12025550121"
    await house.twilio.write(patient, "em fa mal el pit")
    (reply,) = await house.twilio.replies(patient, 1)
    assert reply.body == house.message("emergency", "ca")


async def test_the_session_goes_on_in_the_next_turn(house: Hospital) -> None:
    patient = "whatsapp:+12025550122"
    await house.twilio.write(patient, WATER)
    await house.twilio.replies(patient, 1)
    await house.twilio.write(patient, "y café?")
    _, second = await house.twilio.replies(patient, 2)
    assert house.approved("fasting.clear_liquids", "es") in second.body
    assert house.message("disclosure", "es") not in second.body


async def test_a_message_that_twilio_delivers_twice_is_answered_once(house: Hospital) -> None:
    patient = "whatsapp:+12025550123"
    form = house.twilio.form(patient, WATER)
    assert await asyncio.gather(*(house.twilio.post(form) for _ in range(4))) == [200] * 4
    await house.twilio.replies(patient, 1)
    assert await house.twilio.post(form) == 200
    # Replies keep their order: a second one to the twin would come before this.
    await house.twilio.write(patient, "gracias")
    first, second = await house.twilio.replies(patient, 2)
    assert house.approved("fasting.clear_liquids", "en") in first.body
    assert house.approved("fasting.clear_liquids", "en") not in second.body


async def test_a_burst_of_three_messages_is_one_turn_and_one_reply(house: Hospital) -> None:
    patient = "whatsapp:+12025550124"
    for body in ("hola", "puedo beber agua", "antes de la operacion?"):
        await house.twilio.write(patient, body)
    ((turn, _),) = await house.decisions.of(patient, 1)
    assert turn.text == "hola\npuedo beber agua\nantes de la operacion?"
    (reply,) = await house.twilio.replies(patient, 1)
    assert house.approved("fasting.clear_liquids", "es") in reply.body


async def test_five_messages_of_one_thought_get_one_reply_and_a_whole_question_is_not_kept_waiting(
    house: Hospital,
) -> None:
    patient, other = "whatsapp:+12025550186", "whatsapp:+12025550187"
    thought = (
        "hola",
        "me operan mañana por la mañana",
        "queria saber",
        "si puedo beber agua",
        "antes de la operacion?",
    )
    for body in thought:
        await house.twilio.write(patient, body)
    await house.twilio.write(other, "What documents do I need to bring?")
    (answer,) = await house.twilio.replies(other, 1)
    assert house.approved("checkin.documents", "en") in answer.body
    (reply,) = await house.twilio.replies(patient, 1)
    assert house.approved("fasting.clear_liquids", "es") in reply.body
    assert house.approved("checkin.arrival", "es") not in reply.body
    # Replies keep their order: a second one to the burst would come before this.
    await house.twilio.write(patient, "gracias")
    assert len(await house.twilio.replies(patient, 2)) == 2
    assert [turn.text for turn, _ in await house.decisions.of(patient, 2)] == ["\n".join(thought), "gracias"]


async def test_replies_keep_the_order_of_the_questions(house: Hospital) -> None:
    patient = "whatsapp:+12025550125"
    asked = {
        "What documents do I need to bring?": "checkin.documents",
        "Where do I go on the day of the operation?": "checkin.place",
        "Can I chew gum in the morning?": "fasting.after_midnight",
    }
    for number, question in enumerate(asked, start=1):
        await house.twilio.write(patient, question)
        # Decided, not delivered: the reply before may still be on its way.
        await house.decisions.of(patient, number)
    replies = await house.twilio.replies(patient, len(asked))
    for reply, statement in zip(replies, asked.values(), strict=True):
        assert house.approved(statement, "en") in reply.body


@pytest.mark.parametrize(
    ("number", "fields", "message"),
    [
        (0, {"NumMedia": "1", "MediaUrl0": "https://api.example/1", "MediaContentType0": "image/jpeg"},
         "unsupported_media"),
        (1, {"MessageType": "audio", "NumMedia": "1", "MediaUrl0": "https://api.example/2",
             "MediaContentType0": "audio/ogg"}, "unsupported_media"),
        (2, {"MessageType": "location", "Latitude": "41.4", "Longitude": "2.2"}, "unsupported_media"),
        (3, {}, "clarify"),
        (4, {"Body": "\x00"}, "clarify"),
        (5, {"Body": "\u200f\u202e \u200e"}, "clarify"),
    ],
)  # fmt: skip
async def test_a_message_without_words_is_told_so(
    house: Hospital, number: int, fields: dict[str, str], message: str
) -> None:
    patient = f"whatsapp:+1202555013{number}"
    await house.twilio.write(patient, "", **fields)
    (reply,) = await house.twilio.replies(patient, 1)
    assert house.message(message, "es") in reply.body


async def test_marks_of_writing_direction_and_nul_hide_no_question(house: Hospital) -> None:
    patient = "whatsapp:+12025550136"
    await house.twilio.write(patient, f"\u202b\u200f\x00{WATER}\x00\u202c")
    (reply,) = await house.twilio.replies(patient, 1)
    assert house.approved("fasting.clear_liquids", "en") in reply.body


async def test_four_thousand_characters_are_answered(house: Hospital) -> None:
    patient = "whatsapp:+12025550137"
    await house.twilio.write(patient, (f"{WATER} " * 100)[:4000])
    assert await house.twilio.replies(patient, 1)


async def test_what_is_no_webhook_of_twilio_is_refused_and_leaves_nothing(house: Hospital) -> None:
    patient = "whatsapp:+12025550138"
    form = house.twilio.form(patient, WATER)
    assert await house.twilio.post(form, signature="") == 403
    assert await house.twilio.post(form, signature="RSOYDt4T1cUTdK1PDd93/VVr8B8=") == 403
    assert await house.twilio.post({name: form[name] for name in form if name != "MessageSid"}) == 400
    assert await house.twilio.post(form | {"Padding": "x" * house.settings.max_body_bytes}) == 413
    # The same MessageSid is new to the inbox, and its answer is the first.
    assert await house.twilio.post(form) == 200
    (reply,) = await house.twilio.replies(patient, 1)
    assert house.approved("fasting.clear_liquids", "en") in reply.body


async def test_after_stop_there_is_one_reminder_then_silence_and_still_the_emergency_route(
    house: Hospital,
) -> None:
    patient = "whatsapp:+12025550140"
    for number, body in enumerate(("STOP", WATER, WATER, "I have terrible chest pain right now"), start=1):
        await house.twilio.write(patient, body)
        await house.decisions.of(patient, number)
    replies = await house.twilio.replies(patient, 3)
    assert [reply.body for reply in replies] == [
        house.message("opt_out", "en"),
        house.message("opted_out_reminder", "en"),
        house.message("emergency", "en"),
    ]


async def test_erasing_makes_what_redis_keeps_unreadable(
    house: Hospital, values: Redis, redis_server: RedisServer
) -> None:
    patient = "whatsapp:+12025550141"
    keys = connect(redis_server.vault_url)
    vault = vault_of(house, keys)
    conversation = vault.pseudonym(patient)
    await house.twilio.write(patient, f"puedo beber agua antes de la operacion? {CANARY}")
    await house.twilio.replies(patient, 1)
    (name,) = [key async for key in values.scan_iter(match=f"*:session:{conversation}")]
    kept: dict[bytes, bytes] = await values.hgetall(name)
    opened = await vault.open(conversation, "session", kept[b"position"].decode(), kept[b"body"])
    assert CANARY in opened.decode()

    await house.twilio.write(patient, "borrad todos mis datos por favor")
    _, reply = await house.twilio.replies(patient, 2)
    assert reply.body == house.message("privacy_erase", "es")
    with pytest.raises((KeyMissing, SealBroken)):
        await vault.open(conversation, "session", kept[b"position"].decode(), kept[b"body"])
    assert [key async for key in values.scan_iter(match=f"*:session:{conversation}")] == []
    await keys.aclose()


async def test_without_redis_the_gateway_answers_by_itself_and_afterwards_all_is_as_before(
    house: Hospital, redis_server: RedisServer
) -> None:
    asking, falling = "whatsapp:+12025550150", "whatsapp:+12025550151"
    redis_server.kill()
    try:
        await house.twilio.write(asking, "¿Puedo beber agua antes de la operación?")
        await house.twilio.write(falling, "em fa mal el pit")
        (fallback,) = await house.twilio.replies(asking, 1)
        (route,) = await house.twilio.replies(falling, 1)
        assert house.message("fallback", "es") in fallback.body
        assert house.approved("contact.admissions", "es") in fallback.body
        assert route.body == house.message("emergency", "ca")
    finally:
        redis_server.start()
    await house.twilio.write(asking, "¿Puedo beber agua antes de la operación?")
    _, answer = await house.twilio.replies(asking, 2)
    assert house.approved("fasting.clear_liquids", "es") in answer.body


async def test_the_journal_verifies_and_neither_it_nor_redis_nor_the_log_holds_patient_text(
    house: Hospital, redis_server: RedisServer, capfd: pytest.CaptureFixture[str]
) -> None:
    patient = "whatsapp:+12025550160"
    words = f"puedo beber agua antes de la operacion? me llamo {CANARY} y vivo en la calle {CANARY}"
    await house.twilio.write(patient, words, ProfileName=CANARY)
    (reply,) = await house.twilio.read(patient, 1)
    await house.twilio.write(patient, f"em fa mal el pit {CANARY}")
    await house.twilio.read(patient, 2)
    places = AuditPlaces.under(house.settings.data_dir)
    found = await asyncio.to_thread(_audit_verify, places)
    journal = places.journal.read_bytes()
    disk = b"".join(file.read_bytes() for file in redis_server.directory.rglob("*") if file.is_file())
    logged = "".join(capfd.readouterr()).encode()
    assert found == 0
    assert len(journal.splitlines()) >= len(house.decisions.made)
    for name, kept in {"journal": journal, "redis": disk, "log": logged}.items():
        for text in (CANARY, CANARY.lower(), patient.removeprefix("whatsapp:"), "agua antes", reply.body):
            assert text.encode() not in kept, f"{name} holds {text!r}"


def _audit_verify(places: AuditPlaces) -> int:
    command: list[Any] = [sys.executable, "-m", "appliance", "audit", "verify", "--journal", places.journal]
    return subprocess.run(command, check=False, timeout=LONGEST_S).returncode


async def test_a_reply_is_measured_until_it_is_delivered(house: Hospital) -> None:
    def measured(until: str) -> float:
        return (
            house.services.registry.get_sample_value("antesala_reply_seconds_count", {"until": until}) or 0.0
        )

    before = {until: measured(until) for until in ("decided", "sent", "delivered")}
    await house.twilio.write("whatsapp:+12025550171", WATER)
    await house.twilio.read("whatsapp:+12025550171", 1)
    assert {until: measured(until) - count for until, count in before.items()} == {
        "decided": 1.0,
        "sent": 1.0,
        "delivered": 1.0,
    }


async def test_an_emergency_is_waited_for_until_its_reply_is_delivered(
    house: Hospital, values: Redis
) -> None:
    urgent = Urgent(values)
    await house.twilio.write("whatsapp:+12025550172", "em fa mal el pit")
    await house.decisions.of("whatsapp:+12025550172", 1)
    await house.twilio.read("whatsapp:+12025550172", 1)
    assert await urgent.oldest_s() == 0.0


async def test_metrics_have_few_labels_and_no_patient_in_them(house: Hospital) -> None:
    await house.twilio.write("whatsapp:+12025550173", f"{CANARY} 600123456 \u0000 <b>", ProfileName=CANARY)
    await house.twilio.replies("whatsapp:+12025550173", 1)
    samples = [sample for family in house.services.registry.collect() for sample in family.samples]
    values = {value for sample in samples for value in sample.labels.values()}
    assert len(samples) < 1500
    assert all(len(value) <= 30 for value in values)
    assert not {value for value in values if CANARY.lower() in value.lower() or "+" in value.strip("+Inf")}


async def test_the_console_shows_what_was_decided(house: Hospital) -> None:
    async with (
        aiohttp.ClientSession(trust_env=False) as client,
        client.get(house.twilio.gateway_url + CONSOLE_PATH) as response,
    ):
        page = await response.text()
    assert response.status == 200
    assert "Reply latency" in page
    assert CANARY not in page
