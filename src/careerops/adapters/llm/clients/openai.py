"""OpenAI and every server that speaks its chat completions, over the official SDK."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, model_validator

from careerops.adapters.llm.clients import completions
from careerops.adapters.llm.clients.base import (
    ClientOptions,
    SdkClient,
    forget_custom_headers,
    missing_sdk,
)
from careerops.adapters.llm.clients.hints import (
    never_fits,
    no_allowance,
    openai_hints,
    retry_after_s,
    told_hints,
)
from careerops.adapters.llm.clients.presets import PRESETS, LimitField, PresetName, Structured
from careerops.adapters.llm.clients.refusals import Cause, Refusal, cause_of, refusal_of
from careerops.adapters.llm.clients.wire import Wire
from careerops.ops.http import checked_base_url
from careerops.ports.chatmodel import ChatAnswer, ChatRequest, QuotaHint
from careerops.ports.clock import Clock

_DEFAULT: Final = PRESETS["openai"]
_KEY_HEADER: Final = ("authorization", "Bearer ")


class OpenAIClientOptions(ClientOptions):
    """A server of chat completions.

    Attributes:
        preset: a server that we know: it fills in what is not written of `base_url`, `model`,
            `structured` and `limit_field`.
        base_url: of the API.
        model: as the server names it. The local servers have no default: name one that you pulled.
        structured: how JSON is asked for. `json_schema` (strict) where the server knows it, else
            `json_object`, else `none`; answers are checked all the same.
        limit_field: name of the limit's field; reasoning models want `max_completion_tokens`.
    """

    preset: PresetName = "openai"
    base_url: Annotated[str, AfterValidator(checked_base_url)] = _DEFAULT.base_url
    model: str = Field(default=_DEFAULT.model, min_length=1, max_length=200)
    structured: Structured = _DEFAULT.structured
    limit_field: LimitField = _DEFAULT.limit_field

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: Any) -> Any:
        preset = PRESETS.get(str(given.get("preset", ""))) if isinstance(given, dict) else None
        if preset is None:
            return given
        known = {
            "base_url": preset.base_url,
            "model": preset.model,
            "structured": preset.structured,
            "limit_field": preset.limit_field,
        }
        return known | given


class OpenAIClient(SdkClient):
    """A `ChatClient` over chat completions."""

    Options = OpenAIClientOptions
    _settings = "base_url, model, structured, limit_field and temperature"

    def __init__(self, options: OpenAIClientOptions, *, clock: Clock, name: str = "openai") -> None:
        """Construct the client; nothing is connected yet.

        Raises:
            ConfigurationError: the SDK is not installed.
        """
        try:
            import httpx2
            import openai
        except ImportError:
            raise missing_sdk("openai") from None
        wire = Wire(
            httpx2,
            options.base_url,
            connections=options.connections,
            key_header=_KEY_HEADER,
        )
        super().__init__(options, wire, name=name, clock=clock)
        self._options = options
        self._sdk = openai.AsyncOpenAI(
            api_key="none",  # the wire has it
            base_url=options.base_url,
            timeout=options.timeout_s,
            max_retries=0,
            http_client=wire.client(),
        )
        forget_custom_headers(self._sdk)

    async def complete(self, request: ChatRequest, key: str) -> ChatAnswer:
        """Ask once; see `ChatClient` for what it raises."""
        arguments = self._arguments(request)
        completion, exchange = await self._ask(
            key, lambda: self._sdk.chat.completions.create(**arguments)
        )
        if not exchange.served:
            raise self._refused(exchange, request)
        choice = completions.choice_of(completion)
        if choice is None:
            refusal = refusal_of(exchange, request)
            status = completions.error_in(refusal.body)
            raise self._error(refusal_of(exchange, request, status)) if status else self._no_form()
        if completions.refuses(choice):
            raise self._filtered()
        if choice.finish_reason == "error":  # OpenRouter: the model behind it broke off
            raise self._down("broke off its answer")
        return completions.answer_of(
            completion, choice, self._options.model, exchange, openai_hints(exchange.headers)
        )

    async def check(self, key: str) -> None:
        """Ask for the list of models; raises as `complete` does."""
        _, exchange = await self._ask(key, self._sdk.models.list)
        if not exchange.served:
            raise self._refused(exchange)

    def _arguments(self, request: ChatRequest) -> dict[str, Any]:
        options = self._options
        return {
            "model": options.model,
            "messages": completions.messages_of(request),
            "temperature": self._temperature(request),
            options.limit_field: self._common.room(request),
            **completions.response_format(request, options.structured),
        }

    def _cause(self, refusal: Refusal) -> Cause:
        if _moderated(refusal):
            return Cause.FILTERED
        cause = cause_of(refusal)
        if cause is Cause.LIMITED and never_fits(refusal):
            return Cause.TOO_LONG
        if cause is Cause.LIMITED and no_allowance(refusal):
            return Cause.BILLING
        return cause

    def _limit_hints(self, refusal: Refusal) -> tuple[QuotaHint, ...]:
        return openai_hints(refusal.headers) + told_hints(refusal)

    def _retry_after_s(self, refusal: Refusal) -> float | None:
        return retry_after_s(refusal, self._clock.now())


def _moderated(refusal: Refusal) -> bool:
    """Source: OpenRouter, "Errors": 403 with `error.metadata.reasons` is its moderation."""
    error = refusal.body.get("error")
    metadata = error.get("metadata") if isinstance(error, dict) else None
    return isinstance(metadata, dict) and bool(metadata.get("reasons"))
