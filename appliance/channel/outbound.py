"""Sends replies through Twilio's REST API, and says of each failure whether the reply may be sent again.

The SDK's own asynchronous transport mixes up responses when it does not pool, ignores its time-out, and with
retries sends a message twice. So the SDK gets a transport of ours.
"""

import base64
import logging
import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NoReturn

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from yarl import URL

from appliance.errors import SendForbidden, SendRefused, SendThrottled, SendUnconfirmed

_LONGEST_CONNECT_S = 5.0
_RETRY_AFTER_S = 1.0
"""When Twilio names no delay, and when it could not be reached."""
_LONGEST_RETRY_AFTER_S = 3600.0
_FORBIDDEN_AGAIN_S = 5.0
_MOST_CONNECTIONS = 64
_CLOCKS_DIFFER = timedelta(minutes=1)
_MOST_LISTED = 1000
_PAGE = 200
_SECONDS = re.compile(r"[0-9]{1,9}")
# Twilio's codes for "too many requests", of the API and of WhatsApp: such a message was not processed.
_THROTTLED_CODES = frozenset({20429, 63018})
# The environment is not asked: it may name another account, region or edge. Empty would mean "ask it".
_NO_ENVIRONMENT = {"TWILIO_REGION": "", "TWILIO_EDGE": ""}


class TwilioSender:
    """Replies through one Twilio account. To be closed; connects at the first reply."""

    def __init__(
        self, account_sid: str, auth_token: str, api_url: str, timeout_s: float, proxy_url: str = ""
    ) -> None:
        """Connect at the first reply.

        Args:
            account_sid: of the account.
            auth_token: of the same.
            api_url: scheme://host[:port] that the SDK's requests go to.
            timeout_s: for each request.
            proxy_url: http://host:port that they go through, or "" for none.
        """
        self._transport = _PooledTransport(api_url, timeout_s, proxy_url)
        self._client = Client(
            username=account_sid,
            password=auth_token,
            http_client=self._transport,
            environment=_NO_ENVIRONMENT,
        )

    async def send(self, to: str, from_: str, body: str, status_callback: str = "") -> str:
        """Twilio's id of the message, which it has taken and will try to deliver.

        Args:
            to: the patient's address, as it came.
            from_: the hospital's address.
            body: at most 1600 characters (see `split`).
            status_callback: the URL that hears of the delivery; "" for none.

        Raises:
            SendRefused: it will never be taken.
            SendForbidden: nothing is taken with this account and token.
            SendThrottled: it was certainly not taken: too many, or Twilio was out of reach.
            SendUnconfirmed: it may or may not have been taken.
        """
        fields = {"to": to, "from_": from_, "body": body}
        if status_callback:
            fields["status_callback"] = status_callback
        try:
            message = await self._client.messages.create_async(**fields)
        except (TwilioRestException, TwilioServiceException) as error:
            _raise_refusal(error.status, error.code)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # The request went out, and what came back was no message: Twilio's JSON is parsed in there.
            raise SendUnconfirmed(f"Twilio answered no message but {type(error).__name__}") from None
        if not isinstance(message.sid, str) or not message.sid:
            raise SendUnconfirmed("Twilio answered a message without an id")
        return message.sid

    async def find(
        self, to: str, from_: str, body: str, since: datetime, known_sids: Collection[str]
    ) -> str | None:
        """Twilio's id of a message that an attempt since then has left, or None when Twilio lists none.

        Times are compared here and not by Twilio: its DateSent knows days only, and a message that is still
        queued has none.

        Args:
            to: as it was given to `send`.
            from_: likewise.
            body: likewise; white space is not compared.
            since: when the first attempt began, UTC; our clock and Twilio's may differ by a minute.
            known_sids: messages that are known to be others.

        Raises:
            SendThrottled, SendUnconfirmed: Twilio could not be asked.
        """
        earliest = since - _CLOCKS_DIFFER
        try:
            listed = await self._client.messages.list_async(
                to=to, from_=from_, limit=_MOST_LISTED, page_size=_PAGE
            )
        except TwilioException as error:
            # The SDK tells no more than that there was no page.
            raise SendUnconfirmed(f"Twilio listed no messages but {type(error).__name__}") from None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SendUnconfirmed(f"Twilio answered no list but {type(error).__name__}") from None
        ours = (
            message.sid
            for message in listed
            if message.sid not in known_sids
            and (message.body or "").split() == body.split()
            and message.date_created is not None
            and message.date_created >= earliest
        )
        return next(ours, None)

    async def redact(self, sid: str) -> None:
        """Have Twilio empty a message's body, also one that came in; a message that is gone is empty enough.

        Raises:
            SendRefused: Twilio does not do it now: the message may still be under way.
            SendThrottled, SendUnconfirmed: it may or may not have been done; it may be repeated.
        """
        try:
            await self._client.messages(sid).update_async(body="")
        except (TwilioRestException, TwilioServiceException) as error:
            if error.status != 404:
                _raise_refusal(error.status, error.code)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SendUnconfirmed(f"Twilio answered no message but {type(error).__name__}") from None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()


