"""A strict fake of Anthropic's Messages API, and its refusals.

Written from Anthropic's documentation: "Messages", "Structured outputs", "Claude API errors",
"Rate limits", "Handling stop reasons", "Claude Haiku 5.5 migration guide", and from the error
codes that its SDK lists.
"""

import re
from datetime import UTC, datetime
from typing import Any

from careerops.domain.errors import Permanent
from careerops.llm.errors import (
    BillingBlocked,
    CredentialRefused,
    ModelMissing,
    ProviderDown,
    RateLimited,
    SchemaRefused,
)
from careerops.ports.chatmodel import Period, QuotaHint, Unit
from support.adapters import RECEIVED
from support.httpfake import Answer, Seen, drops, hangs, redirects, replies, sends
from support.llmvendors.case import (
    ECHO,
    Case,
    Profile,
    header,
    needless_header,
    strict_schema_fault,
)

_FIELDS = {
    "model": str,
    "max_tokens": int,
    "messages": list,
    "system": str,
    "output_config": dict,
    "thinking": dict,
    "tools": list,
    "tool_choice": dict,
    "temperature": float,
}
_WORDS = frozenset(
    {"additionalProperties", "description", "enum", "items", "properties", "required", "type"}
)
ERRORS, LIMITS, STOPS = (
    "Anthropic, Claude API errors",
    "Anthropic, Rate limits",
    "Anthropic, Handling stop reasons",
)
_RESET = datetime(2026, 3, 2, 9, 0, 30, tzinfo=UTC).isoformat().replace("+00:00", "Z")
"""30 s after the tests' fixed now."""
assert (datetime.fromisoformat(_RESET) - RECEIVED).total_seconds() == 30


def quota(name: str, limit: int, remaining: int) -> dict[str, str]:
    """The headers of one of its quotas."""
    before = f"anthropic-ratelimit-{name}"
    return {f"{before}-limit": str(limit), f"{before}-remaining": str(remaining),
            f"{before}-reset": _RESET}  # fmt: skip


_HEADERS = quota("requests", 50, 49) | quota("tokens", 60_000, 59_000)


def message(**changes: Any) -> Answer:
    """A good answer, with `changes`."""
    body = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-5-5",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "text", "text": '{"a": 1}'},
        ],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 2,
            "cache_creation_input_tokens": 1,
            "cache_read_input_tokens": 2,
            "output_tokens": 3,
        },
    }
    return replies(body | changes, headers=_HEADERS)


def refused(status: int, kind: str, text: str, code: str = "", **headers: str) -> Answer:
    """An error in its form."""
    told: dict[str, Any] = {"type": kind, "message": f"{text} {ECHO}"}
    if code:
        told["details"] = {"error_code": code}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return replies({"type": "error", "error": told, "request_id": "req_1"}, status, named)


def fault(seen: Seen, keys: frozenset[str]) -> tuple[str, Answer] | None:
    """What Anthropic would refuse."""
    if header(seen, "x-api-key") not in keys or header(seen, "authorization"):
        return "key", refused(401, "authentication_error", "invalid x-api-key")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", header(seen, "anthropic-version")):
        return "version", refused(400, "invalid_request_error", "anthropic-version: is required")
    if (seen.method, seen.path) == ("GET", "/v1/models?limit=1"):
        return None
    if (seen.method, seen.path) != ("POST", "/v1/messages"):
        return f"{seen.method} {seen.path}", refused(404, "not_found_error", "Not Found")
    what = needless_header(seen) or _body_fault(seen.json)
    if what:
        return what, refused(400, "invalid_request_error", f"{what}: Extra inputs")
    return None


def _body_fault(body: dict[str, Any]) -> str:
    for name, value in body.items():
        if name not in _FIELDS or not isinstance(value, _FIELDS[name]):
            return name
    if "temperature" in body and body["model"] == "claude-haiku-5-5":
        return "temperature"
    if not {"model", "max_tokens", "messages"} <= set(body):
        return "model"
    if {each["role"] for each in body["messages"]} - {"user", "assistant"}:
        return "messages"
    return _output_fault(body)


def _output_fault(body: dict[str, Any]) -> str:
    output = body.get("output_config", {})
    if set(output) - {"effort", "format"} or output.get("effort", "low") not in {"low", "high"}:
        return "output_config"
    schemas = [tool["input_schema"] for tool in body.get("tools", ())]
    if "format" in output:
        if set(output["format"]) != {"type", "schema"}:
            return "output_config.format"
        schemas.append(output["format"]["schema"])
    return next((f for each in schemas if (f := strict_schema_fault(each, _WORDS))), "")


