"""What a vendor says when it refuses a request, and which of our causes that is.

A vendor's text may quote the mail. It is searched for a few phrases and never shown, and a phrase
that also stands in what was sent counts for nothing: no mail can pass itself off as a broken
schema and so have a provider disabled.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from careerops.adapters.llm.clients.wire import Exchange
from careerops.ports.chatmodel import ChatRequest


class Cause(StrEnum):
    """Why a request was not served; each is one of our errors."""

    DOWN = "down"
    LIMITED = "limited"
    CREDENTIAL = "credential"
    BILLING = "billing"
    SCHEMA = "schema"
    MODEL = "model"
    FILTERED = "filtered"
    TOO_LONG = "too_long"
    BAD_REQUEST = "bad_request"


_BY_STATUS: Final[Mapping[int, Cause]] = {
    401: Cause.CREDENTIAL,
    402: Cause.BILLING,
    403: Cause.CREDENTIAL,
    404: Cause.MODEL,
    405: Cause.MODEL,
    408: Cause.DOWN,
    409: Cause.DOWN,
    410: Cause.MODEL,
    413: Cause.TOO_LONG,
    425: Cause.DOWN,
    429: Cause.LIMITED,
    498: Cause.DOWN,  # Groq: "Flex Tier Capacity Exceeded"
    499: Cause.DOWN,
}
_BAD: Final = range(400, 500)
_REDIRECTS: Final = range(300, 400)
_SERVER_ERRORS: Final = 500
_MAX_TEXT_CHARS: Final = 4000
_OPENING_CHARS: Final = 40
_LEAST_OPENING_CHARS: Final = 20
_NAMED: Final = re.compile(r"([a-z_]{3,40}(?:\.[a-z0-9_]{1,40}){0,8}): ")
"""Anthropic's way to name a field: `output_config.format.schema: For 'object' type, ...`."""

