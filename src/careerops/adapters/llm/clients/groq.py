"""Groq, over its official SDK."""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from careerops.adapters.llm.clients import completions
from careerops.adapters.llm.clients.base import (
    ClientOptions,
    SdkClient,
    forget_custom_headers,
    missing_sdk,
)
from careerops.adapters.llm.clients.hints import (
    groq_hints,
    never_fits,
    retry_after_s,
    told_hints,
)
from careerops.adapters.llm.clients.presets import Structured
from careerops.adapters.llm.clients.refusals import Cause, Refusal, cause_of, refusal_of
from careerops.adapters.llm.clients.wire import Wire
from careerops.ops.http import checked_base_url
from careerops.ports.chatmodel import ChatAnswer, ChatRequest, QuotaHint
from careerops.ports.clock import Clock

_KEY_HEADER: Final = ("authorization", "Bearer ")
_PATH: Final = "/openai/v1"
_UNJSON: Final = "json_validate_failed"

Effort = Literal["auto", "none", "default", "low", "medium", "high"]


def _root(url: str) -> str:
    """The SDK adds the path itself; documentation shows the address with it."""
    return url.removesuffix(_PATH)


class GroqClientOptions(ClientOptions):
    """Groq.

    Attributes:
        base_url: of the API, without `/openai/v1`, which the SDK adds.
        model: its default takes a strict schema (Groq, "Structured Outputs", Supported Models).
        thinking_tokens: the default model thinks, little but always.
        structured: how JSON is asked for: `json_schema` (strict), `json_object` or `none`.
        reasoning_effort: how much it thinks; `auto` is `low` for gpt-oss, `none` for Qwen 3, and
            unsaid for models that know nothing of it and would refuse to be told.
    """

    base_url: Annotated[str, AfterValidator(checked_base_url), AfterValidator(_root)] = (
        "https://api.groq.com"
    )
    model: str = Field(default="openai/gpt-oss-20b", min_length=1, max_length=200)
    thinking_tokens: int = Field(default=500, ge=0, le=100_000)
    structured: Structured = "json_schema"
    reasoning_effort: Effort = "auto"


class GroqClient(SdkClient):
    """A `ChatClient` over Groq's chat completions."""

    Options = GroqClientOptions
    _settings = "base_url, model, structured, reasoning_effort and temperature"

    def __init__(self, options: GroqClientOptions, *, clock: Clock, name: str = "groq") -> None:
        """Construct the client; nothing is connected yet.

        Raises:
            ConfigurationError: the SDK is not installed.
        """
        try:
            import groq
            import httpx
        except ImportError:
            raise missing_sdk("groq") from None
        wire = Wire(
            httpx, options.base_url, connections=options.connections, key_header=_KEY_HEADER
        )
        super().__init__(options, wire, name=name, clock=clock)
        self._options = options
        self._sdk = groq.AsyncGroq(
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
        hints = groq_hints(exchange.headers)
        if not exchange.served:
            refusal = refusal_of(exchange, request)
            if _UNJSON in refusal.words:
                return self._unjson(refusal, hints)
            raise self._error(refusal)
        choice = completions.choice_of(completion)
        if choice is None:
            raise self._no_form()
        if completions.refuses(choice):
            raise self._filtered()
        return completions.answer_of(completion, choice, self._options.model, exchange, hints)

    async def check(self, key: str) -> None:
        """Ask for the list of models; raises as `complete` does."""
        _, exchange = await self._ask(key, self._sdk.models.list)
        if not exchange.served:
            raise self._refused(exchange)

    def _arguments(self, request: ChatRequest) -> dict[str, Any]:
        options = self._options
        effort = _effort(options.model, options.reasoning_effort)
        return {
            "model": options.model,
            "messages": completions.messages_of(request),
            "temperature": self._temperature(request),
            "max_completion_tokens": self._common.room(request),
            **completions.response_format(request, options.structured),
            **({"reasoning_effort": effort} if effort else {}),
        }

    def _unjson(self, refusal: Refusal, hints: tuple[QuotaHint, ...]) -> ChatAnswer:
        """Groq checks the JSON itself and refuses what the model wrote: an answer all the same.

        Source: Groq, "Structured Outputs", Error handling: 400 `json_validate_failed` with what
        was written in `failed_generation`. The caller says what is wrong with it and asks again.
        """
        error = refusal.body.get("error")
        written = error.get("failed_generation") if isinstance(error, dict) else None
        return ChatAnswer(
            text=written if isinstance(written, str) else "",
            truncated=refusal.says("max completion tokens reached"),
            model=self._options.model,
            hints=hints,
        )

    def _cause(self, refusal: Refusal) -> Cause:
        cause = cause_of(refusal)
        return Cause.TOO_LONG if cause is Cause.LIMITED and never_fits(refusal) else cause

    def _limit_hints(self, refusal: Refusal) -> tuple[QuotaHint, ...]:
        return groq_hints(refusal.headers) + told_hints(refusal)

    def _retry_after_s(self, refusal: Refusal) -> float | None:
        return retry_after_s(refusal, self._clock.now())


def _effort(model: str, effort: Effort) -> str:
    if effort != "auto":
        return effort
    if "gpt-oss" in model:
        return "low"
    return "none" if model.startswith("qwen/qwen3") else ""
