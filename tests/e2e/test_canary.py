"""A conversation full of marked secrets goes through every path, and then they are looked for everywhere.

`pytest -s tests/e2e/test_canary.py` prints the places that were searched.
"""

import asyncio
import json
import resource
import signal
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from canary import SECRETS, Sighting, sightings, sightings_under
from hospital import ACCOUNT, HOSPITAL, Twilio, standing_in
from program import Command, Environment, Running, running
from redis.asyncio import Redis
from twilio.request_validator import RequestValidator

from appliance.engine.serve import free_port
from appliance.vault import connect

pytestmark = [pytest.mark.redis, pytest.mark.models]

START_WITHIN_S = 240.0
PATIENT = f"whatsapp:+{SECRETS['address']}"
ERASED = f"whatsapp:+{SECRETS['address of the erased']}"
NOWHERE = f"whatsapp:{SECRETS['address that is none']}"
WHO = " ".join(SECRETS[key] for key in ("name", "surname", "identity card", "e-mail", "telephone", "emoji"))
OTHERS = " ".join(value for key, value in SECRETS.items() if key.startswith(("name in", "free text")))
ERROR = SECRETS["provider's error"]
FILES_OF_THE_PROGRAM = frozenset({"models", "learned"})
"""Links to what the machine has: written before, by other installations."""

# What is written, and with which fields of the form; each is one turn.
SAID: tuple[tuple[str, dict[str, str]], ...] = (
    (f"Can I drink water before surgery? My name is {WHO}. {OTHERS}", {}),
    (f"¿Puedo tomar ibuprofeno? Soy {WHO} {OTHERS}", {}),
    (f"em fa mal el pit, soc la {WHO} {OTHERS}", {}),
    (f"quiero morirme {WHO} {OTHERS}", {}),
    (f"Quiero una copia de todos los datos que guardan sobre mí: {WHO} {OTHERS}", {}),
    (f"What will the weather be like? {WHO} {OTHERS}", {}),
    (f"Hyvää päivää, saanko juoda kahvia ennen leikkausta? {WHO} {OTHERS}", {}),
    (
        f"my papers {WHO}",
        {"MediaUrl0": f"https://x.example/{SECRETS['file']}.jpg", "MediaContentType0": "image/jpeg"},
    ),
    ("", {"ButtonText": SECRETS["button"], "ButtonPayload": SECRETS["button"], "MessageType": "button"}),
    (
        "",
        {
            "Latitude": "41.4",
            "Longitude": "2.1",
            "Label": SECRETS["place"],
            "Address": f"{SECRETS['place']} 7",
            "MessageType": "location",
        },
    ),
    (
        f"{OTHERS}",
        {"MediaUrl0": f"https://x.example/{SECRETS['file']}", "MediaContentType0": "audio/ogg"},
    ),
    (f"wer ist {WHO}" + " bla" * 1200 + OTHERS, {}),
)


class HostileEngine:
    """Speaks OpenAI's protocol, and misbehaves in turn, always with the patient's words in what it says."""

    def __init__(self) -> None:
        self.asked = 0

    async def models(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "hostile", "object": "model"}]})

    async def complete(self, request: web.Request) -> web.Response:
        self.asked += 1
        prompt = await request.text()
        match self.asked % 4:
            case 1:
                return web.Response(text=f"garbage about {prompt} {WHO}")
            case 2:
                return web.json_response({"error": {"message": f"cannot read {prompt} {WHO}"}}, status=400)
            case 3:
                content = json.dumps(
                    {"sentences": [{"text": f"{WHO} may drink.", "cites": ["fasting.solids"]}]}
                )
                message = {"role": "assistant", "content": content}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                return web.json_response(
                    {
                        "id": "x",
                        "object": "chat.completion",
                        "created": 0,
                        "model": "hostile",
                        "choices": [choice],
                    }
                )
            case _:
                await asyncio.sleep(5)  # longer than the deadline; nobody waits for the answer
                return web.Response(text="late")


@asynccontextmanager
async def hostile_engine() -> AsyncIterator[str]:
    engine, port = HostileEngine(), free_port(0)
    app = web.Application()
    app.router.add_get("/v1/models", engine.models)
    app.router.add_post("/v1/chat/completions", engine.complete)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


@pytest.fixture
def ground(tmp_path: Path, box: dict[str, str]) -> dict[str, str]:
    """An installation whose every trace is under one folder, as talkative as it can be, cores allowed."""
    for name in ("tmp", "home", "cwd"):
        (tmp_path / name).mkdir()
    return box | {
        "TMPDIR": str(tmp_path / "tmp"),
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "home" / "cache"),
        "PYTHONFAULTHANDLER": "1",
        "PYTHONASYNCIODEBUG": "1",
        "APPLIANCE_LOG_LEVEL": "DEBUG",
        "APPLIANCE_WORDING": "fluent",
        "APPLIANCE_ENGINE_DEADLINE_S": "1",
        "APPLIANCE_TWILIO_REDACTION": "all",
        "APPLIANCE_BURST_QUIET_S": "0.2",
    }


