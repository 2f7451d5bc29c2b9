"""The stand-in as a process of its own, as harnesses start it."""

import asyncio
import json
import os
import sys

import aiohttp
from demo_stage import ACCOUNT, CREDENTIALS

from appliance.demo.patients import HOSPITAL


async def test_it_says_where_it_listens_takes_messages_and_ends_when_told() -> None:
    standin = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "appliance.demo.standin", "--port", "0", "--pace-s", "0", "--status", "sent"),
        env=os.environ
        | {"APPLIANCE_TWILIO_ACCOUNT_SID": ACCOUNT.sid, "APPLIANCE_TWILIO_AUTH_TOKEN": ACCOUNT.auth_token},
        stdout=asyncio.subprocess.PIPE,
    )
    assert standin.stdout is not None
    async with asyncio.timeout(60):
        url = (await standin.stdout.readline()).decode().split()[-1]
        async with aiohttp.ClientSession(url, headers=CREDENTIALS) as client:
            form = {"To": "whatsapp:+12025550101", "From": HOSPITAL, "Body": "hello"}
            async with client.post(f"/2010-04-01/Accounts/{ACCOUNT.sid}/Messages.json", data=form) as answer:
                assert answer.status == 201
            async with client.get("/stand-in/received") as answer:
                (message,) = json.loads(await answer.read())["messages"]
        standin.terminate()
        assert await standin.wait() == 0
    assert message["body"] == "hello"
