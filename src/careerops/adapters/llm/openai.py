"""OpenAI and every server that speaks its chat completions, over the official SDK.

The SDK's own retries are off (they sleep inside the call and retry a spent quota), redirects are
not followed (a mail goes to the configured host and no other), and what is read is bounded. No
error of the SDK leaves this file: their texts quote requests and parts of keys.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from careerops.adapters.llm.keys import Credential, KeyOptions, KeyPool
from careerops.adapters.llm.ratelimits import asked_delay_s
from careerops.domain.errors import (
    CareerOpsError,
    ConfigurationError,
    Outage,
    Permanent,
    Transient,
)
from careerops.domain.plain import plain_line
from careerops.llm.errors import ProviderDown
from careerops.llm.prices import OwnPrice, PriceList
from careerops.ops.context import PartContext
from careerops.ops.http import checked_base_url, host_of, is_loopback
from careerops.ops.secrets import Secret
from careerops.ports.chatmodel import ChatAnswer, ChatRequest

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletion

_MAX_BODY_BYTES: Final = 1024 * 1024
_LIMITED_S: Final = 10.0
_SPENT_S: Final = 900.0
_OPENAI: Final = "api.openai.com"
_SPENT_CODES: Final = {
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_required",
}
_FILTER_CODES: Final = {"content_filter", "content_policy_violation"}
_REFUSED: Final = {401, 403}
_PAYMENT, _MISSING, _LIMITED = 402, 404, 429
_DOWN: Final = {408, 409, 425}
_SERVER_ERRORS: Final = 500
_REDIRECTS: Final = range(300, 400)


class OpenAIOptions(BaseModel):
    """`[[classifier]] kind = "openai"`.

    Attributes:
        base_url: of the API; any server that speaks chat completions (vLLM, llama.cpp, Ollama).
        model: as the server names it.
        api_keys: in order; a variable may hold several, separated by commas. May be empty for
            servers that ask for none.
        temperature: instead of the prompt's own (0.1).
        max_output_tokens: instead of the prompt's own (300).
        timeout_s: of one call, all of it.
        structured: how JSON is asked for. `json_schema` (strict) where the server knows it, else
            `json_object`, else `none`; answers are checked all the same.
        limit_field: name of the limit's field; reasoning models want `max_completion_tokens`.
        price: what a million tokens cost in US dollars, `{input = 0.1, output = 0.4}`, for models
            that the bundled price list does not know.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    base_url: Annotated[str, AfterValidator(checked_base_url)] = f"https://{_OPENAI}/v1"
    model: str = Field(default="gpt-4o-mini", min_length=1, max_length=200)
    api_keys: Annotated[
        tuple[Secret | KeyOptions, ...],
        BeforeValidator(lambda keys: (keys,) if isinstance(keys, str) else keys),
    ] = ()
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_output_tokens: int | None = Field(default=None, ge=16, le=100_000)
    timeout_s: float = Field(default=30.0, gt=0, le=600)
    structured: Literal["json_schema", "json_object", "none"] = "json_schema"
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    price: OwnPrice | None = None


class _TooLarge(Exception):
    """The answer is larger than we read."""


@dataclass(frozen=True, slots=True)
class _Unusable:
    """A credential that cannot be used for now: `delay_s` of None means refused."""

    delay_s: float | None = None
    spent: bool = False


