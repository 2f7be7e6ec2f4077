"""How long a provider asks us to wait: its headers, as OpenAI, Groq and their likes send them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from careerops.ops.http import parse_retry_after

_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_PART: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)")
_WHOLE: Final = re.compile(r"(?:\d{1,9}(?:\.\d{1,9})?(?:ms|s|m|h|d)){1,5}")
MAX_DELAY_S: Final = 86_400.0 * 31


def parse_reset(text: str) -> float | None:
    """Seconds of a duration such as `6ms`, `1m2s`, `2h3m4.5s` or `7.5`; None if it is none.

    Source: OpenAI, "Rate limits", headers `x-ratelimit-reset-*`; Groq, "Rate Limits".
    """
    value = text.strip().lower()
    if _WHOLE.fullmatch(value):
        total = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(value))
        return min(total, MAX_DELAY_S)
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 <= seconds <= MAX_DELAY_S else None


def asked_delay_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a refused request's headers ask for; None if they say nothing.

    Retry-After (its -ms form first) goes before the resets of the quotas that are used up: those
    of others say nothing about this refusal.
    """
    milliseconds = parse_reset(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000.0
    after_s = parse_retry_after(headers.get("retry-after", ""), now)
    if after_s is not None:
        return after_s
    resets = [
        parse_reset(headers.get(f"x-ratelimit-reset-{kind}", ""))
        for kind in ("requests", "tokens")
        if headers.get(f"x-ratelimit-remaining-{kind}", "").strip() in {"0", "0.0"}
    ]
    known = [reset for reset in resets if reset is not None]
    return max(known) if known else None
