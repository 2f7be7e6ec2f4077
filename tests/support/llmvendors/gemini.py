"""A strict fake of Gemini's generateContent, and its refusals.

Written from Google's documentation: "Generating content" (fields of a request and of a candidate),
"Structured output" (keywords of responseJsonSchema), "Troubleshooting" (statuses), "Rate limits",
google/rpc/error_details.proto (QuotaFailure, RetryInfo, ErrorInfo, BadRequest), and from bodies
that the API was seen to send.
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
    error,
    header,
    needless_header,
    strict_schema_fault,
)

_PATH = re.compile(r"/(v1|v1beta)/models/[a-z0-9.-]+(:generateContent)?")
_BODY = {"contents": list, "systemInstruction": dict, "generationConfig": dict}
_CONFIG: dict[str, Any] = {
    "temperature": (int, float),
    "maxOutputTokens": int,
    "responseMimeType": str,
    "responseJsonSchema": dict,
    "thinkingConfig": dict,
}
_SCHEMA_WORDS = frozenset(
    {"additionalProperties", "description", "enum", "items", "properties", "required", "type"}
)
_LEVELS = {"MINIMAL", "LOW", "MEDIUM", "HIGH"}
_RPC = "type.googleapis.com/google.rpc."
CONTENT, TROUBLE, LIMITS = (
    "Gemini API, Generating content",
    "Gemini API, Troubleshooting",
    "Gemini API, Rate limits; google.rpc.QuotaFailure, RetryInfo",
)


def candidate(**changes: Any) -> Answer:
    """A good answer, with `changes` to its candidate."""
    thought = {"text": "thinking", "thought": True}
    found = {
        "content": {"role": "model", "parts": [thought, {"text": '{"a": 1}'}]},
        "finishReason": "STOP",
        "index": 0,
    }
    return replies(
        {
            "candidates": [found | changes],
            "usageMetadata": {
                "promptTokenCount": 5,
                "candidatesTokenCount": 2,
                "thoughtsTokenCount": 1,
                "cachedContentTokenCount": 2,
                "totalTokenCount": 8,
            },
            "modelVersion": "gemini-3.5-flash-lite",
            "responseId": "r1",
        }
    )


def status(code: int, word: str, message: str, *details: dict[str, Any]) -> Answer:
    """An error in Google's form."""
    return error(code, code=code, message=f"{message} {ECHO}", status=word, details=list(details))


def info(reason: str) -> dict[str, Any]:
    """google.rpc.ErrorInfo."""
    return {"@type": _RPC + "ErrorInfo", "reason": reason, "domain": "googleapis.com"}


def unknown(name: str) -> Answer:
    """What a version says of a field that it does not have."""
    text = f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
    violation = {"field": name, "description": text}
    return status(
        400, "INVALID_ARGUMENT", text,
        {"@type": _RPC + "BadRequest", "fieldViolations": [violation]},
    )  # fmt: skip


def exhausted(*quotas: tuple[str, str | None], delay: str | None, text: str = "") -> Answer:
    """429 with QuotaFailure of (quotaId, quotaValue) and RetryInfo."""
    violations = [
        {
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "quotaId": name,
            "quotaDimensions": {"location": "global", "model": "gemini-3.5-flash-lite"},
            **({"quotaValue": value} if value else {}),
        }
        for name, value in quotas
    ]
    details: list[dict[str, Any]] = [
        {"@type": _RPC + "Help", "links": [{"description": "Learn more", "url": "https://x"}]}
    ]
    if violations:
        details.insert(0, {"@type": _RPC + "QuotaFailure", "violations": violations})
    if delay:
        details.append({"@type": _RPC + "RetryInfo", "retryDelay": delay})
    told = text or "You exceeded your current quota, please check your plan and billing details."
    return status(429, "RESOURCE_EXHAUSTED", told, *details)


