"""Anthropic's Messages API, over its official SDK."""

import json
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from careerops.adapters.llm.clients.base import (
    ClientOptions,
    SdkClient,
    forget_custom_headers,
    joined,
    missing_sdk,
)
from careerops.adapters.llm.clients.hints import anthropic_hints, retry_after_s
from careerops.adapters.llm.clients.refusals import Cause, Refusal, cause_of
from careerops.adapters.llm.clients.wire import Wire
from careerops.domain.plain import plain_line
from careerops.ops.http import checked_base_url
from careerops.ports.chatmodel import ChatAnswer, ChatRequest, QuotaHint
from careerops.ports.clock import Clock

_KEY_HEADER: Final = ("x-api-key", "")
_CUT_OFF: Final = {"max_tokens", "model_context_window_exceeded"}
_HELD: Final = "organization_on_hold"


class AnthropicClientOptions(ClientOptions):
    """Anthropic.

    Attributes:
        base_url: of the API.
        model: its default is the cheapest that takes a schema.
        temperature: sent only if written: models from Claude Opus 4.7 and Haiku 5.5 on refuse
            it (Anthropic, "Claude Haiku 5.5 migration guide").
        structured: how JSON is asked for: by schema (`json_schema`), as the input of a tool that
            the model must call (`tool`), for models that know no schemas, or `none`.
        thinking: `disabled`, `adaptive`, or `default`: unsaid, which is adaptive for new models.
        effort: how much work goes into an answer; '' is unsaid, for models that know nothing of
            it (Claude Haiku 4.5).
    """

    base_url: Annotated[str, AfterValidator(checked_base_url)] = "https://api.anthropic.com"
    model: str = Field(default="claude-haiku-5-5", min_length=1, max_length=200)
    structured: Literal["json_schema", "tool", "none"] = "json_schema"
    thinking: Literal["disabled", "adaptive", "default"] = "disabled"
    effort: Literal["", "low", "medium", "high"] = "low"


class AnthropicClient(SdkClient):
    """A `ChatClient` over the Messages API."""

    Options = AnthropicClientOptions
    _settings = "base_url, model, structured, effort, thinking and temperature"

    def __init__(
        self, options: AnthropicClientOptions, *, clock: Clock, name: str = "anthropic"
    ) -> None:
        """Construct the client; nothing is connected yet.

        Raises:
            ConfigurationError: the SDK is not installed.
        """
        try:
            import anthropic
            import httpx2
        except ImportError:
            raise missing_sdk("anthropic") from None
        wire = Wire(
            httpx2, options.base_url, connections=options.connections, key_header=_KEY_HEADER
        )
        super().__init__(options, wire, name=name, clock=clock)
        self._options = options
        self._sdk = anthropic.AsyncAnthropic(
            api_key="none",  # the wire has it; given, so that no credential is looked for
            base_url=options.base_url,
            timeout=options.timeout_s,
            max_retries=0,
            open_telemetry=False,
            http_client=wire.client(),
        )
        forget_custom_headers(self._sdk)

    async def complete(self, request: ChatRequest, key: str) -> ChatAnswer:
        """Ask once; see `ChatClient` for what it raises."""
        arguments = self._arguments(request)
        message, exchange = await self._ask(key, lambda: self._sdk.messages.create(**arguments))
        if not exchange.served:
            raise self._refused(exchange, request)
        content = getattr(message, "content", None)
        if not isinstance(content, list):
            raise self._no_form()
        if message.stop_reason == "refusal":
            raise self._filtered()
        usage = getattr(message, "usage", None)
        cached, created, fresh = (
            getattr(usage, name, 0) or 0
            for name in ("cache_read_input_tokens", "cache_creation_input_tokens", "input_tokens")
        )
        return ChatAnswer(
            text=_text(content),
            truncated=message.stop_reason in _CUT_OFF,
            model=plain_line(str(message.model or self._options.model), 80),
            input_tokens=fresh + created + cached,
            output_tokens=getattr(usage, "output_tokens", 0) or 0,
            cached_tokens=cached,
            hints=anthropic_hints(exchange.headers, self._clock.now()),
            sent_after_s=exchange.sent_after_s,
        )

    async def check(self, key: str) -> None:
        """Ask for the list of models; raises as `complete` does."""
        _, exchange = await self._ask(key, lambda: self._sdk.models.list(limit=1))
        if not exchange.served:
            raise self._refused(exchange)

    def _arguments(self, request: ChatRequest) -> dict[str, Any]:
        options = self._options
        arguments: dict[str, Any] = {
            "model": options.model,
            "max_tokens": self._common.room(request),
            "messages": [
                {"role": role, "content": text}
                for role, text in request.messages
                if role != "system"
            ],
        }
        if system := joined(request.messages, "system"):
            arguments["system"] = system
        if options.temperature is not None:
            arguments["extra_body"] = {"temperature": options.temperature}
        if options.thinking != "default":
            arguments["thinking"] = {"type": options.thinking}
        output: dict[str, Any] = {"effort": options.effort} if options.effort else {}
        if options.structured == "json_schema":
            output["format"] = {"type": "json_schema", "schema": dict(request.schema)}
        elif options.structured == "tool":
            arguments |= _tool(request)
        if output:
            arguments["output_config"] = output
        return arguments

    def _cause(self, refusal: Refusal) -> Cause:
        return Cause.CREDENTIAL if _HELD in refusal.words else cause_of(refusal)

    def _limit_hints(self, refusal: Refusal) -> tuple[QuotaHint, ...]:
        return anthropic_hints(refusal.headers, self._clock.now())

    def _retry_after_s(self, refusal: Refusal) -> float | None:
        return retry_after_s(refusal, self._clock.now())


def _tool(request: ChatRequest) -> dict[str, Any]:
    """The answer as the input of the one tool, which has to be called."""
    name = request.schema_name
    return {
        "tools": [
            {
                "name": name,
                "description": "Takes the answer.",
                "input_schema": dict(request.schema),
            }
        ],
        "tool_choice": {"type": "tool", "name": name},
    }


def _text(content: list[Any]) -> str:
    """The text, or the tool's input as JSON; what it thought is left out."""
    for block in content:
        if getattr(block, "type", None) == "tool_use":
            return json.dumps(block.input)
    return "".join(block.text or "" for block in content if getattr(block, "type", None) == "text")