@pytest.fixture
def cores_allowed() -> Iterator[None]:
    """The limit that the processes inherit; they have to lower it themselves."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


@pytest.mark.usefixtures("cores_allowed")
async def test_no_secret_is_anywhere_but_sealed(
    ground: dict[str, str], appliance: Command, redis_server: object, tmp_path: Path
) -> None:
    port = free_port(0)
    url = f"http://127.0.0.1:{port}"
    said: dict[str, list[str]] = {}
    seen: list[Sighting] = []
    searched: list[str] = []

    def search(place: str, content: bytes) -> None:
        searched.append(f"{place} ({len(content)} bytes)")
        seen.extend(sightings(place, content))

    async with standing_in(url) as (twilio, desk), hostile_engine() as engine_url:
        environment = ground | {
            "APPLIANCE_PUBLIC_URL": url,
            "APPLIANCE_BIND": f"127.0.0.1:{port}",
            "APPLIANCE_TWILIO_API_URL": desk.url,
            "APPLIANCE_ENGINE_URL": engine_url,
        }
        cwd = tmp_path / "cwd"
        async with running(environment, "serve", cwd=cwd) as gateway:
            await gateway.says("Running on http", START_WITHIN_S)
            async with running(environment, "worker", cwd=cwd) as worker:
                await worker.says("worker.ready", START_WITHIN_S)
                await every_turn(twilio)
                await refused_by_twilio(twilio, worker)
                for path in ("/metrics", "/readyz", "/healthz"):
                    search(f"gateway's {path}", await fetched(f"{url}{path}"))
                await worker.end(signal.SIGABRT)
                said["worker, with the trace of its crash"] = worker.said
                assert "Current thread" in "".join(worker.said), "faulthandler spoke"
            await answered_by_a_careless_worker(twilio, environment, cwd, said)
            await refused_by_the_gateway(twilio, url)
            await the_store_is_away(twilio, redis_server)
            await gateway.end()
            said["gateway"] = gateway.said
        copy = await asyncio.to_thread(
            appliance,
            "patient",
            "export",
            PATIENT,
            "--out",
            str(tmp_path / "for-the-patient.zip"),
            env=environment,
        )
        assert copy.returncode == 0, copy.stderr
        said["appliance patient export"] = [copy.stdout, copy.stderr]
        emptied = [message.body for message in twilio.ledger.received() if message.body == ""]

    for process, lines in said.items():
        search(f"output of the {process}", "".join(lines).encode())
    async for place, content in in_redis(redis_server):
        search(place, content)
    for folder, left_out in (
        (redis_server.directory, frozenset({"redis.sock"})),  # type: ignore[attr-defined]
        (Path(environment["APPLIANCE_DATA_DIR"]), FILES_OF_THE_PROGRAM),
        (Path(environment["APPLIANCE_SECRETS_DIR"]), frozenset()),
        *((tmp_path / name, frozenset()) for name in ("tmp", "home", "cwd")),
    ):
        files = [path for path in folder.rglob("*") if path.is_file() and not left_out & set(path.parts)]
        searched += [
            f"{folder.name}/{path.relative_to(folder)} ({path.stat().st_size} bytes)" for path in files
        ]
        seen.extend(sightings_under(folder, left_out))

    print("\nsearched, in every form and in what is compressed:", *sorted(searched), sep="\n  ")  # noqa: T201 - asked for
    assert seen == []
    assert emptied, "Twilio was told to empty what was delivered"
    assert not list((tmp_path / "cwd").iterdir()), "no core, no crash file"
    # That it was there to be found: what the patient may have holds it in plain.
    with zipfile.ZipFile(tmp_path / "for-the-patient.zip") as copied:
        held = b"".join(copied.read(name) for name in copied.namelist())
    assert {sighting.secret for sighting in sightings("copy", held)} >= {
        "free text",
        "name in Chinese",
        "emoji",
    }
    for must in ("audit/journal.jsonl", "appendonly.aof", "dump.rdb", "vault/erasures.log"):
        assert any(must in place for place in searched), must


async def every_turn(twilio: Twilio) -> None:
    """Each turn is answered before the next one, so that each takes its own path."""
    expected = 0
    for text, fields in SAID:
        await twilio.write(PATIENT, text, ProfileName=SECRETS["name"], WaId=SECRETS["address"], **fields)
        before, expected = expected, expected + 1
        replies = await twilio.replies(PATIENT, expected)
        expected = max(expected, len(replies))
        assert expected > before
    # Another patient writes, and has it erased.
    await twilio.write(
        ERASED, f"Can I drink water before surgery? {WHO} {OTHERS}", ProfileName=SECRETS["name"]
    )
    await twilio.replies(ERASED, 1)
    await twilio.write(ERASED, f"Borren todo lo que he escrito y todos mis datos, soy {WHO} {OTHERS}")
    await twilio.replies(ERASED, 2)
    await twilio.callbacks.settled()


async def refused_by_twilio(twilio: Twilio, worker: Running) -> None:
    """Its error quotes the address; a late status quotes the message."""
    await twilio.write(NOWHERE, f"Can I drink water? {WHO}", To=HOSPITAL)
    await worker.says("worker.send_refused")
    form = {
        "MessageSid": "SM" + "7" * 32,
        "MessageStatus": "failed",
        "ErrorCode": "63016",
        "ErrorMessage": f"{ERROR} {WHO}",
        "To": PATIENT,
        "From": HOSPITAL,
    }
    assert await posted(f"{twilio.gateway_url}/webhooks/twilio/status", form) in {200, 204}


async def answered_by_a_careless_worker(
    twilio: Twilio, environment: Environment, cwd: Path, said: dict[str, list[str]]
) -> None:
    """Whatever handles the message fails with its words, until the fallback goes out; then it is killed hard."""
    script = str(Path(__file__).with_name("broken_worker.py"))
    before = len(twilio.bodies(PATIENT))
    async with running(environment, script, program=(sys.executable,), cwd=cwd) as careless:
        await careless.says("careless.ready", START_WITHIN_S)
        await twilio.write(PATIENT, f"Can I drink tea? {WHO} {OTHERS}", ProfileName=SECRETS["name"])
        await twilio.replies(PATIENT, before + 1)
        await careless.says("worker.dead_letter")
        await twilio.write(PATIENT, f"and coffee? {WHO} {OTHERS}")
        await careless.end(signal.SIGABRT)
    said["careless worker"] = careless.said


async def refused_by_the_gateway(twilio: Twilio, url: str) -> None:
    """Unsigned, without its id, too large, and no form at all."""
    form = twilio.form(PATIENT, f"{WHO} {OTHERS}", ProfileName=SECRETS["name"])
    assert await twilio.post(form, "bad signature") == 403
    assert await twilio.post({name: value for name, value in form.items() if name != "MessageSid"}) == 400
    assert await twilio.post(form | {"Body": f"{WHO} {OTHERS} " * 2000}) == 413
    async with aiohttp.ClientSession() as client:
        body = f"Body=%ff%fe{WHO}&{OTHERS}=".encode()
        async with client.post(f"{url}/webhooks/twilio/whatsapp?q={SECRETS['name']}", data=body) as answer:
            assert answer.status in {400, 403, 415}
        async with client.get(f"{url}/{SECRETS['free text']}?q={SECRETS['name']}") as answer:
            assert answer.status == 404


async def the_store_is_away(twilio: Twilio, redis_server: object) -> None:
    """The gateway answers by itself."""
    redis_server.kill()  # type: ignore[attr-defined]
    before = len(twilio.bodies(PATIENT))
    await twilio.write(PATIENT, f"Is milk allowed? {WHO} {OTHERS}", ProfileName=SECRETS["name"])
    await twilio.replies(PATIENT, before + 1)
    redis_server.start()  # type: ignore[attr-defined]


async def posted(url: str, form: dict[str, str]) -> int:
    signature = RequestValidator(ACCOUNT.auth_token).compute_signature(url, form)
    async with (
        aiohttp.ClientSession() as client,
        client.post(url, data=form, headers={"X-Twilio-Signature": signature}) as answer,
    ):
        return answer.status


async def fetched(url: str) -> bytes:
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        return await answer.read()


async def in_redis(redis_server: object) -> AsyncIterator[tuple[str, bytes]]:
    """Every key as Redis dumps it, with its name; and Redis is made to write its snapshot beside the AOF."""
    for url in (redis_server.url, redis_server.vault_url):  # type: ignore[attr-defined]
        redis: Redis = connect(url)
        # Compressed strings would hide from a search: what is dumped and the snapshot are written without.
        await redis.config_set("rdbcompression", "no")
        names = [name async for name in redis.scan_iter(count=500)]
        dumps = [name + b"\n" + (await redis.dump(name) or b"") for name in names]
        yield f"{len(names)} keys of {url[-4:]}, dumped", b"\n".join(dumps)
        await redis.save()
        await redis.aclose()
