"""A strict fake of Groq's chat completions, and its refusals.

Written from Groq's documentation: "API reference: Create chat completion", "Structured Outputs",
"Reasoning", "Error codes and handling", "Rate Limits" and "Spend Limits".
"""

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
from support.llmvendors.case import Case, Profile, error
from support.llmvendors.openai import completions_fault, invalid, limited

_PATH = "/openai/v1"
_FIELDS: dict[str, Any] = {
    "model": str,
    "messages": list,
    "temperature": (int, float),
    "max_completion_tokens": int,
    "response_format": dict,
    "reasoning_effort": str,
}
_EFFORTS = {"openai/gpt-oss": {"low", "medium", "high"}, "qwen/qwen3": {"none", "default"}}
ERRORS, LIMITS, OUTPUTS = "Groq, Error codes", "Groq, Rate Limits", "Groq, Structured Outputs"
_HEADERS = {
    "x-ratelimit-limit-requests": "14400",
    "x-ratelimit-remaining-requests": "14370",
    "x-ratelimit-reset-requests": "2m59.56s",
    "x-ratelimit-limit-tokens": "18000",
    "x-ratelimit-remaining-tokens": "17997",
    "x-ratelimit-reset-tokens": "7.66s",
}
_SPENT = {name: value for name, value in _HEADERS.items() if "tokens" not in name}


def completion(**changes: Any) -> Answer:
    """A good answer, with `changes` to its first choice."""
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "logprobs": None,
        "message": {"role": "assistant", "content": '{"a": 1}', "reasoning": "thinking"},
    }
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "openai/gpt-oss-20b",
        "choices": [choice | changes],
        "usage": {
            "queue_time": 0.01,
            "prompt_tokens": 5,
            "completion_tokens": 3,
            "total_tokens": 8,
            "prompt_tokens_details": {"cached_tokens": 2},
        },
        "x_groq": {"id": "req_1"},
    }
    return replies(body, headers=_HEADERS)


def fault(seen: Seen, keys: frozenset[str]) -> tuple[str, Answer] | None:
    """What Groq would refuse."""
    found = completions_fault(seen, _PATH, _FIELDS, keys)
    if found is None and seen.method == "POST":
        model, effort = seen.json["model"], seen.json.get("reasoning_effort")
        known: set[str] = next((e for m, e in _EFFORTS.items() if model.startswith(m)), set())
        if effort is not None and effort not in known:
            told = invalid("`reasoning_effort` is not supported.", param="reasoning_effort")
            return "reasoning_effort", told
    return found


CASES = (
    Case("400", invalid("bad"), Permanent, ERRORS, "bad_request"),
    Case("422", invalid("semantic errors", status=422), Permanent, ERRORS, "bad_request"),
    Case(
        "400, the model knows no `json_schema`",
        invalid("This model does not support response format `json_schema`.",
                param="response_format"),
        SchemaRefused, OUTPUTS,
    ),
    Case(
        "400 `json_validate_failed`: what the model wrote",
        invalid("Failed to generate JSON.", code="json_validate_failed", failed_generation="{a"),
        None, OUTPUTS, text="{a",
    ),
    Case(
        "the same, cut off",
        invalid("max completion tokens reached before generating a valid document",
                code="json_validate_failed", failed_generation=""),
        None, OUTPUTS, truncated=True, text="",
    ),
    Case(
        "400 `context_length_exceeded`",
        invalid("Please reduce the length of the messages.", code="context_length_exceeded"),
        Permanent, ERRORS, "too_long",
    ),
    Case("400 `model_decommissioned`", invalid("gone", code="model_decommissioned"),
         ModelMissing, "Groq, Model Deprecation"),
    Case("400 `blocked_api_access`, `spend_...`", invalid("blocked", code="blocked_api_access"),
         BillingBlocked, "Groq, Spend Limits"),
    Case("finish_reason `length`", completion(finish_reason="length"), None, "Groq, API reference",
         truncated=True, text='{"a": 1}'),
    Case("401", invalid("Invalid API Key", status=401, code="invalid_api_key"),
         CredentialRefused, ERRORS),
    Case("403", invalid("forbidden", status=403), CredentialRefused, ERRORS),
    Case("404", invalid("The model does not exist", status=404, code="model_not_found"),
         ModelMissing, ERRORS),
    Case("a redirect", redirects("https://elsewhere.example/"), ModelMissing, "RFC 9110, 15.4"),
    Case(
        "413, larger than the tokens of a minute",
        error(413, message="Request too large for model on tokens per minute (TPM): Limit 6000, "
              "Requested 7000", type="tokens", code="rate_limit_exceeded"),
        Permanent, ERRORS, "too_long",
    ),
    Case(
        "429, tokens a minute",
        limited("tokens per minute (TPM)", 6000, 5500, 900, "4s", retry_after="4"),
        RateLimited, LIMITS, retry_after_s=4,
        hints=(QuotaHint(Unit.TOKENS, Period.MINUTE, 6000, None, 4),),
    ),
    Case(
        "429, requests a day",
        limited("requests per day (RPD)", 14_400, 14_400, 1, "6s", retry_after="6",
                **{name.replace("-", "_"): value for name, value in
                   (_SPENT | {"x-ratelimit-remaining-requests": "0"}).items()}),
        RateLimited, LIMITS, retry_after_s=6,
        hints=(QuotaHint(Unit.REQUESTS, Period.DAY, 14_400, 0, 6),
               QuotaHint(Unit.REQUESTS, Period.DAY, 14_400, 0, 179.56)),
    ),
    Case(
        "429, tokens a day, of which no header tells",
        limited("tokens per day (TPD)", 100_000, 99_900, 500, "7m12s", retry_after="432"),
        RateLimited, LIMITS, retry_after_s=432,
        hints=(QuotaHint(Unit.TOKENS, Period.DAY, 100_000, None, 432),),
    ),
    Case("498, 499", sends("{}", 498, "application/json"), ProviderDown, ERRORS),
    Case("500, 502, 503", invalid("internal", status=503), ProviderDown, ERRORS),
    Case("no answer in time", hangs, ProviderDown, "-", options={"timeout_s": 0.3}),
    Case("a connection that is cut", drops, ProviderDown, "-"),
    Case("an answer that is no chat completion", sends("<html>Sign in</html>"), ProviderDown, "-"),
)  # fmt: skip

PROFILE = Profile(
    kind="groq",
    title="Groq",
    module="careerops.adapters.llm.clients.groq",
    client="GroqClient",
    path="",
    good=completion(),
    good_hints=(
        QuotaHint(Unit.REQUESTS, Period.DAY, 14_400, 14_370, 179.56),
        QuotaHint(Unit.TOKENS, Period.MINUTE, 18_000, 17_997, 7.66),
    ),
    fault=fault,
    cases=CASES,
)
