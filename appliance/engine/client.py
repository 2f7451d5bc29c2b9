"""Asks vLLM for a draft through its OpenAI-compatible API: once, within a deadline, behind a breaker."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Self

import openai
from openai.types.chat import ChatCompletion

from appliance.engine.breaker import Breaker, State
from appliance.engine.draft import Draft, GarbageDraft, parse
from appliance.engine.prompt import Prompt, prompt
from appliance.errors import EngineUnavailable

_READY_TIMEOUT_S = 1.0
# Statuses that say that this request was wrong, and nothing of the engine.
_REQUEST_AT_FAULT = frozenset({
    HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY,
})  # fmt: skip


class Engine:
    """A server that speaks OpenAI's protocol: vLLM on a GPU or on a CPU, with no difference here.

    Args:
        base_url: of the API, with or without `/v1`.
        languages: those of the pack, for the static part of the prompt.
        model: the name that it is served under; empty: asked from the server.
        max_tokens: the longest answer.
        breaker: shared by all requests to this server.
        clock: monotonic seconds, for latencies.
        transport: of the HTTP client, for tests.
    """

    def __init__(
        self,
        base_url: str,
        *,
        languages: Sequence[str],
        model: str = "",
        max_tokens: int = 200,
        breaker: Breaker | None = None,
        clock: Callable[[], float] = time.monotonic,
        transport: Any = None,
    ) -> None:
        base = base_url.rstrip("/")
        # The engine is on loopback: the proxies and credentials of the environment do not concern it.
        self._http = openai.DefaultAsyncHttpxClient(
            trust_env=False, follow_redirects=False, transport=transport
        )
        self._client = openai.AsyncOpenAI(
            api_key="loopback",
            base_url=base if base.endswith("/v1") else f"{base}/v1",
            max_retries=0,
            http_client=self._http,
        )
        self._languages, self._given_model, self._max_tokens = tuple(languages), model, max_tokens
        self._found_model = ""
        self._breaker = breaker or Breaker(clock=clock)
        self._clock = clock

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @property
    def breaker(self) -> State:
        """The circuit breaker's state, for metrics and health."""
        return self._breaker.state

    async def draft(
        self, question: str, language: str, statements: Mapping[str, str], deadline_s: float
    ) -> Draft:
        """An answer to the question, drafted from the statements; to be verified before anybody sees it.

        Args:
            question: masked.
            language: the reply language.
            statements: id -> approved text in the reply language; at least one.
            deadline_s: for everything, the question for the model's name included.

        Raises:
            EngineUnavailable: `absent` (no connection), `deadline`, `refused` (an error status) or `breaker`.
            GarbageDraft: the engine answered, but not with a draft.
        """
        if not self._breaker.allow():
            raise EngineUnavailable("breaker", "the engine failed repeatedly and is left alone for a while")
        started_s = self._clock()
        try:
            async with asyncio.timeout(deadline_s):
                model = await self._model(deadline_s)
                answer = await self._ask(
                    model, prompt(question, language, statements, self._languages), deadline_s
                )
        except (TimeoutError, openai.APITimeoutError) as error:
            self._breaker.failed()
            raise EngineUnavailable("deadline", f"no answer within {deadline_s:g} s") from error
        except openai.APIConnectionError as error:
            self._breaker.failed()
            raise EngineUnavailable("absent", f"no connection to {self._client.base_url}") from error
        except openai.APIStatusError as error:
            raise self._refusal(error) from error
        except (openai.OpenAIError, ValueError) as error:
            self._breaker.succeeded()
            raise GarbageDraft("expected a chat completion as JSON", str(error)) from error
        except EngineUnavailable:
            self._breaker.failed()
            raise
        except BaseException:
            self._breaker.abandoned()
            raise
        self._breaker.succeeded()
        raw = _content(answer)
        return Draft(parse(raw), raw, model, self._clock() - started_s)

    async def ready(self) -> bool:
        """Whether the server answers and serves a model (the given one); cheap, and past the breaker."""
        try:
            async with asyncio.timeout(_READY_TIMEOUT_S):
                names = await self._served(_READY_TIMEOUT_S)
        except (TimeoutError, ValueError, openai.OpenAIError, EngineUnavailable):
            return False
        return self._given_model in names if self._given_model else bool(names)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _ask(self, model: str, asked: Prompt, deadline_s: float) -> object:
        return await self._client.chat.completions.create(
            model=model,
            messages=[{"role": "system", "content": asked.system}, {"role": "user", "content": asked.user}],
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "draft", "strict": True, "schema": dict(asked.schema)},
            },
            max_tokens=self._max_tokens,
            temperature=0,
            timeout=deadline_s,
        )

    async def _model(self, timeout_s: float) -> str:
        if self._given_model or self._found_model:
            return self._given_model or self._found_model
        names = await self._served(timeout_s)
        if not names:
            raise EngineUnavailable("refused", "the server names no model at /v1/models")
        self._found_model = names[0]
        return self._found_model

    async def _served(self, timeout_s: float) -> list[str]:
        page: object = await self._client.models.list(timeout=timeout_s)
        models = getattr(page, "data", None)
        return [model.id for model in models] if isinstance(models, list) else []

    def _refusal(self, error: openai.APIStatusError) -> EngineUnavailable:
        if error.status_code in _REQUEST_AT_FAULT:
            self._breaker.abandoned()
        else:
            self._breaker.failed()
            # After a restart the server may serve another model: ask again.
            self._found_model = ""
        return EngineUnavailable("refused", f"status {error.status_code} from {self._client.base_url}")


def _content(answer: object) -> str:
    """The text of a completion that ended by itself; the SDK builds its objects without validating them."""
    if not isinstance(answer, ChatCompletion) or not isinstance(answer.choices, list) or not answer.choices:
        raise GarbageDraft("expected a chat completion with one choice", str(answer))
    message = getattr(answer.choices[0], "message", None)
    text = getattr(message, "content", None)
    if not isinstance(text, str):
        raise GarbageDraft("expected a text in the first choice", str(message))
    if answer.choices[0].finish_reason != "stop":
        raise GarbageDraft(f"expected an answer that ends, got {answer.choices[0].finish_reason!r}", text)
    return text
