"""What servers say that speak OpenAI's chat completions in their own way, and their presets.

Written from their documentation, or their source where that is the documentation: OpenRouter
("Errors", "Limits"), Mistral (API reference, its errors are FastAPI's), llama.cpp
(tools/server/README.md and its error types), vLLM ("OpenAI-Compatible Server"), LM Studio
("Structured Output"), Ollama ("OpenAI compatibility").
"""

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
from support.httpfake import replies
from support.llmvendors.case import ECHO, PLANTED_TEXT, Case, Profile, error
from support.llmvendors.openai import PROFILE as OPENAI
from support.llmvendors.openai import completion

OPENROUTER, MISTRAL, LLAMACPP = "OpenRouter, Errors", "Mistral, API reference", "llama.cpp, server"

CASES = (
    Case("OpenRouter: 402", error(402, code=402, message="Insufficient credits"),
         BillingBlocked, OPENROUTER),
    Case(
        "OpenRouter: 403 of its moderation",
        error(403, code=403, message="Your input was flagged",
              metadata={"reasons": ["violence"], "flagged_input": PLANTED_TEXT}),
        Permanent, OPENROUTER, "refused",
    ),
    Case("OpenRouter: 403", error(403, code=403, message="Key limit exceeded"),
         CredentialRefused, OPENROUTER),
    Case("OpenRouter: 400, no such model",
         error(400, code=400, message="x is not a valid model ID"), ModelMissing, OPENROUTER),
    Case(
        "OpenRouter: 429, free models a day",
        error(429, code=429, message="Rate limit exceeded: free-models-per-day.",
              metadata={"headers": {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "0"}}),
        RateLimited, "OpenRouter, Limits",
        hints=(QuotaHint(Unit.REQUESTS, Period.DAY, 50, 0),),
    ),
    Case("OpenRouter: 200 with an error of status 502 in it",
         replies({"error": {"code": 502, "message": ECHO}}), ProviderDown, OPENROUTER),
    Case("OpenRouter: finish_reason `error`", completion(finish_reason="error"),
         ProviderDown, OPENROUTER),
    Case("Mistral: 401", replies({"detail": "Unauthorized"}, 401), CredentialRefused, MISTRAL),
    Case(
        "Mistral: 422 of the format",
        replies({"detail": [{"type": "extra_forbidden", "loc": ["body", "response_format"],
                             "msg": "Extra inputs", "input": PLANTED_TEXT}]}, 422),
        SchemaRefused, MISTRAL,
    ),
    Case(
        "Mistral: 422 of a message",
        replies({"detail": [{"type": "value_error", "loc": ["body", "messages", 1],
                             "msg": "Value error", "input": PLANTED_TEXT}]}, 422),
        Permanent, MISTRAL, "bad_request",
    ),
    Case(
        "Mistral: 400 `invalid_model`",
        replies({"object": "error", "message": "Invalid model: x", "type": "invalid_model",
                 "param": None, "code": "1500"}, 400),
        ModelMissing, MISTRAL,
    ),
    Case(
        "Mistral: 429, requests a minute",
        replies({"message": "Requests rate limit exceeded"}, 429,
                {"x-ratelimit-limit-req-minute": "60", "x-ratelimit-remaining-req-minute": "0"}),
        RateLimited, MISTRAL,
        hints=(QuotaHint(Unit.REQUESTS, Period.MINUTE, 60, 0),),
    ),
    Case(
        "Mistral: 429 where the limit itself is 0",
        replies({"message": "Requests rate limit exceeded"}, 429,
                {"x-ratelimit-limit-req-minute": "0", "x-ratelimit-remaining-req-minute": "0"}),
        BillingBlocked, MISTRAL,
    ),
    Case(
        "llama.cpp: 400 `exceed_context_size_error`",
        error(400, code=400, message="the request exceeds the available context size",
              type="exceed_context_size_error", n_prompt_tokens=9000, n_ctx=4096),
        Permanent, LLAMACPP, "too_long",
    ),
    Case("llama.cpp: 503 while it loads",
         error(503, code=503, message="Loading model", type="unavailable_error"),
         ProviderDown, LLAMACPP),
    Case(
        "vLLM: 400, too long",
        replies({"object": "error", "message": "The maximum context length is 2048 tokens.",
                 "type": "BadRequestError", "param": None, "code": 400}, 400),
        Permanent, "vLLM, OpenAI-Compatible Server", "too_long",
    ),
    Case(
        "LM Studio: 400 of the format, an error as text",
        replies({"error": "'response_format.type' must be 'json_schema' or 'text'"}, 400),
        SchemaRefused, "LM Studio, Structured Output",
    ),
    Case(
        "Ollama: 404, no such model",
        error(404, message='model "x" not found, try pulling it first', type="api_error",
              param=None, code=None),
        ModelMissing, "Ollama, OpenAI compatibility",
    ),
)  # fmt: skip

PROFILE = Profile(
    kind="openai",
    title="Servers that speak OpenAI's chat completions",
    module=OPENAI.module,
    client=OPENAI.client,
    path=OPENAI.path,
    good=OPENAI.good,
    good_hints=OPENAI.good_hints,
    fault=OPENAI.fault,
    cases=CASES,
)
