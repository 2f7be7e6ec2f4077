"""What vendors say about quotas: in the headers of every answer, and in the refusal of one.

Each reader is written from its vendor's documentation, named in its docstring.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from careerops.adapters.llm.clients.refusals import Refusal, dicts
from careerops.adapters.llm.ratelimits import MAX_DELAY_S, asked_delay_s, parse_reset
from careerops.ports.chatmodel import Period, QuotaHint, Unit

_MINUTE_S: Final = 60.0
_DAY_S: Final = 86_400.0
_MAX_COUNT: Final = 10**15
_TOLD: Final = re.compile(
    r"\b(?P<what>[rt]p[md])\)?: limit (?P<limit>\d{1,15})"
    r"(?:, used (?P<used>\d{1,15}))?(?:, requested (?P<requested>\d{1,15}))?"
)
"""OpenAI's and Groq's words, in lower case: `... on tokens per day (tpd): limit 100000, used 99999,
requested 500. please try again in 7m12s`."""
_AGAIN: Final = re.compile(r"\b(?:try again|retry) in (?P<delay>\d[\d.a-z]{0,30})")
_OPENROUTER: Final = re.compile(r"\bper-(?P<period>day|min)")

Headers = Mapping[str, str]


def openai_hints(headers: Headers) -> tuple[QuotaHint, ...]:
    """Of OpenAI and its likes.

    Source: OpenAI, "Rate limits": `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, reset
    being the time until the limit is whole again. Mistral's names are `-req-minute` and
    `-tokens-minute`, without resets. Limits of requests a day come under the same name as those of
    a minute; a limit refills evenly, so limit * reset / used is how long it is for.
    """
    found = []
    for unit, names in (
        (Unit.REQUESTS, ("requests", "req-minute")),
        (Unit.TOKENS, ("tokens", "tokens-minute")),
    ):
        for name in names:
            hint = _hint(headers, "x-ratelimit-{}-" + name, unit, Period.MINUTE, parse_reset)
            if hint is not None:
                found.append(_of_its_period(hint))
                break
    return tuple(found)


def groq_hints(headers: Headers) -> tuple[QuotaHint, ...]:
    """Of Groq.

    Source: Groq, "Rate Limits": the same names, but requests are always those of a day and tokens
    those of a minute.
    """
    found = (
        _hint(headers, "x-ratelimit-{}-requests", Unit.REQUESTS, Period.DAY, parse_reset),
        _hint(headers, "x-ratelimit-{}-tokens", Unit.TOKENS, Period.MINUTE, parse_reset),
    )
    return tuple(hint for hint in found if hint is not None)


def anthropic_hints(headers: Headers, now: datetime) -> tuple[QuotaHint, ...]:
    """Of Anthropic.

    Source: Anthropic, "Rate limits": `anthropic-ratelimit-{requests,tokens,input-tokens,
    output-tokens}-{limit,remaining,reset}`, all of a minute, reset in RFC 3339; `tokens` is the
    most restrictive of the limits of tokens. Output tokens have a limit of their own: it is told
    only when it is used up, because a scope has one limit of tokens.
    """

    def read_reset(text: str) -> float | None:
        return _seconds_until(text, now)

    def read(name: str, unit: Unit) -> QuotaHint | None:
        return _hint(headers, f"anthropic-ratelimit-{name}-{{}}", unit, Period.MINUTE, read_reset)

    requests = read("requests", Unit.REQUESTS)
    tokens = read("tokens", Unit.TOKENS) or read("input-tokens", Unit.TOKENS)
    output = read("output-tokens", Unit.TOKENS)
    found = [hint for hint in (requests, tokens) if hint is not None]
    if output is not None and output.remaining == 0 and (tokens is None or tokens.remaining):
        found.append(QuotaHint(Unit.TOKENS, Period.MINUTE, remaining=0, reset_s=output.reset_s))
    return tuple(found)


def told_hints(refusal: Refusal) -> tuple[QuotaHint, ...]:
    """What OpenAI and Groq say in the text of a 429 about the quota that is used up.

    Source: OpenAI, "Rate limits", and Groq, "Rate Limits": headers tell of two quotas, the text
    of the one that refused, which may be another (tokens a day).
    """
    told = refusal.find(_TOLD)
    if told is None:
        return _openrouter_hints(refusal)
    what, limit, used = told["what"], int(told["limit"]), told["used"]
    unit = Unit.REQUESTS if what.startswith("r") else Unit.TOKENS
    # Tokens may be left, but not enough for this request: so many that it does not matter.
    left = max(0, limit - int(used)) if used and unit is Unit.REQUESTS else None
    period = Period.MINUTE if what.endswith("m") else Period.DAY
    return (QuotaHint(unit, period, limit, left, told_delay_s(refusal)),)


def never_fits(refusal: Refusal) -> bool:
    """Whether the request alone is more than the whole limit: no waiting helps it."""
    told = refusal.find(_TOLD)
    return bool(
        told
        and told["what"].startswith("t")
        and told["requested"]
        and int(told["requested"]) > int(told["limit"])
    )


def told_delay_s(refusal: Refusal) -> float | None:
    """The delay that a refusal's text names, in seconds: `try again in 20s`, `retry in 45.8s`."""
    again = refusal.find(_AGAIN)
    return parse_reset(again["delay"].rstrip(".")) if again else None


def retry_after_s(refusal: Refusal, now: datetime) -> float | None:
    """Seconds to wait, by the headers, else by the text; None if neither says."""
    asked_s = asked_delay_s(refusal.headers, now)
    return told_delay_s(refusal) if asked_s is None else asked_s


def no_allowance(refusal: Refusal) -> bool:
    """Whether the limit itself is zero: there is no free quota, so no time makes it whole.

    Seen of Mistral: 429 to a valid key, with `x-ratelimit-limit-req-minute: 0`.
    """
    names = ("x-ratelimit-limit-req-minute", "x-ratelimit-limit-requests")
    return any(refusal.headers.get(name, "").strip() == "0" for name in names)


def gemini_hints(refusal: Refusal) -> tuple[QuotaHint, ...]:
    """Of Gemini, from the body of a 429; its answers tell nothing.

    Source: Google, google/rpc/error_details.proto (QuotaFailure, RetryInfo); Gemini API, "Rate
    limits". The name of a quota says what it counts: `GenerateRequestsPerDayPerProjectPerModel`.
    """
    delay_s = gemini_delay_s(refusal)
    found = []
    for violation in gemini_violations(refusal):
        name = f"{violation.get('quotaId', '')} {violation.get('quotaMetric', '')}".lower()
        unit = Unit.TOKENS if "token" in name else Unit.REQUESTS
        period = Period.DAY if "perday" in name else Period.MINUTE if "perminute" in name else None
        # A day's quota is whole again at midnight there, whatever RetryInfo says.
        reset_s = delay_s if period is Period.MINUTE else None
        limit = _count(str(violation.get("quotaValue", "")))
        found.append(QuotaHint(unit, period, limit or None, 0, reset_s))
    return tuple(found)


def gemini_violations(refusal: Refusal) -> Iterator[Mapping[str, Any]]:
    """The quotas that refused."""
    for detail in _details(refusal, "google.rpc.QuotaFailure"):
        yield from dicts(detail.get("violations"))


def gemini_delay_s(refusal: Refusal) -> float | None:
    """Seconds to wait: RetryInfo's `45.8s`, else those of the text."""
    for detail in _details(refusal, "google.rpc.RetryInfo"):
        delay_s = parse_reset(str(detail.get("retryDelay", "")))
        if delay_s is not None:
            return delay_s
    return told_delay_s(refusal)


def gemini_reasons(refusal: Refusal) -> set[str]:
    """The reasons of google.rpc.ErrorInfo, as `API_KEY_INVALID`."""
    return {str(each.get("reason")) for each in _details(refusal, "google.rpc.ErrorInfo")}


def _details(refusal: Refusal, kind: str) -> Iterator[Mapping[str, Any]]:
    error = refusal.body.get("error")
    for detail in dicts(error.get("details")) if isinstance(error, dict) else ():
        if str(detail.get("@type", "")).endswith("/" + kind):
            yield detail


def _openrouter_hints(refusal: Refusal) -> tuple[QuotaHint, ...]:
    """What OpenRouter says of its free models.

    Source: OpenRouter, "Limits": `Rate limit exceeded: free-models-per-day`, and headers
    `X-RateLimit-{Limit,Remaining}`, in the response or quoted in `error.metadata.headers`.
    """
    named = refusal.find(_OPENROUTER)
    if named is None:
        return ()
    headers: Headers = refusal.headers
    error = refusal.body.get("error")
    metadata = error.get("metadata") if isinstance(error, dict) else None
    quoted = metadata.get("headers") if isinstance(metadata, dict) else None
    if isinstance(quoted, dict):
        headers = {str(name).lower(): str(value) for name, value in quoted.items()}
    period = Period.DAY if named["period"] == "day" else Period.MINUTE
    limit = _count(headers.get("x-ratelimit-limit", ""))
    return (QuotaHint(Unit.REQUESTS, period, limit, 0),)


def _hint(
    headers: Headers, name: str, unit: Unit, period: Period, read_reset: Any
) -> QuotaHint | None:
    limit = _count(headers.get(name.format("limit"), ""))
    remaining = _count(headers.get(name.format("remaining"), ""))
    reset = headers.get(name.format("reset"), "")
    if limit is None and remaining is None:
        return None
    return QuotaHint(unit, period, limit, remaining, read_reset(reset) if reset else None)


def _of_its_period(hint: QuotaHint) -> QuotaHint:
    if not hint.limit or hint.remaining is None or not hint.reset_s:
        return hint
    used = hint.limit - hint.remaining
    # Nearer to a day than to a minute, as a ratio.
    if used > 0 and hint.limit * hint.reset_s / used > (_MINUTE_S * _DAY_S) ** 0.5:
        return QuotaHint(hint.unit, Period.DAY, hint.limit, hint.remaining, hint.reset_s)
    return hint


def _count(text: str) -> int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if 0 <= number <= _MAX_COUNT else None


def _seconds_until(text: str, now: datetime) -> float | None:
    try:
        until_s = (datetime.fromisoformat(text.strip()) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):  # no time, or one without a zone
        return None
    return min(max(until_s, 0.0), MAX_DELAY_S)