def _raise_refusal(status: int, code: object) -> NoReturn:
    # Without the SDK's error behind it: its text quotes the patient's address.
    known = code if isinstance(code, int) else status
    if known in _THROTTLED_CODES:
        raise SendThrottled(_RETRY_AFTER_S, f"error {known}") from None
    if status in {401, 403}:
        raise SendForbidden(
            _FORBIDDEN_AGAIN_S, f"HTTP {status}, error {known}: see twilio_auth_token"
        ) from None
    if 400 <= status < 500 and status != 408:
        raise SendRefused(known) from None
    raise SendUnconfirmed(f"Twilio answered HTTP {status}, error {known}") from None


class _PooledTransport(AsyncHttpClient):  # type: ignore[misc]  # the SDK has no type information
    """One pool of connections, a time-out that holds, no repetition, and nothing from the environment."""

    def __init__(self, api_url: str, timeout_s: float, proxy_url: str) -> None:
        super().__init__(logging.getLogger("twilio"), is_async=True)
        self._api = URL(api_url)
        self._proxy_url = proxy_url
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(timeout_s / 2, _LONGEST_CONNECT_S))
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        uri: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_ignored: object,
    ) -> Response:
        """What the SDK asks for; its own time-out and redirections are ignored."""
        sent_headers = dict(headers or {})
        if auth:
            login = base64.b64encode(":".join(auth).encode()).decode("ascii")
            sent_headers["Authorization"] = f"Basic {login}"
        url = URL(uri).with_scheme(self._api.scheme).with_host(self._api.host or "").with_port(self._api.port)
        try:
            async with self._opened().request(
                method,
                url,
                params=params,
                data=data,
                headers=sent_headers,
                allow_redirects=False,
                proxy=self._proxy_url or None,
            ) as response:
                text = await response.text()
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ClientHttpProxyError,
            aiohttp.ConnectionTimeoutError,
        ) as error:
            raise SendThrottled(_RETRY_AFTER_S, f"Twilio is out of reach, {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SendUnconfirmed(f"no answer from Twilio, {type(error).__name__}") from error
        if response.status == 429:
            raise SendThrottled(_delay_s(response.headers.get("Retry-After", "")), "HTTP 429")
        return Response(response.status, text, response.headers)

    async def aclose(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if not self._session:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_MOST_CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                trust_env=False,
            )
        return self._session


def _delay_s(retry_after: str) -> float:
    """The seconds of a Retry-After header; its other form, a date, is not used by Twilio."""
    if not _SECONDS.fullmatch(retry_after):
        return _RETRY_AFTER_S
    return min(float(retry_after), _LONGEST_RETRY_AFTER_S)
