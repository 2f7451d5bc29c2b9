"""The phone's routes: what is sent goes through a signed webhook, and what comes back is seen."""

import json
from typing import Any

import aiohttp
import pytest
from demo_stage import Stage, echo, staged

from appliance.conversation.outcome import Outcome

PATIENT = "whatsapp:+12025550101"
WRITTEN = {"from": PATIENT, "body": "may I drink?", "profile_name": "Emma"}


async def send(stage: Stage, **changes: Any) -> tuple[int, dict[str, Any]]:
    async with stage.client.post(f"{stage.url}/demo/send", json=WRITTEN | changes) as answer:
        return answer.status, await answer.json()


async def get(stage: Stage, path: str) -> Any:
    async with stage.client.get(f"{stage.url}{path}") as answer:
        return await answer.json()


async def told_until(stage: Stage, wanted: str, sender: str = PATIENT) -> Any:
    """The first conversation in the stream of events that contains a text."""
    timeout = aiohttp.ClientTimeout(total=10)
    url = f"{stage.url}/demo/events?from={sender.replace('+', '%2B')}"
    async with stage.client.get(url, timeout=timeout) as stream:
        assert stream.content_type == "text/event-stream"
        async for line in stream.content:
            if line.startswith(b"data: ") and wanted in line.decode():
                return json.loads(line.removeprefix(b"data: "))
    raise AssertionError(f"the stream ended without {wanted}")


async def test_what_is_sent_is_signed_answered_once_and_seen_as_read() -> None:
    async with staged() as stage:
        status, sent = await send(stage)
        assert (status, sent["webhook_status"]) == (200, 200)
        told = await told_until(stage, '"status": "read"')
        assert [(one["sid"], one["turn"]) for one in told["written"]] == [(sent["sid"], 1)]
        assert [one["body"] for one in told["replies"]] == ["You asked: may I drink?"]
        assert told["turns"][0]["masked"] == "may I drink?"
        (message,) = await get(stage, f"/demo/messages?to={PATIENT}")
        assert (message["to"], message["body"], message["status"]) == (
            PATIENT,
            "You asked: may I drink?",
            "read",
        )
        (trace,) = await get(stage, f"/demo/traces?from={PATIENT}")
        assert trace["record_hash"] == "f" * 64
        assert stage.refused == 0


async def test_a_form_is_taken_as_well_as_json() -> None:
    async with staged() as stage:
        form = {"from": "+12025550101", "body": "hello", "media": ""}
        async with stage.client.post(f"{stage.url}/demo/send", data=form) as answer:
            assert (await answer.json())["webhook_status"] == 200
        assert (await told_until(stage, "You asked: hello"))["written"][0]["body"] == "hello"


async def test_signatures_are_made_for_the_public_base_wherever_the_gateway_listens() -> None:
    async with staged(public_url="https://bot.example/antesala") as stage:
        assert (await send(stage))[1]["webhook_status"] == 200
        await told_until(stage, '"status": "read"')
        assert [status for _, status in stage.statuses][:2] == ["queued", "sent"]
        assert stage.refused == 0


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"from": ""}, "from"),
        ({"from": "whatsapp:nobody"}, "from"),
        ({"body": "a" * 5001}, "body"),
        ({"body": 7}, "body"),
        ({"unknown": "field"}, "unknown"),
        ({"location": {"latitude": 91, "longitude": 0}}, "location.latitude"),
        ({"media": "not a type"}, "media"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_posted(changes: dict[str, Any], named: str) -> None:
    async with staged() as stage:
        status, told = await send(stage, **changes)
        assert (status, told["problem"].partition(":")[0]) == (400, named)
        assert await get(stage, "/demo/messages") == []


async def test_something_that_is_no_json_is_a_bad_request() -> None:
    async with staged() as stage:
        for body in (b"{", b"[]", b'"text"'):
            headers = {"Content-Type": "application/json"}
            async with stage.client.post(f"{stage.url}/demo/send", data=body, headers=headers) as answer:
                assert answer.status == 400


async def test_a_page_of_somebody_else_cannot_write_for_the_patient() -> None:
    async with staged() as stage:
        headers = {"Sec-Fetch-Site": "cross-site"}
        async with stage.client.post(f"{stage.url}/demo/send", data=WRITTEN, headers=headers) as answer:
            assert answer.status == 403


async def test_conversations_are_kept_apart() -> None:
    async with staged() as stage:
        await send(stage, body="one")
        await send(stage, **{"from": "whatsapp:US.ABC123", "body": "two"})
        told = await told_until(stage, "You asked: two", "whatsapp:US.ABC123")
        assert [one["body"] for one in told["written"]] == ["two"]


async def test_the_engines_sign_is_told_when_it_changes() -> None:
    async with staged() as stage:
        stage.room.sign_post.show("loading", "step 1")
        assert (await told_until(stage, "step 1"))["engine"]["state"] == "loading"


async def test_a_turn_without_reply_is_told_too() -> None:
    def silence(body: str) -> Outcome | None:
        return None if body == "nothing" else echo(body)

    async with staged(silence) as stage:
        await send(stage, body="nothing")
        told = await told_until(stage, '"written": [{')
        assert (told["written"][0]["turn"], told["replies"]) == (None, [])


async def test_the_page_and_its_files_refer_to_this_machine_alone_under_a_strict_policy() -> None:
    async with staged() as stage:
        async with stage.client.get(f"{stage.url}/") as answer:
            assert answer.url.path == "/demo"
            page = await answer.text()
            policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        for name in ("phone.css", "phone.js", "what-happened.js", "element.js", "icon.svg"):
            async with stage.client.get(f"{stage.url}/demo/static/{name}") as answer:
                assert answer.status == 200
                page += await answer.text()
        addresses = {part.split('"')[0].split("'")[0] for part in page.split("://")[1:]}
        # The name of SVG's vocabulary is no address.
        assert addresses <= {"www.w3.org/2000/svg"}
