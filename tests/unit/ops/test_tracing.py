"""W3C trace context."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.ops.tracing import (
    child_traceparent,
    is_valid,
    new_traceparent,
    trace_id_of,
    valid_traceparent,
)

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def test_a_new_traceparent_is_valid_and_another_each_time() -> None:
    """Version 00, sampled."""
    one, two = new_traceparent(), new_traceparent()
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", one)
    assert trace_id_of(one) != trace_id_of(two)


def test_the_trace_id_is_the_second_part() -> None:
    """The example of the recommendation."""
    assert trace_id_of(PARENT) == TRACE


def test_a_child_keeps_the_trace_and_the_flags_and_has_a_span_of_its_own() -> None:
    """So that one mail is one trace."""
    child = child_traceparent(PARENT.replace("-01", "-00"))
    assert trace_id_of(child) == TRACE
    assert child.endswith("-00")
    assert child != PARENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00",
        PARENT.upper(),
        PARENT.replace("00-4", "ff-4"),
        PARENT + "-extra",
        PARENT + "\n",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
    ],
)
def test_an_invalid_one_has_no_trace_id_and_is_replaced(text: str) -> None:
    """Upper case, version ff, zeros, something after version 00."""
    assert not is_valid(text)
    assert trace_id_of(text) == ""
    assert is_valid(valid_traceparent(text))
    assert is_valid(child_traceparent(text))


def test_a_later_version_may_carry_more() -> None:
    """Section 3.2.4: higher versions are read as far as they are known."""
    later = PARENT.replace("00-4", "01-4") + "-more"
    assert trace_id_of(later) == TRACE
    assert valid_traceparent(later) == later


@given(st.text())
def test_any_text_gives_a_valid_traceparent(text: str) -> None:
    """Headers come from outside."""
    assert is_valid(valid_traceparent(text))