def fault(seen: Seen, keys: frozenset[str]) -> tuple[str, Answer] | None:
    """What Gemini would refuse; its version v1 as it was until July 2026."""
    path = _PATH.fullmatch(seen.path)
    if path is None or seen.method != ("POST" if path[2] else "GET"):
        return f"{seen.method} {seen.path}", sends("Not Found", 404)
    if header(seen, "x-goog-api-key") not in keys:
        told = "API key not valid. Please pass a valid API key."
        return "key", status(400, "INVALID_ARGUMENT", told, info("API_KEY_INVALID"))
    if seen.method == "GET":
        return None
    what = needless_header(seen) or _body_fault(seen.json)
    if what:
        return what, unknown(what)
    config = seen.json.get("generationConfig", {})
    newer = [name for name in ("responseMimeType", "responseJsonSchema") if name in config]
    if path[1] == "v1" and ("systemInstruction" in seen.json or newer):
        return "unknown to v1", unknown("systemInstruction")
    return None


def _body_fault(body: dict[str, Any]) -> str:
    for known, given in ((_BODY, body), (_CONFIG, body.get("generationConfig", {}))):
        for name, value in given.items():
            if name not in known or not isinstance(value, known[name]):
                return name
    for content in body["contents"]:
        if content["role"] not in {"user", "model"} or not content["parts"]:
            return "contents"
    return _config_fault(body.get("generationConfig", {}))


def _config_fault(config: dict[str, Any]) -> str:
    if "responseJsonSchema" in config:
        if config.get("responseMimeType") != "application/json":
            return "responseMimeType"
        found = strict_schema_fault(config["responseJsonSchema"], _SCHEMA_WORDS)
        if found:
            return f"responseJsonSchema {found}"
    thinking = config.get("thinkingConfig", {})
    levels = {
        value for name, value in thinking.items() if name in {"thinking_level", "thinkingLevel"}
    }
    return "thinkingConfig" if set(thinking.values()) != levels or not levels <= _LEVELS else ""


_MINUTE, _DAY = (
    f"GenerateRequestsPer{span}PerProjectPerModel-FreeTier" for span in ("Minute", "Day")
)
_TOKENS = "GenerateContentInputTokensPerModelPerMinute-FreeTier"

