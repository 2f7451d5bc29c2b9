"""The webhooks: what is taken, what is refused with which status, and that nothing is lost in silence."""

import json
from hashlib import sha256
from typing import Any

import pytest
from webhook_parts import FORM, NOW, PUBLIC_URL, TOKEN, FakeDeliveries, FakeInbox, Parts, signed

from appliance.channel import SIGNATURE_HEADER, signature_of
from appliance.errors import SealBroken, StoreUnavailable
from appliance.web.app import create_app
from appliance.web.webhook import MESSAGES_PATH, STATUS_PATH

STATUS_FORM = [("MessageSid", "SM9"), ("MessageStatus", "delivered")]


async def _post(parts: Parts, path: str, **request: Any) -> tuple[int, str, str]:
    """Status, type and text of the answer; the application has ended by then."""
    app = create_app(parts.deps())
    async with app.test_app() as running:
        response = await running.test_client().post(path, **request)
        return response.status_code, response.content_type, await response.get_data(as_text=True)


async def test_a_signed_message_is_kept_and_answered_with_empty_twiml() -> None:
    parts = Parts()
    code, kind, text = await _post(parts, MESSAGES_PATH, **signed(MESSAGES_PATH, FORM))
    assert (code, kind) == (200, "text/xml")
    assert text.endswith("<Response/>")
    (message,) = parts.inbox.messages
    assert (message.sid, message.text, message.received_at) == ("SM1", "Can I drink water?", NOW)
    assert parts.last_resort.answered == []
    assert parts.counted("whatsapp", "accepted") == 1
    assert parts.registry.get_sample_value("antesala_webhook_ack_seconds_count", {"route": "whatsapp"}) == 1


async def test_a_repeated_message_is_answered_and_kept_once() -> None:
    parts = Parts()
    for _ in range(2):
        parts.registry = type(parts.registry)()
        assert (await _post(parts, MESSAGES_PATH, **signed(MESSAGES_PATH, FORM)))[0] == 200
    assert len(parts.inbox.messages) == 1
    assert parts.counted("whatsapp", "duplicate") == 1


@pytest.mark.parametrize("path", [MESSAGES_PATH, STATUS_PATH])
@pytest.mark.parametrize("signature", [None, "", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "\xe9"])
async def test_without_the_right_signature_nothing_is_stored(path: str, signature: str | None) -> None:
    parts = Parts()
    request = signed(path, [*FORM, *STATUS_FORM])
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request["headers"] = headers if signature is None else headers | {SIGNATURE_HEADER: signature}
    code, _, text = await _post(parts, path, **request)
    assert (code, text) == (403, "unsigned")
    assert (parts.inbox.messages, parts.last_resort.answered, parts.deliveries.updates) == ([], [], [])


async def test_the_signature_of_another_route_token_or_form_is_refused() -> None:
    other_route, other_token = signed(STATUS_PATH, FORM), signed(MESSAGES_PATH, FORM, token="other")
    changed = signed(MESSAGES_PATH, FORM) | {"data": "MessageSid=SM1&From=a&To=b&Body=changed"}
    for request in (other_route, other_token, changed):
        parts = Parts()
        assert (await _post(parts, MESSAGES_PATH, **request))[0] == 403
        assert parts.inbox.messages == []


async def test_the_hosts_and_schemes_that_a_request_claims_change_nothing() -> None:
    parts = Parts()
    request = signed(MESSAGES_PATH, FORM)
    claims = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    request["headers"] = {**request["headers"], **claims}
    assert (await _post(parts, MESSAGES_PATH, **request))[0] == 200


async def test_repeated_names_blank_values_and_unknown_fields_are_signed_too() -> None:
    form = [
        *FORM,
        ("MediaUrl", "b"),
        ("MediaUrl", "a"),
        ("MediaUrl", "a"),
        ("Empty", ""),
        ("Ünknown", "ß 👍&=+"),
    ]
    parts = Parts()
    assert (await _post(parts, MESSAGES_PATH, **signed(MESSAGES_PATH, form)))[0] == 200


