"""A strict fake of OpenAI's chat completions, and its refusals.

Written from OpenAI's documentation: "API reference: Create chat completion", "Structured model
outputs" (the strict mode's subset of JSON schema), "Error codes" and "Rate limits".
"""

import re
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
from support.httpfake import Answer, Seen, drops, hangs, redirects, replies, sends
from support.llmvendors.case import (
    ECHO,
    Case,
    Profile,
    bearer_of,
    error,
    header,
    needless_header,
    strict_schema_fault,
)

STRICT_WORDS = frozenset(
    {"additionalProperties", "description", "enum", "items", "properties", "required", "type"}
)
_FIELDS: dict[str, Any] = {
    "model": str,
    "messages": list,
    "temperature": (int, float),
    "max_tokens": int,
    "max_completion_tokens": int,
    "response_format": dict,
}
_ROLES = {"system", "user", "assistant"}
ERRORS, LIMITS = "OpenAI, Error codes", "OpenAI, Rate limits"
_HEADERS = {
    "x-ratelimit-limit-requests": "500",
    "x-ratelimit-remaining-requests": "499",
    "x-ratelimit-reset-requests": "120ms",
    "x-ratelimit-limit-tokens": "200000",
    "x-ratelimit-remaining-tokens": "199000",
    "x-ratelimit-reset-tokens": "300ms",
}


def completion(**changes: Any) -> Answer:
    """A good answer, with `changes` to its first choice."""
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "message": {"role": "assistant", "content": '{"a": 1}', "refusal": None},
    }
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m-1",
        "choices": [choice | changes],
        "usage": {
            "prompt_tokens": 5,
            "completion_tokens": 3,
            "total_tokens": 8,
            "prompt_tokens_details": {"cached_tokens": 2},
        },
    }
    return replies(body, headers=_HEADERS)


def completions_fault(
    seen: Seen, path: str, fields: dict[str, Any], keys: frozenset[str]
) -> tuple[str, Answer] | None:
    """What is wrong with a request of chat completions below `path`."""
    if bearer_of(seen) not in keys:
        return "key", error(401, message=ECHO, type="invalid_request_error", code="invalid_api_key")
    if (seen.method, seen.path) == ("GET", f"{path}/models"):
        return None
    if (seen.method, seen.path) != ("POST", f"{path}/chat/completions"):
        return f"{seen.method} {seen.path}", sends("Not Found", 404)
    what = needless_header(seen) or _body_fault(seen, fields)
    return (what, error(400, message=what, type="invalid_request_error")) if what else None


def _body_fault(seen: Seen, fields: dict[str, Any]) -> str:
    if header(seen, "content-type") != "application/json":
        return "content-type"
    body = seen.json
    for name, value in body.items():
        if name not in fields or not isinstance(value, fields[name]):
            return f"field {name}"
    if not {"model", "messages"} <= set(body) or {"max_tokens", "max_completion_tokens"} <= set(
        body
    ):
        return "fields missing or both limits"
    for message in body["messages"]:
        if set(message) != {"role", "content"} or message["role"] not in _ROLES:
            return "messages"
    return _format_fault(body.get("response_format", {"type": "json_object"}))


def _format_fault(asked: dict[str, Any]) -> str:
    if asked == {"type": "json_object"}:
        return ""
    schema = asked.get("json_schema", {})
    if set(asked) != {"type", "json_schema"} or set(schema) != {"name", "strict", "schema"}:
        return "response_format"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", schema["name"]) or schema["strict"] is not True:
        return "name of the schema"
    return strict_schema_fault(schema["schema"], STRICT_WORDS)


def fault(seen: Seen, keys: frozenset[str]) -> tuple[str, Answer] | None:
    """What OpenAI would refuse."""
    return completions_fault(seen, "/v1", _FIELDS, keys)


def limited(what: str, limit: int, used: int, asked: int, again: str, **headers: str) -> Answer:
    """A 429 in its words; `what` as `requests per min (RPM)`."""
    text = (
        f"Rate limit reached for gpt-4o-mini in organization org-1 on {what}: Limit {limit}, "
        f"Used {used}, Requested {asked}. Please try again in {again}. {ECHO}"
    )
    kind = what.partition(" ")[0]
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return error(429, named, message=text, type=kind, param=None, code="rate_limit_exceeded")


def invalid(message: str, *, status: int = 400, **fields: Any) -> Answer:
    """An invalid_request_error."""
    told = {"message": f"{message} {ECHO}", "type": "invalid_request_error", "param": None}
    return error(status, **(told | {"code": None} | fields))


