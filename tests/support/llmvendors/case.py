"""A vendor as the tests and docs/llm-errors.md know it: how it is asked and what it may say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from careerops.domain.errors import CareerOpsError
from careerops.ports.chatmodel import QuotaHint
from support.httpfake import Answer, Seen, Vendor, replies

PLANTED_KEY = "sk-PLANTEDKEY0123456789abcdef"
PLANTED_TEXT = "PLANTED-MAIL-TEXT-4711"
ECHO = f"(key {PLANTED_KEY}, text {PLANTED_TEXT})"
"""What a vendor might repeat in a message: it must not be found in any error of ours."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a vendor says, and what its client makes of it.

    Attributes:
        says: in a few words, for the document.
        answer: how it says it.
        error: what the client raises; None: it gives an answer.
        reason: of a `Permanent`.
        hints: of a `RateLimited`: those that a test looks for among all.
        retry_after_s: what the error asks to wait.
        source: the vendor's document that it is written from.
        options: of the client, where the case needs them.
        truncated, text: of the answer, where there is one.
    """

    says: str
    answer: Answer
    error: type[CareerOpsError] | None
    source: str
    reason: str = ""
    hints: tuple[QuotaHint, ...] = ()
    retry_after_s: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    truncated: bool = False
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A vendor.

    Attributes:
        kind: as in the configuration.
        title: for the document.
        module, client: where its client is.
        path: of the API on its host, as the client's `base_url` has it.
        good: the answer `{"a": 1}`, of 5 tokens in and 3 out, with the headers of its quotas.
        good_hints: what those headers say.
        fault: what the vendor would refuse in a request, None if nothing; judged by its documents.
        cases: its refusals.
    """

    kind: str
    title: str
    module: str
    client: str
    path: str
    good: Answer
    good_hints: tuple[QuotaHint, ...]
    fault: Callable[[Seen, frozenset[str]], tuple[str, Answer] | None]
    cases: tuple[Case, ...]


@dataclass(slots=True)
class StrictVendor:
    """The vendor on loopback: it refuses what the real one would refuse, and says so in `faults`.

    Attributes:
        profile: which vendor.
        keys: those that are valid.
        vendor: the server.
        script: answers to the next requests that are without fault.
        faults: what was wrong with requests.
    """

    profile: Profile
    keys: frozenset[str] = frozenset({PLANTED_KEY})
    vendor: Vendor = field(default_factory=Vendor)
    script: list[Answer] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Answer by the rules."""
        self.vendor.otherwise = self.handle

    @property
    def base_url(self) -> str:
        """The client's option."""
        return self.vendor.url + self.profile.path

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        # Requests are answered in the order they are kept, so this one is the last of them.
        fault = self.profile.fault(self.vendor.seen[-1], self.keys)
        if fault is not None:
            what, answer = fault
            self.faults.append(what)
            return await answer(request)
        return await (self.script.pop(0) if self.script else self.profile.good)(request)


def bearer_of(seen: Seen) -> str:
    """The key of a request."""
    scheme, _, key = header(seen, "authorization").partition(" ")
    return key if scheme == "Bearer" else ""


def header(seen: Seen, name: str) -> str:
    """A header, '' if it is missing."""
    return next((v for k, v in seen.headers.items() if k.lower() == name), "")


_SENT = {
    "accept",
    "accept-encoding",
    "anthropic-version",
    "authorization",
    "content-length",
    "content-type",
    "host",
    "user-agent",
    "x-api-key",
    "x-goog-api-key",
}


def needless_header(seen: Seen) -> str:
    """A header that no call needs, say of telemetry; '' if there is none."""
    return next((name for name in seen.headers if name.lower() not in _SENT), "")


def strict_schema_fault(schema: Any, words: frozenset[str]) -> str:
    """What a strict mode refuses of a schema: `words` are the keywords it knows."""
    if not isinstance(schema, dict):
        return "is no object"
    if unknown := set(schema) - words:
        return f"has {sorted(unknown)}"
    if not isinstance(schema.get("type"), str):
        return "has no single type"
    properties = schema.get("properties", {})
    if schema["type"] == "object":
        if schema.get("additionalProperties") is not False:
            return "lets more properties in"
        if set(schema.get("required", ())) != set(properties):
            return "does not require every property"
    return next((f for each in properties.values() if (f := strict_schema_fault(each, words))), "")


def error(status: int, headers: Mapping[str, str] | None = None, /, **fields: Any) -> Answer:
    """`{"error": fields}`."""
    return replies({"error": fields}, status, dict(headers or {}))
