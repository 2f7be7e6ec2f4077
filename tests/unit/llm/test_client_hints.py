"""What headers of answers say about quotas, vendor by vendor."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.adapters.llm.clients.hints import anthropic_hints, groq_hints, openai_hints
from careerops.adapters.llm.ratelimits import MAX_DELAY_S
from careerops.ports.chatmodel import Period, QuotaHint, Unit
from support.adapters import RECEIVED


def openai_headers(kind: str, limit: str, remaining: str, reset: str = "") -> dict[str, str]:
    """Three of them."""
    named = {"limit": limit, "remaining": remaining, "reset": reset}
    return {f"x-ratelimit-{name}-{kind}": value for name, value in named.items() if value}


@pytest.mark.parametrize(
    ("headers", "hint"),
    [
        (openai_headers("requests", "500", "499", "120ms"),
         QuotaHint(Unit.REQUESTS, Period.MINUTE, 500, 499, 0.12)),
        # One of 10,000 a day is whole again after 86,400 / 10,000 seconds.
        (openai_headers("requests", "10000", "9999", "8.64s"),
         QuotaHint(Unit.REQUESTS, Period.DAY, 10_000, 9999, 8.64)),
        (openai_headers("requests", "200", "0", "24h"),
         QuotaHint(Unit.REQUESTS, Period.DAY, 200, 0, 86_400)),
        (openai_headers("tokens", "200000", "0", "60s"),
         QuotaHint(Unit.TOKENS, Period.MINUTE, 200_000, 0, 60)),
        (openai_headers("req-minute", "60", "59"),
         QuotaHint(Unit.REQUESTS, Period.MINUTE, 60, 59, None)),
        (openai_headers("tokens-minute", "50000", "47196"),
         QuotaHint(Unit.TOKENS, Period.MINUTE, 50_000, 47_196, None)),
        (openai_headers("requests", "many", "3"),
         QuotaHint(Unit.REQUESTS, Period.MINUTE, None, 3, None)),
    ],
)  # fmt: skip
def test_openai_and_its_likes(headers: dict, hint: QuotaHint) -> None:
    """A minute's or a day's, by how fast it refills."""
    assert openai_hints(headers) == (hint,)


def test_a_quota_that_nobody_tells_of_is_no_hint() -> None:
    """Nor one that makes no sense."""
    assert openai_hints({}) == groq_hints({}) == anthropic_hints({}, RECEIVED) == ()
    assert openai_hints(openai_headers("requests", "-5", "nan")) == ()


def test_groqs_requests_are_a_days() -> None:
    """Whatever their reset is."""
    headers = openai_headers("requests", "1000", "999", "1m26.4s")
    assert groq_hints(headers) == (QuotaHint(Unit.REQUESTS, Period.DAY, 1000, 999, 86.4),)


def anthropic_headers(name: str, limit: int, remaining: int, reset: str) -> dict[str, str]:
    """Three of them."""
    before = f"anthropic-ratelimit-{name}"
    return {f"{before}-limit": str(limit), f"{before}-remaining": str(remaining),
            f"{before}-reset": reset}  # fmt: skip


SOON = (RECEIVED + timedelta(seconds=20)).isoformat()


def test_anthropics_resets_are_times() -> None:
    """Of the past: whole already. The most restrictive limit of tokens is the one that is told."""
    past = (RECEIVED - timedelta(seconds=20)).isoformat()
    headers = (
        anthropic_headers("requests", 50, 50, past)
        | anthropic_headers("tokens", 60_000, 100, SOON)
        | anthropic_headers("input-tokens", 50_000, 40_000, SOON)
        | anthropic_headers("output-tokens", 10_000, 10_000, SOON)
    )
    assert anthropic_hints(headers, RECEIVED) == (
        QuotaHint(Unit.REQUESTS, Period.MINUTE, 50, 50, 0),
        QuotaHint(Unit.TOKENS, Period.MINUTE, 60_000, 100, 20),
    )


@pytest.mark.parametrize("reset", ["soon", "", "2026-03-02T09:00:30", "9999-99-99T00:00:00Z"])
def test_a_reset_that_is_no_time_is_not_told(reset: str) -> None:
    """A time without its zone is none."""
    (hint,) = anthropic_hints(anthropic_headers("requests", 50, 0, reset), RECEIVED)
    assert hint == QuotaHint(Unit.REQUESTS, Period.MINUTE, 50, 0, None)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_headers_are_bounded_hints(limit: str, remaining: str, reset: str) -> None:
    """No server makes us count or wait without bounds."""
    headers = openai_headers("requests", limit, remaining, reset)
    for before in ("requests", "tokens", "output-tokens"):
        named = {"limit": limit, "remaining": remaining, "reset": reset}
        headers |= {f"anthropic-ratelimit-{before}-{name}": v for name, v in named.items()}
    found = openai_hints(headers) + groq_hints(headers) + anthropic_hints(headers, RECEIVED)
    for hint in found:
        for number in (hint.limit, hint.remaining):
            assert number is None or 0 <= number <= 10**15
        assert hint.reset_s is None or 0 <= hint.reset_s <= MAX_DELAY_S
