"""A hospital for tests: the product's own parts on real services, and a Twilio that lies open."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from needs import missing
from twilio.request_validator import RequestValidator

from appliance.audit import CHECKPOINT_KEY, AuditPlaces, new_signing_key
from appliance.conversation import Outcome, Turn
from appliance.demo.listening import Place, listen, serving
from appliance.demo.standin import (
    Account,
    CallbackPolicy,
    Callbacks,
    Faults,
    Ledger,
    Received,
    create_standin,
)
from appliance.services import Services, open_services
from appliance.settings import Settings, load_settings
from appliance.vault import KEY_RING, KeyRing
from appliance.web.webhook import MESSAGES_PATH

HOSPITAL = "whatsapp:+12025550100"
ACCOUNT = Account("AC" + "0" * 32, "a token of the tests", frozenset({HOSPITAL}))
LONGEST_S = 180.0
"""For anything that a busy machine does in a second or two."""
_STOP_GRACE_S = 10.0
_T = TypeVar("_T")


class Seen:
    """Wakes whoever waits for something to be seen, without a clock."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def changed(self) -> None:
        for waiting in self._waiting:
            waiting.set()

    async def until(self, find: Callable[[], _T], within_s: float = LONGEST_S) -> _T:
        """What `find` gives, as soon as it is true."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(within_s):
                while not (found := find()):
                    await event.wait()
                    event.clear()
        except TimeoutError:
            raise AssertionError(f"not seen within {within_s:g} s; found: {find()!r}") from None
        finally:
            self._waiting.discard(event)
        return found


@dataclass(repr=False)
class Decisions:
    """Every turn and its outcome, in order; the services' observer."""

    seen_: Seen = field(default_factory=Seen)
    made: list[tuple[str, Turn, Outcome]] = field(default_factory=list)

    def seen(self, sender: str, turn: Turn, outcome: Outcome, record_hash: str) -> None:
        self.made.append((sender, turn, outcome))
        self.seen_.changed()

    async def of(self, sender: str, count: int) -> list[tuple[Turn, Outcome]]:
        """The first decisions of a patient, when there are so many."""

        def found() -> list[tuple[Turn, Outcome]]:
            made = [(turn, outcome) for who, turn, outcome in self.made if who == sender]
            return made[:count] if len(made) >= count else []

        return await self.seen_.until(found)


class Twilio:
    """The stand-in, served; and the patient's side: signs webhooks with Twilio's own library."""

    def __init__(self, gateway_url: str, url: str, client: aiohttp.ClientSession) -> None:
        self.gateway_url, self.url = gateway_url, url
        self.seen = Seen()
        self.ledger = Ledger(changed=self._changed)
        self._words: dict[str, str] = {}
        self.callbacks = Callbacks(self.ledger, ACCOUNT.auth_token, CallbackPolicy(pace_s=0))
        self.faults = Faults()
        self._client = client
        self._validator = RequestValidator(ACCOUNT.auth_token)

    def form(self, sender: str, body: str, **fields: str) -> dict[str, str]:
        """A message's form, with a MessageSid that no other hospital of the run uses, unless one is given."""
        sid = f"SM{uuid.uuid4().hex}"
        return {
            "MessageSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": ACCOUNT.sid,
            "From": sender,
            "To": HOSPITAL,
            "Body": body,
            "NumMedia": "0",
            "MessageType": "text",
            "ProfileName": "Marta",
        } | fields

    async def post(self, form: Mapping[str, str], signature: str | None = None) -> int:
        """The gateway's HTTP status for a form, signed unless a signature is given."""
        if form.get("MessageSid") and not self.ledger.get(form["MessageSid"]):
            self.ledger.arrive(
                sid=form["MessageSid"],
                account_sid=ACCOUNT.sid,
                to=HOSPITAL,
                sender=form["From"],
                body=form["Body"],
            )
        url = self.gateway_url + MESSAGES_PATH
        signed = self._validator.compute_signature(url, dict(form)) if signature is None else signature
        headers = {"X-Twilio-Signature": signed}
        async with self._client.post(url, data=dict(form), headers=headers) as answer:
            return answer.status

    async def write(self, sender: str, body: str, **fields: str) -> None:
        """The patient writes; the gateway takes it."""
        status = await self.post(self.form(sender, body, **fields))
        assert status == 200

    def bodies(self, patient: str) -> list[str]:
        """The replies that a patient has, as they came: also those that were emptied since."""
        return [self._words[message.sid] for message in self.ledger.received(patient)]

    async def replies(self, patient: str, count: int, within_s: float = LONGEST_S) -> Sequence[Received]:
        """All replies that a patient has, as soon as there are so many: more would be seen too."""

        def found() -> list[Received]:
            received = [
                replace(message, body=self._words[message.sid]) for message in self.ledger.received(patient)
            ]
            return received if len(received) >= count else []

        return await self.seen.until(found, within_s)

    async def emptied(self, patient: str) -> bool:
        """Returns when what the patient wrote and got is empty."""

        def found() -> bool:
            wrote = [message.body for message in self.ledger.received(HOSPITAL) if message.sender == patient]
            got = [message.body for message in self.ledger.received(patient)]
            return bool(wrote and got) and not any(wrote + got)

        return await self.seen.until(found)

    def _changed(self) -> None:
        for message in self.ledger.received():
            self._words.setdefault(message.sid, message.body)
        self.seen.changed()

    async def read(self, patient: str, count: int) -> Sequence[Received]:
        """The same, when every one of them has been read and all callbacks were answered."""
        await self.seen.until(
            lambda: [message.status for message in self.ledger.received(patient)][-count:] == ["read"] * count
        )
        await self.callbacks.settled()
        return list(self.ledger.received(patient))


