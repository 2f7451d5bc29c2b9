"""The outside of a test machine: Twilio's side of the network, with real TLS, and nothing else.

outside.py ask TEXT      a patient writes, and the reply is waited for and printed; --patient NUMBER: this one, who may
                         have written before
outside.py steady FILE   a message every half second as long as the file is there, 2000 at most; the exit code is 1
                         when one was not taken with 200
outside.py silent        whatever connects to 203.0.113.9:443 is told to the terminal: nobody should
"""

import argparse
import asyncio
import itertools
import secrets
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from hypercorn.asyncio import serve
from hypercorn.config import Config
from twilio.request_validator import RequestValidator

from appliance.demo.standin import Account, CallbackPolicy, Callbacks, Ledger, create_standin

GATEWAY = "https://bot.hospital.example"
WEBHOOK = f"{GATEWAY}/webhooks/twilio/whatsapp"
BEYOND, ELSEWHERE = "198.51.100.2", "203.0.113.9"
HOSPITAL = "whatsapp:+12025550100"
ACCOUNT = Account("AC" + "0" * 32, "lab-token-that-signs-webhooks", frozenset({HOSPITAL}))
LONGEST_S = 120.0
PACE_S = 0.5
MOST = 2000
_FRESH = itertools.count(secrets.randbelow(10**6))


def form(patient: str, text: str) -> dict[str, str]:
    """A message as Twilio posts it."""
    sid = f"SM{secrets.token_hex(16)}"
    return {
        "MessageSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": ACCOUNT.sid,
        "From": patient,
        "To": HOSPITAL,
        "Body": text,
        "NumMedia": "0",
        "MessageType": "text",
        "ProfileName": "Marta",
    }


async def post(client: aiohttp.ClientSession, fields: dict[str, str]) -> int:
    """The status that the front door answers; 0 when it cannot be reached."""
    signature = RequestValidator(ACCOUNT.auth_token).compute_signature(WEBHOOK, fields)
    try:
        async with client.post(WEBHOOK, data=fields, headers={"X-Twilio-Signature": signature}) as answer:
            return answer.status
    except aiohttp.ClientError:
        return 0


@asynccontextmanager
async def twilio(certificates: Path, ledger: Ledger) -> AsyncIterator[None]:
    """Twilio's API at its own name, as far as the machine can tell."""
    stop = asyncio.Event()
    config = Config()
    config.bind = [f"{BEYOND}:443"]
    config.certfile, config.keyfile = str(certificates / "twilio.crt"), str(certificates / "twilio.key")
    config.accesslog = config.errorlog = None
    async with Callbacks(ledger, ACCOUNT.auth_token, CallbackPolicy(pace_s=0.05)) as callbacks:
        app = create_standin(ACCOUNT, ledger, callbacks)
        server = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait))
        try:
            yield
        finally:
            stop.set()
            await server


async def ask(certificates: Path, text: str, number: str) -> int:
    """Writes, and prints the reply."""
    arrived = asyncio.Event()
    ledger = Ledger(changed=arrived.set)
    patient = f"whatsapp:+{number or f'346{next(_FRESH):08d}'}"
    async with twilio(certificates, ledger), session(certificates) as client:
        status = await post(client, form(patient, text))
        print(f"webhook: {status}", flush=True)
        try:
            async with asyncio.timeout(LONGEST_S if status == 200 else 0):
                while not (received := list(ledger.received(patient))):
                    await arrived.wait()
                    arrived.clear()
        except TimeoutError:
            return 1
        print(received[0].body)
        return 0


async def steady(certificates: Path, wanted: Path) -> int:
    """Messages one after the other; those that were not taken are named."""
    refused, count = [], 0
    async with session(certificates) as client:
        for number in range(MOST):
            if not wanted.exists():  # noqa: ASYNC240 - a look at one file, half a second apart
                break
            count += 1
            status = await post(client, form(f"whatsapp:+34700{number:06d}", "Can I drink water?"))
            if status != 200:
                refused.append((number, status))
            # The pace of the load, not a wait for something.
            await asyncio.sleep(PACE_S)
    print(f"{count} webhooks, {len(refused)} not taken: {refused}")
    return 1 if refused else 0


async def silent(_: Path) -> int:
    """Tells of every connection, until it is ended."""

    async def heard(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        print(f"connection from {writer.get_extra_info('peername')}", flush=True)
        writer.close()

    async with await asyncio.start_server(heard, ELSEWHERE, 443) as server:
        await server.serve_forever()
    return 0


def session(certificates: Path) -> aiohttp.ClientSession:
    """A client that trusts the hospital's certificate, and gets a connection of its own for each request."""
    context = ssl.create_default_context(cafile=certificates / "ca.crt")
    connector = aiohttp.TCPConnector(ssl=context, force_close=True)
    return aiohttp.ClientSession(
        connector=connector, timeout=aiohttp.ClientTimeout(total=30), trust_env=False
    )


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("certificates", type=Path)
    verbs = parser.add_subparsers(dest="verb", required=True)
    asking = verbs.add_parser("ask")
    asking.add_argument("text")
    asking.add_argument("--patient", default="", help="digits; without it, a new patient")
    verbs.add_parser("steady").add_argument("wanted", type=Path)
    verbs.add_parser("silent")
    given = parser.parse_args()
    match given.verb:
        case "ask":
            return asyncio.run(ask(given.certificates, given.text, given.patient))
        case "steady":
            return asyncio.run(steady(given.certificates, given.wanted))
    return asyncio.run(silent(given.certificates))


if __name__ == "__main__":
    sys.exit(main())