CASES = (
    Case("400 INVALID_ARGUMENT", status(400, "INVALID_ARGUMENT", "Request is malformed."),
         Permanent, TROUBLE, "bad_request"),
    Case(
        "400, a violation of `generation_config.response_json_schema`",
        status(400, "INVALID_ARGUMENT", "The request is invalid.",
               {"@type": _RPC + "BadRequest", "fieldViolations": [
                   {"field": "generation_config.response_json_schema", "description": "bad"}]}),
        SchemaRefused, "Gemini API, Structured output",
    ),
    Case("400, a field that this `api_version` does not have (v1)", unknown("systemInstruction"),
         SchemaRefused, "Gemini API, API versions"),
    Case(
        "400, JSON mode or system instructions are not for this model",
        status(400, "INVALID_ARGUMENT", "JSON mode is not enabled for models/gemma-3-27b-it"),
        SchemaRefused, TROUBLE,
    ),
    Case(
        "400, too many tokens",
        status(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum "
               "number of tokens allowed (1048576)."),
        Permanent, TROUBLE, "too_long",
    ),
    Case("400 with reason API_KEY_INVALID",
         status(400, "INVALID_ARGUMENT", "API key not valid.", info("API_KEY_INVALID")),
         CredentialRefused, TROUBLE),
    Case("400 FAILED_PRECONDITION: no free tier in this country, enable billing",
         status(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
         BillingBlocked, TROUBLE),
    Case("403 PERMISSION_DENIED",
         status(403, "PERMISSION_DENIED", "Denied.", info("API_KEY_SERVICE_BLOCKED")),
         CredentialRefused, TROUBLE),
    Case("403 with reason BILLING_DISABLED",
         status(403, "PERMISSION_DENIED", "Denied.", info("BILLING_DISABLED")),
         BillingBlocked, "Google Cloud APIs, ErrorInfo"),
    Case("404 NOT_FOUND", status(404, "NOT_FOUND", "models/x is not found for API version v1beta"),
         ModelMissing, TROUBLE),
    Case("a redirect", redirects("https://elsewhere.example/"), ModelMissing, "RFC 9110, 15.4"),
    Case(
        "429, requests a minute",
        exhausted((_MINUTE, "15"), delay="45.8s"),
        RateLimited, LIMITS, retry_after_s=45.8,
        hints=(QuotaHint(Unit.REQUESTS, Period.MINUTE, 15, 0, 45.8),),
    ),
    Case(
        "429, requests a day (its RetryInfo says seconds all the same)",
        exhausted((_DAY, "500"), delay="33s"),
        RateLimited, LIMITS, retry_after_s=33,
        hints=(QuotaHint(Unit.REQUESTS, Period.DAY, 500, 0, None),),
    ),
    Case(
        "429, input tokens a minute",
        exhausted((_TOKENS, "250000"), delay="12s"),
        RateLimited, LIMITS, retry_after_s=12,
        hints=(QuotaHint(Unit.TOKENS, Period.MINUTE, 250_000, 0, 12),),
    ),
    Case(
        "429 without details, `retry in 20.04s` in its text",
        exhausted(delay=None, text="Please retry in 20.04466179s."),
        RateLimited, LIMITS, retry_after_s=20.04466179,
    ),
    Case("429 where every quota is 0: no free tier of this model",
         exhausted((_MINUTE, None), (_DAY, None), delay="20s"), BillingBlocked, LIMITS),
    Case(
        "429, credits used up or spending cap reached",
        exhausted(delay=None, text="Your prepayment credits are depleted."),
        BillingBlocked, "Gemini API, Billing",
    ),
    Case("`promptFeedback.blockReason`",
         replies({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
                  "usageMetadata": {"promptTokenCount": 5}, "modelVersion": "m"}),
         Permanent, CONTENT, "refused"),
    *(
        Case(f"finishReason {reason}", candidate(finishReason=reason, content={}),
             Permanent, CONTENT, "refused")
        for reason in ("SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII",
                       "LANGUAGE", "OTHER")
    ),
    Case("finishReason PUP_LIMITED_DISABLED: the account is limited",
         candidate(finishReason="PUP_LIMITED_DISABLED", content={}), CredentialRefused, CONTENT),
    Case("finishReason MAX_TOKENS", candidate(finishReason="MAX_TOKENS"), None, CONTENT,
         truncated=True, text='{"a": 1}'),
    Case("MAX_TOKENS before the first word", candidate(finishReason="MAX_TOKENS", content={}),
         None, CONTENT, truncated=True, text=""),
    Case("500 INTERNAL", status(500, "INTERNAL", "An internal error."), ProviderDown, TROUBLE),
    Case("503 UNAVAILABLE: overloaded", status(503, "UNAVAILABLE", "The model is overloaded."),
         ProviderDown, TROUBLE),
    Case("504 DEADLINE_EXCEEDED", status(504, "DEADLINE_EXCEEDED", "Late."), ProviderDown, TROUBLE),
    Case("no answer in time", hangs, ProviderDown, "-", options={"timeout_s": 0.3}),
    Case("a connection that is cut", drops, ProviderDown, "-"),
    Case("an answer without a candidate", replies({"usageMetadata": {}}), ProviderDown, "-"),
    Case("an answer that is no JSON", sends("<html>Sign in</html>"), ProviderDown, "-"),
)  # fmt: skip

PROFILE = Profile(
    kind="gemini",
    title="Gemini",
    module="careerops.adapters.llm.clients.gemini",
    client="GeminiClient",
    path="",
    good=candidate(),
    good_hints=(),
    fault=fault,
    cases=CASES,
)
