"""Gemini's developer API, over the official google-genai SDK."""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from careerops.adapters.llm.clients.base import ClientOptions, SdkClient, joined, missing_sdk
from careerops.adapters.llm.clients.hints import (
    gemini_delay_s,
    gemini_hints,
    gemini_reasons,
    gemini_violations,
)
from careerops.adapters.llm.clients.presets import Structured
from careerops.adapters.llm.clients.refusals import Cause, Refusal, cause_of
from careerops.adapters.llm.clients.wire import Wire
from careerops.adapters.llm.ratelimits import asked_delay_s
from careerops.domain.errors import CareerOpsError
from careerops.domain.plain import plain_line
from careerops.llm.errors import CredentialRefused
from careerops.ops.http import checked_base_url
from careerops.ports.chatmodel import ChatAnswer, ChatRequest, QuotaHint
from careerops.ports.clock import Clock

_KEY_HEADER: Final = ("x-goog-api-key", "")
_FILTERS: Final = {
    "BLOCKLIST",
    "ESCALATION",
    "LANGUAGE",
    "OTHER",
    "PROHIBITED_CONTENT",
    "RECITATION",
    "SAFETY",
    "SPII",
}
_CUT_OFF: Final = {"CONTINUATION", "MAX_TOKENS"}
_DISABLED: Final = "PUP_LIMITED_DISABLED"
_BAD: Final = 400
_KEY_REASONS: Final = {"API_KEY_INVALID", "API_KEY_EXPIRED"}

Thinking = Literal["auto", "default", "minimal", "low", "medium", "high"]


class GeminiClientOptions(ClientOptions):
    """Gemini.

    Attributes:
        base_url: of the API, without a version.
        api_version: `v1beta` has had schemas and system instructions since 2024. `v1` refused both
            ("Unknown name ... Cannot find field") at least until July 2026; its documentation
            lists them now, and the SDK prefers it. A version that refuses them is told apart from
            a refused mail.
        model: a version's name; the `-latest` names exist in `v1beta` only.
        structured: how JSON is asked for: by schema (`json_schema`), without one (`json_object`),
            or `none`.
        thinking: how much it thinks before it answers, which counts as output; `default` is
            unsaid, `auto` is `minimal` for the Flash models of Gemini 3 and unsaid for others.
    """

    base_url: Annotated[str, AfterValidator(checked_base_url)] = (
        "https://generativelanguage.googleapis.com"
    )
    api_version: Literal["v1", "v1beta"] = "v1beta"
    model: str = Field(default="gemini-3.5-flash-lite", min_length=1, max_length=200)
    thinking_tokens: int = Field(default=200, ge=0, le=100_000)
    structured: Structured = "json_schema"
    thinking: Thinking = "auto"