CASES = (
    Case("400 `invalid_request_error`", refused(400, "invalid_request_error", "messages: bad"),
         Permanent, ERRORS, "bad_request"),
    Case(
        "400 of `output_config`",
        refused(400, "invalid_request_error", "output_config.format.schema: is not supported"),
        SchemaRefused, "Anthropic, Structured outputs",
    ),
    Case(
        "400 of `temperature`, `thinking`",
        refused(400, "invalid_request_error", "temperature: is not supported by this model"),
        SchemaRefused, "Anthropic, Claude Haiku 5.5 migration guide",
    ),
    Case(
        "400, prompt is too long",
        refused(400, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"),
        Permanent, ERRORS, "too_long",
    ),
    Case("400, output blocked by content filtering",
         refused(400, "invalid_request_error", "Output blocked by content filtering policy"),
         Permanent, ERRORS, "refused"),
    Case("400, credit balance is too low",
         refused(400, "invalid_request_error", "Your credit balance is too low."),
         BillingBlocked, ERRORS),
    Case("400, the spend limit that one has set",
         refused(400, "invalid_request_error", "You have reached your specified API usage limits."),
         BillingBlocked, ERRORS),
    Case("400 `organization_on_hold`",
         refused(400, "invalid_request_error", "on hold", "organization_on_hold"),
         CredentialRefused, "Anthropic's SDK, error classes"),
    Case("401 `authentication_error`", refused(401, "authentication_error", "invalid x-api-key"),
         CredentialRefused, ERRORS),
    Case("402 `billing_error`", refused(402, "billing_error", "payment"), BillingBlocked, ERRORS),
    Case("403 `permission_error`", refused(403, "permission_error", "no"),
         CredentialRefused, ERRORS),
    Case("404 `not_found_error`", refused(404, "not_found_error", "model: x"),
         ModelMissing, ERRORS),
    Case("a redirect", redirects("https://elsewhere.example/"), ModelMissing, "RFC 9110, 15.4"),
    Case("409 `conflict_error`", refused(409, "conflict_error", "conflict"), ProviderDown, ERRORS),
    Case("413 `request_too_large`", refused(413, "request_too_large", "too large"),
         Permanent, ERRORS, "too_long"),
    Case(
        "429, requests a minute",
        refused(429, "rate_limit_error", "limit", retry_after="12",
                **{k.replace("-", "_"): v for k, v in quota("requests", 50, 0).items()}),
        RateLimited, LIMITS, retry_after_s=12,
        hints=(QuotaHint(Unit.REQUESTS, Period.MINUTE, 50, 0, 30),),
    ),
    Case(
        "429, input tokens a minute",
        refused(429, "rate_limit_error", "limit", retry_after="12",
                **{k.replace("-", "_"): v for k, v in quota("input-tokens", 50_000, 0).items()}),
        RateLimited, LIMITS, retry_after_s=12,
        hints=(QuotaHint(Unit.TOKENS, Period.MINUTE, 50_000, 0, 30),),
    ),
    Case(
        "429, output tokens a minute",
        refused(429, "rate_limit_error", "limit", retry_after="12",
                **{k.replace("-", "_"): v for k, v in (
                    quota("tokens", 60_000, 9000) | quota("output-tokens", 10_000, 0)).items()}),
        RateLimited, LIMITS, retry_after_s=12,
        hints=(QuotaHint(Unit.TOKENS, Period.MINUTE, 60_000, 9000, 30),
               QuotaHint(Unit.TOKENS, Period.MINUTE, None, 0, 30)),
    ),
    Case("429 `ramp_limit_exceeded`",
         refused(429, "rate_limit_error", "ramp", "ramp_limit_exceeded", retry_after="3"),
         RateLimited, "Anthropic's SDK, error classes", retry_after_s=3),
    Case("429 `enforced_spend_limit_reached`, without retry-after",
         refused(429, "rate_limit_error", "threshold", "enforced_spend_limit_reached"),
         BillingBlocked, ERRORS),
    Case("500 `api_error`, 504 `timeout_error`", refused(500, "api_error", "internal"),
         ProviderDown, ERRORS),
    Case("529 `overloaded_error`", refused(529, "overloaded_error", "Overloaded"),
         ProviderDown, ERRORS),
    Case("stop_reason `refusal`", message(stop_reason="refusal", content=[]),
         Permanent, STOPS, "refused"),
    Case("stop_reason `max_tokens`", message(stop_reason="max_tokens"), None, STOPS,
         truncated=True, text='{"a": 1}'),
    Case("stop_reason `model_context_window_exceeded`",
         message(stop_reason="model_context_window_exceeded"), None, STOPS,
         truncated=True, text='{"a": 1}'),
    Case("no answer in time", hangs, ProviderDown, "-", options={"timeout_s": 0.3}),
    Case("a connection that is cut", drops, ProviderDown, "-"),
    Case("an answer that is no message", sends("<html>Sign in</html>"), ProviderDown, "-"),
)  # fmt: skip

PROFILE = Profile(
    kind="anthropic",
    title="Anthropic",
    module="careerops.adapters.llm.clients.anthropic",
    client="AnthropicClient",
    path="",
    good=message(),
    good_hints=(
        QuotaHint(Unit.REQUESTS, Period.MINUTE, 50, 49, 30),
        QuotaHint(Unit.TOKENS, Period.MINUTE, 60_000, 59_000, 30),
    ),
    fault=fault,
    cases=CASES,
)
