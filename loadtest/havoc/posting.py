"""Posts what patients write as Twilio does, and repeats what was not acknowledged.

A webhook counts as acknowledged by status 200. One that got none (connection refused or cut, no answer within
15 s, another status) is posted again unchanged, with the same MessageSid, as Twilio does at its fallback
address. What was never acknowledged is counted apart: whether it was taken is not known.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

from appliance.demo.handset import Writing
from loadtest.havoc.patients import Patient, Question
from loadtest.webhooks import TIMEOUT_S, Signer, Webhook

_AGAIN_AFTER_S = 0.5
_MOST_TRIES = 40


@dataclass
class Posted:
    """What was posted so far."""

    acknowledged: set[str] = field(default_factory=set)
    sent: int = 0
    duplicates: int = 0
    repetitions: int = 0


class PostOffice:
    """Posts for all patients, each one's messages in their order."""

    def __init__(self, signer: Signer, client: aiohttp.ClientSession) -> None:
        self._signer, self._client = signer, client
        self.posted = Posted()

    async def deliver(self, patients: Sequence[Patient]) -> None:
        """Returns when every message of every patient was acknowledged or given up."""
        async with asyncio.TaskGroup() as group:
            for patient in patients:
                group.create_task(self._write(patient), name=patient.address)

    async def _write(self, patient: Patient) -> None:
        async with asyncio.TaskGroup() as duplicates:
            for question in patient.questions:
                # The patient's own time; nothing is waited for here.
                await asyncio.sleep(question.after_s)
                webhook = self._signer.webhook(Writing(patient.address, question.text), question.sid)
                self.posted.sent += 1
                if question.repeated:
                    self.posted.duplicates += 1
                    duplicates.create_task(self._once(webhook))
                await self._until_acknowledged(question, webhook)

    async def _until_acknowledged(self, question: Question, webhook: Webhook) -> None:
        for attempt in range(_MOST_TRIES):
            self.posted.repetitions += attempt > 0
            if await self._once(webhook):
                self.posted.acknowledged.add(question.sid)
                return
            await asyncio.sleep(_AGAIN_AFTER_S)

    async def _once(self, webhook: Webhook) -> bool:
        try:
            async with self._client.post(
                self._signer.url, data=webhook.form, headers=webhook.headers
            ) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False


def client() -> aiohttp.ClientSession:
    """One connection for each webhook: what is cut belongs to one message only."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True, limit=0),
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
        trust_env=False,
    )
