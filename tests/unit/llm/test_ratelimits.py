"""How long a provider asks us to wait, by its headers."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.adapters.llm.ratelimits import MAX_DELAY_S, asked_delay_s, parse_reset

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6ms", 0.006),
        ("1s", 1),
        ("1m2s", 62),
        ("2h3m4.5s", 7384.5),
        ("1d", 86_400),
        ("7.66", 7.66),
        ("0", 0),
        (" 20S ", 20),
        ("9999999d", MAX_DELAY_S),
        ("", None),
        ("-3", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("1m 2s", None),
        ("1e99", None),
    ],
)
def test_durations_are_read_as_the_vendors_write_them(text: str, seconds: float | None) -> None:
    """And nothing else is taken for one."""
    assert parse_reset(text) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "9", "x-ratelimit-reset-tokens": "1m",
          "x-ratelimit-remaining-tokens": "0"}, 9),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:30 GMT"}, 30),
        ({"retry-after": "Mon, 02 Mar 2026 08:00:00 GMT"}, 0),
        ({"retry-after": "later"}, None),
        ({"x-ratelimit-reset-requests": "2h", "x-ratelimit-remaining-requests": "14",
          "x-ratelimit-reset-tokens": "7.6s", "x-ratelimit-remaining-tokens": "0"}, 7.6),
        ({"x-ratelimit-reset-requests": "2h", "x-ratelimit-remaining-requests": "0",
          "x-ratelimit-reset-tokens": "7.6s", "x-ratelimit-remaining-tokens": "0"}, 7200),
        ({"x-ratelimit-reset-requests": "6ms", "x-ratelimit-remaining-requests": "10"}, None),
        ({"x-ratelimit-reset-requests": "soon", "x-ratelimit-remaining-requests": "0"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_the_delay_is_that_of_the_quota_that_is_used_up(
    headers: dict, seconds: float | None
) -> None:
    """Resets of others say nothing about this refusal."""
    assert asked_delay_s(headers, NOW) == (None if seconds is None else pytest.approx(seconds))


@given(st.text(max_size=40))
def test_any_header_is_a_bounded_delay_or_none(text: str) -> None:
    """A server cannot make us wait for ever, nor fail."""
    names = ("retry-after-ms", "retry-after", "x-ratelimit-reset-requests")
    for name in names:
        delay_s = asked_delay_s({name: text, "x-ratelimit-remaining-requests": "0"}, NOW)
        assert delay_s is None or 0 <= delay_s <= MAX_DELAY_S