async def test_the_query_is_signed_as_it_was_written() -> None:
    parts = Parts()
    path = f"{MESSAGES_PATH}?unit=a%20b&x=%C3%A9&empty="
    assert (await _post(parts, path, **signed(path, FORM)))[0] == 200


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (MESSAGES_PATH, FORM[1:]),
        (MESSAGES_PATH, [*FORM[:1], *FORM[2:]]),
        (MESSAGES_PATH, []),
        (STATUS_PATH, STATUS_FORM[1:]),
        (STATUS_PATH, STATUS_FORM[:1]),
    ],
)
async def test_a_signed_form_with_missing_fields_is_invalid(path: str, form: list[tuple[str, str]]) -> None:
    parts = Parts()
    code, _, text = await _post(parts, path, **signed(path, form))
    assert (code, text) == (400, "invalid")
    assert (parts.inbox.messages, parts.last_resort.answered, parts.deliveries.updates) == ([], [], [])


async def test_a_body_above_the_limit_is_refused_before_its_signature_is_looked_at() -> None:
    parts = Parts()
    form = [*FORM, ("Padding", "x" * parts.settings.max_body_bytes)]
    code, _, text = await _post(parts, MESSAGES_PATH, **signed(MESSAGES_PATH, form))
    assert (code, text) == (413, "too_large")
    assert parts.counted("whatsapp", "too_large") == 1
    assert parts.inbox.messages == []


async def test_a_message_of_4000_emoji_is_below_the_limit_of_the_default_settings() -> None:
    parts = Parts()
    limit = type(parts.settings).model_fields["max_body_bytes"].default
    parts.settings = parts.settings.model_copy(update={"max_body_bytes": limit})
    form = [*FORM[:3], ("Body", "👍" * 4000)]
    assert (await _post(parts, MESSAGES_PATH, **signed(MESSAGES_PATH, form)))[0] == 200
    assert len(parts.inbox.messages[0].text) == 4000


async def test_a_signed_json_body_is_no_message_and_an_unsigned_one_is_refused() -> None:
    body = json.dumps(dict(FORM)).encode()
    path = f"{MESSAGES_PATH}?bodySHA256={sha256(body).hexdigest()}"
    headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature_of(TOKEN, PUBLIC_URL + path)}
    assert (await _post(Parts(), path, data=body, headers=headers))[0] == 400
    assert (await _post(Parts(), path, data=body + b" ", headers=headers))[0] == 403


@pytest.mark.parametrize(
    "failure", [StoreUnavailable("down"), SealBroken("cut"), RuntimeError("a bug"), OSError()]
)
async def test_what_the_inbox_cannot_keep_is_answered_directly(failure: Exception) -> None:
    """Twilio gets its 200 in any case: it would only repeat the message."""
    parts = Parts(inbox=FakeInbox(failure=failure))
    code, _, text = await _post(parts, MESSAGES_PATH, **signed(MESSAGES_PATH, FORM))
    assert code == 200
    assert text.endswith("<Response/>")
    assert [message.sid for message in parts.last_resort.answered] == ["SM1"]
    assert parts.counted("whatsapp", "rescued") == 1


async def test_a_status_moves_the_delivery_and_a_repeated_one_is_ignored() -> None:
    parts = Parts()
    app = create_app(parts.deps())
    async with app.test_app() as running:
        client = running.test_client()
        for _ in range(2):
            response = await client.post(STATUS_PATH, **signed(STATUS_PATH, STATUS_FORM))
            assert response.status_code == 200
    assert parts.deliveries.updates == [("SM9", "delivered")] * 2
    assert (parts.counted("status", "forward"), parts.counted("status", "ignored")) == (1, 1)


async def test_a_status_that_cannot_be_stored_is_counted_and_answered() -> None:
    parts = Parts(deliveries=FakeDeliveries(failure=StoreUnavailable("down")))
    form = [*STATUS_FORM[:1], ("MessageStatus", "failed"), ("ErrorCode", "63016")]
    assert (await _post(parts, STATUS_PATH, **signed(STATUS_PATH, form)))[0] == 200
    assert parts.counted("status", "unstored") == 1


@pytest.mark.parametrize("path", [MESSAGES_PATH, STATUS_PATH])
async def test_the_routes_are_for_posts_only(path: str) -> None:
    async with create_app(Parts().deps()).test_app() as running:
        assert (await running.test_client().get(path)).status_code == 405