class GeminiClient(SdkClient):
    """A `ChatClient` over `generateContent`."""

    Options = GeminiClientOptions
    _settings = "base_url, api_version, model, structured, thinking and temperature"

    def __init__(self, options: GeminiClientOptions, *, clock: Clock, name: str = "gemini") -> None:
        """Construct the client; nothing is connected yet.

        Raises:
            ConfigurationError: the SDK is not installed.
        """
        try:
            import httpx2
            from google import genai
            from google.genai import types
        except ImportError:
            raise missing_sdk("gemini") from None
        wire = Wire(
            httpx2, options.base_url, connections=options.connections, key_header=_KEY_HEADER
        )
        super().__init__(options, wire, name=name, clock=clock)
        self._options = options
        self._types = types
        self._sdk = genai.Client(
            vertexai=False,
            api_key="none",  # the wire has it
            http_options=types.HttpOptions(
                base_url=options.base_url,
                api_version=options.api_version,
                retry_options=types.HttpRetryOptions(attempts=1),
                httpx_async_client=wire.client(),
                # Never used, and would otherwise be made with certificates of its own.
                httpx_client=httpx2.Client(transport=httpx2.BaseTransport(), trust_env=False),
            ),
        )

    async def complete(self, request: ChatRequest, key: str) -> ChatAnswer:
        """Ask once; see `ChatClient` for what it raises."""
        contents, config = self._contents(request), self._config(request)
        response, exchange = await self._ask(
            key,
            lambda: self._sdk.aio.models.generate_content(
                model=self._options.model, contents=contents, config=config
            ),
        )
        if not exchange.served:
            raise self._refused(exchange, request)
        if getattr(response.prompt_feedback, "block_reason", None):
            raise self._filtered()
        candidate = response.candidates[0] if response.candidates else None
        if candidate is None:
            raise self._no_form()
        reason = _word(candidate.finish_reason)
        if (failure := self._stopped(reason)) is not None:
            raise failure
        usage = response.usage_metadata
        told = (
            getattr(usage, name, 0) or 0
            for name in (
                "prompt_token_count",
                "candidates_token_count",
                "thoughts_token_count",
                "cached_content_token_count",
            )
        )
        sent, answered, thought, cached = told
        return ChatAnswer(
            text=_text(candidate),
            truncated=reason in _CUT_OFF,
            model=plain_line(str(response.model_version or self._options.model), 80),
            input_tokens=sent,
            output_tokens=answered + thought,
            cached_tokens=cached,
            sent_after_s=exchange.sent_after_s,
        )

    async def check(self, key: str) -> None:
        """Ask what the model is; raises as `complete` does."""
        _, exchange = await self._ask(
            key, lambda: self._sdk.aio.models.get(model=self._options.model)
        )
        if not exchange.served:
            raise self._refused(exchange)

    def _stopped(self, reason: str) -> CareerOpsError | None:
        """The error that a reason to stop is, if it is one."""
        if reason == _DISABLED:
            return CredentialRefused(f"{self._name} has limited or disabled the key's account")
        return self._filtered() if reason in _FILTERS else None

    def _contents(self, request: ChatRequest) -> list[Any]:
        types = self._types
        return [
            types.Content(
                role="model" if role == "assistant" else "user", parts=[types.Part(text=text)]
            )
            for role, text in request.messages
            if role != "system"
        ]

    def _config(self, request: ChatRequest) -> Any:
        options = self._options
        config = self._types.GenerateContentConfig(
            temperature=self._temperature(request), max_output_tokens=self._common.room(request)
        )
        if system := joined(request.messages, "system"):
            config.system_instruction = system
        if options.structured != "none":
            config.response_mime_type = "application/json"
        if options.structured == "json_schema":
            # Not `response_schema`: that field's dialect knows no additionalProperties.
            config.response_json_schema = dict(request.schema)
        level = _level(options.model, options.thinking)
        if level:
            config.thinking_config = self._types.ThinkingConfig(
                thinking_level=self._types.ThinkingLevel(level)
            )
        return config

    def _cause(self, refusal: Refusal) -> Cause:
        reasons = gemini_reasons(refusal)
        if reasons & _KEY_REASONS or refusal.says("api key not valid", "api key expired"):
            return Cause.CREDENTIAL
        if "BILLING_DISABLED" in reasons or _wants_billing(refusal):
            return Cause.BILLING
        cause = cause_of(refusal)
        return Cause.BILLING if cause is Cause.LIMITED and _no_quota(refusal) else cause

    def _limit_hints(self, refusal: Refusal) -> tuple[QuotaHint, ...]:
        return gemini_hints(refusal)

    def _retry_after_s(self, refusal: Refusal) -> float | None:
        delay_s = gemini_delay_s(refusal)
        return asked_delay_s(refusal.headers, self._clock.now()) if delay_s is None else delay_s


def _wants_billing(refusal: Refusal) -> bool:
    """Whether the country has no free tier, and the remedy is to enable billing.

    Source: Gemini API, "Troubleshooting": 400 FAILED_PRECONDITION.
    """
    return "failed_precondition" in refusal.words and refusal.status == _BAD


def _no_quota(refusal: Refusal) -> bool:
    """Whether the quota is zero: the model has no free tier, and waiting does not give it one.

    Seen of Gemini: all violations without `quotaValue`, or `limit: 0` in the text.
    """
    violations = list(gemini_violations(refusal))
    values = {str(each.get("quotaValue", "0")) for each in violations}
    if violations and values != {"0"}:
        return False
    return bool(violations) or refusal.says("limit: 0,")


def _level(model: str, thinking: Thinking) -> str:
    if thinking == "auto":
        return "MINIMAL" if "gemini-3" in model and "flash" in model else ""
    return "" if thinking == "default" else thinking.upper()


def _word(reason: Any) -> str:
    return str(getattr(reason, "value", reason) or "")


def _text(candidate: Any) -> str:
    """The text of the answer; what it thought is left out."""
    parts = getattr(candidate.content, "parts", None) or ()
    return "".join(part.text or "" for part in parts if not part.thought)