_CODES: Final[Mapping[Cause, frozenset[str]]] = {
    Cause.BILLING: frozenset(
        {
            "billing_error",
            "billing_hard_limit_reached",
            "billing_not_active",
            "blocked_api_access",  # Groq, "Spend Limits"
            "contract_spend_limit_reached",  # Anthropic's SDK, error classes; so is the next
            "enforced_spend_limit_reached",
            "insufficient_quota",
        }
    ),
    Cause.MODEL: frozenset(
        {"invalid_model", "model_decommissioned", "model_not_found", "model_terms_required"}
    ),
    Cause.FILTERED: frozenset({"content_filter", "content_policy_violation", "invalid_prompt"}),
    Cause.TOO_LONG: frozenset(
        {
            "context_length_exceeded",
            "exceed_context_size_error",  # llama.cpp
            "request_too_large",
            "string_above_max_length",
        }
    ),
    Cause.SCHEMA: frozenset({"unknown_parameter", "unsupported_parameter", "unsupported_value"}),
}
_FIELDS: Final = (
    "generation_config",
    "generationconfig",
    "max_completion_tokens",
    "max_tokens",
    "output_config",
    "reasoning_effort",
    "response_format",
    "system_instruction",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
)
"""Fields of a request that are the same for every mail."""
_SCHEMA_PHRASES: Final = (
    "developer instruction is not enabled",
    "failed to parse grammar",
    "input_schema",
    "invalid schema",
    "json mode is not enabled",
    "json schema",
    "json_schema",
    "output_config",
    "response format",
    "response_format",
    "response_schema",
    "responseschema",
    "unknown name",
)
_LONG_PHRASES: Final = (
    "available context size",
    "context length",
    "context window",
    "exceeds the maximum number of tokens",
    "prompt is too long",
    "reduce the length",
    "request too large",
)
_MODEL_PHRASES: Final = ("invalid model", "is not a valid model id", "model not found")
_BILLING_PHRASES: Final = (
    "credit balance is too low",
    "prepayment credits are depleted",
    "specified api usage limits",
    "spend limit",
    "spending cap",
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request.

    Attributes:
        status: the HTTP status, or what an answer of status 200 gives as such.
        words: machine-readable codes, types and reasons of the body, in lower case.
        fields: the request's fields that the body names, in lower case.
        body: parsed; {} where it was no JSON object.
        headers: of the response.
        text: what it says, in lower case.
        sent: what the mail's part of the request said, in lower case.
    """

    status: int
    words: frozenset[str]
    fields: tuple[str, ...]
    body: Mapping[str, Any] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    text: str = field(repr=False)
    sent: str = field(repr=False)

    def says(self, *phrases: str) -> bool:
        """Whether the vendor says one of `phrases` of its own accord."""
        return any(phrase in self.text and phrase not in self.sent for phrase in phrases)

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Where the vendor says `pattern` of its own accord."""
        found = pattern.search(self.text)
        return found if found and found[0] not in self.sent else None

    def about(self, *names: str) -> bool:
        """Whether it names a field of the request that begins with one of `names`."""
        return any(each.startswith(names) for each in self.fields)


def refusal_of(exchange: Exchange, request: ChatRequest | None, status: int = 0) -> Refusal:
    """What `exchange` says about why `request` was not served; `status` instead of its own."""
    body = _parsed(exchange.body)
    error = _error_of(body)
    sent = (text for role, text in request.messages if role != "system") if request else ()
    text = "\n".join(_texts(body, error))[:_MAX_TEXT_CHARS].lower()
    return Refusal(
        status=status or exchange.status,
        words=frozenset(word.lower() for word in _words(body, error)),
        fields=tuple(name.lower() for name in _fields(body, error)),
        body=body,
        headers=exchange.headers,
        text="" if request and _repeats(text, request) else text,
        sent="\n".join(sent).lower(),
    )


def _repeats(text: str, request: ChatRequest) -> bool:
    """Whether `text` repeats the whole request: then it has every phrase, and none of its own."""
    openings = (
        said.lower().strip().partition("\n")[0][:_OPENING_CHARS]
        for role, said in request.messages
        if role == "system"
    )
    return any(len(opening) >= _LEAST_OPENING_CHARS and opening in text for opening in openings)


def cause_of(refusal: Refusal) -> Cause:
    """The cause by what all vendors have in common; theirs go before it."""
    for cause in (Cause.BILLING, Cause.MODEL, Cause.FILTERED, Cause.TOO_LONG):
        if refusal.words & _CODES[cause]:
            return cause
    if any(word.startswith("spend_") for word in refusal.words) or refusal.says(*_BILLING_PHRASES):
        return Cause.BILLING
    by_status = _by_status(refusal.status)
    return _bad_request(refusal) if by_status is Cause.BAD_REQUEST else by_status


def _by_status(status: int) -> Cause:
    if status in _REDIRECTS:
        return Cause.MODEL
    if status in _BAD:
        return _BY_STATUS.get(status, Cause.BAD_REQUEST)
    return Cause.DOWN


def _bad_request(refusal: Refusal) -> Cause:
    if refusal.says(*_LONG_PHRASES):
        return Cause.TOO_LONG
    if refusal.says(*_MODEL_PHRASES):
        return Cause.MODEL
    if refusal.words & _CODES[Cause.SCHEMA] or refusal.about(*_FIELDS):
        return Cause.SCHEMA
    if refusal.says(*_SCHEMA_PHRASES):
        return Cause.SCHEMA
    if refusal.says("content filtering policy", "content management policy"):
        return Cause.FILTERED
    return Cause.BAD_REQUEST


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if isinstance(parsed, list) and len(parsed) == 1:  # Gemini's errors of streams
        parsed = parsed[0]
    return parsed if isinstance(parsed, dict) else {}


def _error_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    error = body.get("error")
    return error if isinstance(error, dict) else body


def dicts(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a list, or nothing."""
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def _words(body: Mapping[str, Any], error: Mapping[str, Any]) -> Iterator[str]:
    details = error.get("details")
    places = [body, error, details if isinstance(details, dict) else {}, *dicts(details)]
    for place in places:
        for name in ("code", "type", "status", "reason", "error_code"):
            if isinstance(value := place.get(name), str):
                yield value


def _fields(body: Mapping[str, Any], error: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(param := error.get("param"), str):
        yield param
    for detail in dicts(error.get("details")):  # google.rpc.BadRequest
        for violation in dicts(detail.get("fieldViolations")):
            if isinstance(name := violation.get("field"), str):
                yield name.removeprefix("GenerateContentRequest.")
    for problem in dicts(body.get("detail")):  # FastAPI's form, as Mistral has it
        location = problem.get("loc")
        if isinstance(location, list):
            yield ".".join(str(part) for part in location if part != "body")
    message = error.get("message")
    if isinstance(message, str) and (named := _NAMED.match(message)):
        yield named[1]


def _texts(body: Mapping[str, Any], error: Mapping[str, Any]) -> Iterable[str]:
    for value in (error.get("message"), body.get("error"), body.get("message"), body.get("detail")):
        if isinstance(value, str):
            yield value
    for problem in dicts(body.get("detail")):
        if isinstance(message := problem.get("msg"), str):
            yield message
