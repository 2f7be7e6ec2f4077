"""Estimates of tokens: never absurd, never nothing, and they add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.llm.tokens import estimate_tokens


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("a", 1, 1),
        (
            "Thank you for your application. We will get back to you by the end of next week.",
            17,
            30,
        ),
        ("Vielen Dank für Ihre Bewerbung. Wir melden uns bis Ende nächster Woche.", 17, 30),
        ("आपका आवेदन हमें मिल गया है।", 12, 40),
        ("ご応募ありがとうございます。", 8, 30),
    ],
)
def test_an_estimate_is_near_and_rather_too_high(text: str, least: int, most: int) -> None:
    """In several scripts."""
    assert least <= estimate_tokens(text) <= most


@given(st.text(max_size=300), st.text(max_size=300))
def test_more_text_is_more_tokens(first: str, second: str) -> None:
    """And together hardly more than apart."""
    both = estimate_tokens(first + second)
    assert max(estimate_tokens(first), estimate_tokens(second)) <= both
    assert both <= estimate_tokens(first) + estimate_tokens(second)
