"""Status callbacks: what became of a message, posted with Twilio's signature to where the sender wants it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
import structlog
from twilio.request_validator import RequestValidator

from appliance.demo.standin.ledger import Ledger, Received

SIGNATURE_HEADER = "X-Twilio-Signature"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class CallbackPolicy:
    """How messages move on.

    Attributes:
        statuses: after `queued`, in this order.
        pace_s: the pause before each of them, as a network and a patient would make.
        timeout_s: the longest wait for an answer.
        most_under_way: messages that are followed at once; more are counted and stay queued.
    """

    statuses: tuple[str, ...] = ("sent", "delivered", "read")
    pace_s: float = 0.35
    timeout_s: float = 5.0
    most_under_way: int = 10_000


class Callbacks:
    """Follows each message in a task of its own; leaving the context ends them all."""

    def __init__(
        self,
        ledger: Ledger,
        auth_token: str,
        policy: CallbackPolicy | None = None,
        reached_at: Callable[[str], str] = lambda url: url,
    ) -> None:
        self._ledger = ledger
        self._validator = RequestValidator(auth_token)
        self._policy = policy or CallbackPolicy()
        self._reached_at = reached_at
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: aiohttp.ClientSession | None = None
        self.refused = 0
        """Messages that were not followed, because too many were under way."""
        self.failed = 0
        """Callbacks that nobody took."""

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=self._policy.timeout_s)
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True), timeout=timeout, trust_env=False
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.close()

    def follow(self, message: Received) -> None:
        """Move a new message on and report each step; returns at once."""
        if len(self._tasks) >= self._policy.most_under_way:
            self.refused += 1
            return
        task = asyncio.create_task(self._follow(message), name=f"callbacks {message.sid}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Returns when no message is under way any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _follow(self, message: Received) -> None:
        await self._report(message)
        for status in self._policy.statuses:
            await asyncio.sleep(self._policy.pace_s)
            moved = self._ledger.move(message.sid, status)
            if moved is None:
                return
            await self._report(moved)

    async def _report(self, message: Received) -> None:
        if not message.status_callback or self._client is None:
            return
        form = _form(message)
        signature = self._validator.compute_signature(message.status_callback, form)
        url = self._reached_at(message.status_callback)
        try:
            async with self._client.post(url, data=form, headers={SIGNATURE_HEADER: signature}) as answer:
                if answer.ok:
                    return
                problem = f"status {answer.status}"
        except (aiohttp.ClientError, TimeoutError) as error:
            problem = type(error).__name__
        # Twilio does not repeat a status callback either.
        self.failed += 1
        _log.warning("standin.callback_failed", sid=message.sid, status=message.status, problem=problem)


def _form(message: Received) -> dict[str, str]:
    return {
        "ApiVersion": "2010-04-01",
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": message.status,
        "SmsStatus": message.status,
        "AccountSid": message.account_sid,
        "To": message.to,
        "From": message.sender,
        "ChannelPrefix": "whatsapp",
        "ChannelToAddress": message.to.removeprefix("whatsapp:"),
    }