@dataclass(repr=False)
class Hospital:
    """Everything that runs."""

    settings: Settings
    services: Services
    twilio: Twilio
    decisions: Decisions

    def approved(self, statement: str, language: str) -> str:
        """A statement's approved text."""
        return self.services.pack.statement(statement, language)

    def message(self, name: str, language: str) -> str:
        """A fixed message."""
        return self.services.pack.message(name, language)


def furnish(data_dir: Path) -> Path:
    """A data directory of its own, with the machine's models and what it learned from packs in it."""
    machine = load_settings()
    if not (machine.models_dir / machine.embedding_model).is_dir():
        missing(f"the embedding model is not here: appliance models fetch {machine.embedding_model}")
    data_dir.mkdir(parents=True, exist_ok=True)
    (machine.data_dir / "learned").mkdir(exist_ok=True)
    for name in ("models", "learned"):
        (data_dir / name).symlink_to(machine.data_dir / name)
    return data_dir


def new_secrets(secrets_dir: Path, data_dir: Path) -> Path:
    """The keys, as `appliance keys new` makes them."""
    KeyRing.new("test").save(secrets_dir / KEY_RING)
    new_signing_key(secrets_dir / CHECKPOINT_KEY, AuditPlaces.under(data_dir).public_key)
    return secrets_dir


@asynccontextmanager
async def standing_in(gateway_url: str, account: Account = ACCOUNT) -> AsyncIterator[tuple[Twilio, Place]]:
    """The stand-in for Twilio, served at the place; it calls back to the gateway."""
    desk = listen(0)
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector, trust_env=False) as client:
        twilio = Twilio(gateway_url, desk.url, client)
        async with (
            twilio.callbacks,
            serving(create_standin(account, twilio.ledger, twilio.callbacks, twilio.faults), desk),
        ):
            yield twilio, desk


@asynccontextmanager
async def hospital(folder: Path, redis_url: str, vault_url: str, **changes: Any) -> AsyncIterator[Hospital]:
    """The gateway, served, and a worker, in this process; all that they talk to is real but Twilio."""
    gateway = listen(0)
    decisions = Decisions()
    data_dir = furnish(folder / "data")
    async with standing_in(gateway.url) as (twilio, desk):
        settings = Settings.model_validate(
            {
                "data_dir": data_dir,
                "secrets_dir": new_secrets(folder / "secrets", data_dir),
                "redis_url": redis_url,
                "vault_url": vault_url,
                "public_url": gateway.url,
                "twilio_account_sid": ACCOUNT.sid,
                "twilio_auth_token": ACCOUNT.auth_token,
                "twilio_api_url": desk.url,
                "burst_quiet_s": 1.0,
                "wording": "approved",
            }
            | changes
        )
        async with open_services(settings, observer=decisions) as services:
            work = asyncio.create_task(services.worker.run(), name="worker")
            async with serving(services.web_app(), gateway):
                yield Hospital(settings, services, twilio, decisions)
            services.worker.stop(_STOP_GRACE_S)
            await work
