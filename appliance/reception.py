"""The gateway's side of a message: keeps it sealed, or, when the store cannot, answers it directly."""

from collections.abc import Mapping, Sequence

from redis.asyncio import Redis

from appliance.answering import safe_reply
from appliance.channel import InboundMessage, TwilioSender, split
from appliance.conversation import House
from appliance.errors import StoreUnavailable
from appliance.inbox import Accepted, Mailbox
from appliance.vault import Vault
from appliance.vault.connection import translated


class Reception:
    """Seals and keeps messages; the web application's Inbox."""

    def __init__(self, mailbox: Mailbox, vault: Vault, house: House) -> None:
        self._mailbox, self._vault, self._house = mailbox, vault, house

    async def accept(self, message: InboundMessage) -> bool:
        """Keep it; an emergency does not wait for the end of its burst. Raises StoreUnavailable."""
        accepted = await self._mailbox.accept(
            self._vault.pseudonym(message.sender),
            message.sid,
            message.to_json(),
            immediate=self._house.pack.emergencies.find(message.text) is not None,
        )
        return accepted is Accepted.NEW


class DirectAnswer:
    """Answers without the store; the web application's LastResort."""

    def __init__(self, twilio: TwilioSender, house: House, sender: str) -> None:
        self._twilio, self._house, self._sender = twilio, house, sender

    async def reply(self, message: InboundMessage) -> None:
        """The emergency route, or the fallback with the phone line; raises as TwilioSender.send does."""
        for part in split(safe_reply(message.text, self._house)):
            await self._twilio.send(message.sender, self._sender or message.recipient, part)


class Dependencies:
    """Whether what the gateway depends on works; the web application's Readiness."""

    def __init__(self, stores: Mapping[str, Redis]) -> None:
        """`stores`: by the setting that names each."""
        self._stores = stores

    async def problems(self) -> Sequence[str]:
        """One line for each store that does not answer."""
        found = []
        for setting, store in self._stores.items():
            try:
                async with translated("ping"):
                    await store.ping()
            except StoreUnavailable as error:
                found.append(f"{setting} (APPLIANCE_{setting.upper()}): {error}")
        return found