class OpenAIChatModel:
    """A `ChatModel` over chat completions, with one client for each credential."""

    Options = OpenAIOptions

    def __init__(self, options: OpenAIOptions, context: PartContext) -> None:
        """Construct the clients; nothing is connected yet.

        Raises:
            ConfigurationError: the SDK is missing, or a key is missing or unreadable.
        """
        self._options = options
        self._clock = context.clock
        self._name = context.name or "openai"
        self._host = host_of(options.base_url)
        self._keys = KeyPool(self._name, options.api_keys, context.clock)
        if not options.api_keys and self._host == _OPENAI:
            raise ConfigurationError('api_keys: missing; write api_keys = ["env:OPENAI_API_KEY"]')
        self._sdk = _import_sdk()
        # One client for each credential, for as long as the process runs: connections are kept.
        self._clients = {each: self._client() for each in self._keys.credentials}
        self._keyless = None if self._clients else self._client()

    @property
    def name(self) -> str:
        """The part's name, by default its kind."""
        return self._name

    def egress(self) -> str:
        """The host that mail text is sent to; '' for a server on this machine."""
        return "" if is_loopback(self._host) else self._host

    def price_list(self) -> PriceList:
        """What its calls cost; a server on this machine is free."""
        options = self._options
        return PriceList(
            options.base_url, options.model, options.price, free=is_loopback(self._host)
        )

    async def check(self) -> str:
        """Ask for the list of models: tests address and key, and says nothing.

        Raises:
            ConfigurationError: every key is refused, or the address is wrong.
            Outage, Transient: it cannot be asked now.
        """
        try:
            await self._with_credential(lambda client: client.models.list())
        except Outage as outage:
            if self._keys.all_refused:
                raise ConfigurationError(str(outage)) from None
            raise
        return f"{self._name}: {self._host} answers, model {self._options.model}"

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        """Ask once: of several credentials, the first whose scope has quota left.

        Raises:
            ProviderDown: timeout, no connection, 5xx. It is a `Transient`.
            Transient: the rate limit of every scope; says how long.
            Outage: the quota of every scope is spent, every key refused, or the model unknown.
            Permanent: this request is refused (reason `refused`, `bad_request`).
        """
        arguments = self._arguments(request)
        completion = await self._with_credential(
            lambda client: client.chat.completions.create(**arguments)
        )
        return self._answer(completion)

    async def close(self) -> None:
        """Close the clients. Idempotent."""
        for client in (*self._clients.values(), self._keyless):
            if client is not None:
                await client.close()

    def _client(self) -> "openai.AsyncOpenAI":
        client: openai.AsyncOpenAI = self._sdk.AsyncOpenAI(
            api_key="none",  # the credential's is set before each call: it may have been renewed
            base_url=self._options.base_url,
            timeout=self._options.timeout_s,
            max_retries=0,
            http_client=self._sdk.DefaultAsyncHttpxClient(
                follow_redirects=False, event_hooks={"response": [_bound]}
            ),
        )
        return client

    async def _with_credential(self, call: Callable[[Any], Any]) -> Any:
        if self._keyless is not None:
            result = await self._call(self._keyless, call)
            if isinstance(result, _Unusable):
                raise self._keyless_failure(result)
            return result
        tried: set[Credential] = set()
        renewed: set[Credential] = set()
        while (picked := await self._keys.pick(tried)) is not None:
            credential, key = picked
            client = self._clients[credential]
            client.api_key = key
            result = await self._call(client, call)
            if not isinstance(result, _Unusable):
                return result
            tried.add(credential)
            if result.delay_s is not None:
                self._keys.block(credential, result.delay_s, spent=result.spent)
            elif await credential.refuse(key) and credential not in renewed:
                renewed.add(credential)
                tried.discard(credential)
        raise self._keys.why_none()

    def _keyless_failure(self, result: _Unusable) -> CareerOpsError:
        if result.delay_s is None:
            return Outage(f"{self._name} asks for a key: set api_keys", scope=self._name)
        message = f"{self._name} limits the rate of requests"
        return Transient(message, retry_after_s=result.delay_s, provider=self._name)

    async def _call(self, client: Any, call: Callable[[Any], Any]) -> Any:
        """What `call` gives, or why this credential cannot be used.

        Raises what `complete` raises, outside of the `except` blocks: the SDK's errors hold the
        request, and must not hang on ours as their context.
        """
        try:
            async with asyncio.timeout(self._options.timeout_s):
                return await call(client)
        except (TimeoutError, self._sdk.APITimeoutError):
            failure: CareerOpsError | _Unusable = self._down(
                f"did not answer within {self._options.timeout_s:g} s"
            )
        except self._sdk.APIStatusError as error:
            failure = self._refusal(error)
        except self._sdk.APIConnectionError:
            failure = self._down("cannot be reached")
        except _TooLarge:
            failure = self._down("sent more than we read")
        except (self._sdk.OpenAIError, ValueError):
            failure = self._down("did not answer in the form of a chat completion")
        if isinstance(failure, _Unusable):
            return failure
        raise failure

    def _refusal(self, error: "openai.APIStatusError") -> CareerOpsError | _Unusable:
        status, code = error.status_code, str(error.code or error.type or "")
        asked_s = asked_delay_s(error.response.headers, self._clock.now())
        if status in _REFUSED:
            return _Unusable()
        if status == _PAYMENT or {code, str(error.type)} & _SPENT_CODES:
            return _Unusable(max(asked_s or 0.0, _SPENT_S), spent=True)
        if status == _LIMITED:
            return _Unusable(_LIMITED_S if asked_s is None else asked_s)
        if status >= _SERVER_ERRORS or status in _DOWN:
            return self._down(f"answered with status {status}", asked_s)
        if status == _MISSING or status in _REDIRECTS:
            return Outage(
                f"{self._name}: {self._host} does not serve this model at this address"
                f" (status {status}): check base_url and model",
                scope=self._name,
            )
        reason = "refused" if code in _FILTER_CODES else "bad_request"
        hint = "" if self._options.structured == "none" else "; it may not know `structured`"
        return Permanent(f"{self._name} refused a request (status {status}){hint}", reason=reason)

    def _down(self, what: str, asked_s: float | None = None) -> ProviderDown:
        return ProviderDown(f"{self._name} {what}", retry_after_s=asked_s, provider=self._name)

    def _arguments(self, request: ChatRequest) -> dict[str, Any]:
        options = self._options
        temperature = request.temperature if options.temperature is None else options.temperature
        arguments: dict[str, Any] = {
            "model": options.model,
            "messages": [{"role": role, "content": text} for role, text in request.messages],
            "temperature": temperature,
            options.limit_field: options.max_output_tokens or request.max_output_tokens,
        }
        if options.structured == "json_schema":
            arguments["response_format"] = {
                "type": "json_schema",
                "json_schema": {
                    "name": request.schema_name,
                    "strict": True,
                    "schema": dict(request.schema),
                },
            }
        elif options.structured == "json_object":
            arguments["response_format"] = {"type": "json_object"}
        return arguments

    def _answer(self, completion: "ChatCompletion") -> ChatAnswer:
        # The SDK hands over what it does not understand as text or with fields missing.
        choices = getattr(completion, "choices", None)
        message = getattr(choices[0], "message", None) if choices else None
        if message is None:
            raise self._down("did not answer in the form of a chat completion")
        finish = choices[0].finish_reason if choices else None
        if finish == "content_filter" or getattr(message, "refusal", None):
            raise Permanent(f"{self._name} refuses to answer", reason="refused")
        usage = getattr(completion, "usage", None)
        return ChatAnswer(
            text=message.content or "",
            truncated=finish == "length",
            model=plain_line(str(completion.model or self._options.model), 80),
            input_tokens=getattr(usage, "prompt_tokens", 0) or 0,
            output_tokens=getattr(usage, "completion_tokens", 0) or 0,
        )


def _import_sdk() -> Any:
    try:
        import openai
    except ImportError:
        raise ConfigurationError(
            'kind = "openai" needs its SDK: pip install "careerops[openai]"'
        ) from None
    return openai


async def _bound(response: Any) -> None:
    """An event hook of the HTTP client: whoever reads the body reads at most 1 MiB."""
    read = response.aiter_bytes

    async def bounded(chunk_size: int | None = None) -> AsyncIterator[bytes]:
        count = 0
        async with contextlib.aclosing(read(chunk_size)) as chunks:
            async for chunk in chunks:
                count += len(chunk)
                if count > _MAX_BODY_BYTES:
                    raise _TooLarge
                yield chunk

    response.aiter_bytes = bounded