CASES = (
    Case("400", invalid("We could not parse the JSON body."), Permanent, ERRORS, "bad_request"),
    Case("422", invalid("Unprocessable.", status=422), Permanent, ERRORS, "bad_request"),
    Case(
        "400, `param` `response_format`",
        invalid("Invalid schema for response_format 'a'.", param="response_format"),
        SchemaRefused,
        "OpenAI, Structured model outputs",
    ),
    Case(
        "400 `unsupported_parameter`, say of `max_tokens`",
        invalid("Unsupported parameter.", param="max_tokens", code="unsupported_parameter"),
        SchemaRefused,
        "OpenAI, Reasoning models",
    ),
    Case(
        "400 `context_length_exceeded`",
        invalid("This model's maximum context length is 128000 tokens.", param="messages",
                code="context_length_exceeded"),
        Permanent, ERRORS, "too_long",
    ),
    Case(
        "400 `invalid_prompt`, `content_filter`",
        invalid("Flagged as potentially violating our usage policy.", code="invalid_prompt"),
        Permanent, ERRORS, "refused",
    ),
    Case(
        "finish_reason `content_filter`",
        completion(finish_reason="content_filter"),
        Permanent, "OpenAI, Chat completion object", "refused",
    ),
    Case(
        "a `refusal` in place of content",
        completion(message={"role": "assistant", "content": None, "refusal": "I can't help."}),
        Permanent, "OpenAI, Structured model outputs", "refused",
    ),
    Case(
        "finish_reason `length`",
        completion(finish_reason="length"),
        None, "OpenAI, Chat completion object", truncated=True, text='{"a": 1}',
    ),
    Case("401", invalid("Incorrect API key provided.", status=401, code="invalid_api_key"),
         CredentialRefused, ERRORS),
    Case(
        "403 (country, region or territory not supported; no access)",
        invalid("Country, region, or territory not supported", status=403,
                code="unsupported_country_region_territory", type="request_forbidden"),
        CredentialRefused, ERRORS,
    ),
    Case("403 `model_not_found`", invalid("No access.", status=403, code="model_not_found"),
         ModelMissing, ERRORS),
    Case("404", invalid("The model does not exist.", status=404, code="model_not_found"),
         ModelMissing, ERRORS),
    Case("a redirect", redirects("https://elsewhere.example/"), ModelMissing, "RFC 9110, 15.4"),
    Case("413", sends("too large", 413), Permanent, "RFC 9110, 15.5.14", "too_long"),
    Case(
        "429, requests a minute",
        limited("requests per min (RPM)", 3, 3, 1, "20s", x_ratelimit_limit_requests="3",
                x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="20s"),
        RateLimited, LIMITS, retry_after_s=20,
        hints=(QuotaHint(Unit.REQUESTS, Period.MINUTE, 3, 0, 20),),
    ),
    Case(
        "429, requests a day",
        limited("requests per day (RPD)", 200, 200, 1, "7m12s"),
        RateLimited, LIMITS, retry_after_s=432,
        hints=(QuotaHint(Unit.REQUESTS, Period.DAY, 200, 0, 432),),
    ),
    Case(
        "429, tokens a minute",
        limited("tokens per min (TPM)", 40_000, 39_000, 1200, "6ms", retry_after_ms="6"),
        RateLimited, LIMITS, retry_after_s=0.006,
        hints=(QuotaHint(Unit.TOKENS, Period.MINUTE, 40_000, None, 0.006),),
    ),
    Case(
        "429 for a request that is larger than the limit",
        limited("tokens per min (TPM)", 30_000, 0, 40_000, "1s"),
        Permanent, LIMITS, "too_long",
    ),
    Case(
        "429 `insufficient_quota`",
        error(429, message=f"You exceeded your current quota. {ECHO}", type="insufficient_quota",
              param=None, code="insufficient_quota"),
        BillingBlocked, ERRORS,
    ),
    Case("429 `billing_not_active`", invalid("Not active.", status=429, code="billing_not_active"),
         BillingBlocked, ERRORS),
    Case("402", invalid("Payment required.", status=402), BillingBlocked, "RFC 9110, 15.5.3"),
    Case("408, 409, 425", invalid("Conflict.", status=409), ProviderDown, ERRORS),
    Case("500, 502, 503, 504",
         replies({"error": {"message": ECHO}}, 503, {"retry-after": "7"}),
         ProviderDown, ERRORS, retry_after_s=7),
    Case("no answer in time", hangs, ProviderDown, "-", options={"timeout_s": 0.3}),
    Case("a connection that is cut", drops, ProviderDown, "-"),
    Case("an answer that is no chat completion", sends("<html>Sign in</html>"), ProviderDown, "-"),
)  # fmt: skip

PROFILE = Profile(
    kind="openai",
    title="OpenAI",
    module="careerops.adapters.llm.clients.openai",
    client="OpenAIClient",
    path="/v1",
    good=completion(),
    good_hints=(
        QuotaHint(Unit.REQUESTS, Period.MINUTE, 500, 499, 0.12),
        QuotaHint(Unit.TOKENS, Period.MINUTE, 200_000, 199_000, 0.3),
    ),
    fault=fault,
    cases=CASES,
)
