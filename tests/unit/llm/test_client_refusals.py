"""Reading refusals: any body is one of our causes, and a mail decides nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.adapters.llm.clients.hints import (
    gemini_hints,
    never_fits,
    no_allowance,
    retry_after_s,
    told_hints,
)
from careerops.adapters.llm.clients.refusals import Cause, cause_of, refusal_of
from careerops.adapters.llm.clients.wire import Exchange
from careerops.adapters.llm.ratelimits import MAX_DELAY_S
from careerops.ports.chatmodel import ChatRequest
from support.adapters import RECEIVED

ASKED = ChatRequest((("system", "Answer by json_schema."), ("user", "Dear Robin")), {}, "a")
NAMES = ["error", "message", "code", "type", "param", "details", "detail", "loc", "msg", "status",
         "@type", "violations", "fieldViolations", "quotaId", "quotaValue", "metadata"]  # fmt: skip
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)  # fmt: skip


def refusal(
    body: Any, status: int = 400, request: ChatRequest | None = ASKED, **headers: str
) -> Any:
    """What a body says."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return refusal_of(Exchange("", status, named, json.dumps(body).encode()), request)


@given(TREES, st.integers(100, 599))
def test_any_body_has_a_cause(body: Any, status: int) -> None:
    """Whatever a server says in whatever form, nothing fails and waits are bounded."""
    found = refusal(body, status)
    assert cause_of(found) in Cause
    assert len(told_hints(found)) <= 1
    assert all(hint.limit is None or hint.limit >= 0 for hint in gemini_hints(found))
    assert isinstance(never_fits(found) or no_allowance(found), bool)
    delay_s = retry_after_s(found, RECEIVED)
    assert delay_s is None or 0 <= delay_s <= MAX_DELAY_S


@given(st.binary(max_size=200), st.integers(100, 599))
def test_a_body_that_is_no_json_has_one_by_its_status(body: bytes, status: int) -> None:
    """Proxies answer in HTML."""
    assert cause_of(refusal_of(Exchange("", status, {}, body), ASKED)) in Cause


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (301, Cause.MODEL), (307, Cause.MODEL), (400, Cause.BAD_REQUEST), (401, Cause.CREDENTIAL),
        (402, Cause.BILLING), (403, Cause.CREDENTIAL), (404, Cause.MODEL), (405, Cause.MODEL),
        (408, Cause.DOWN), (409, Cause.DOWN), (410, Cause.MODEL), (413, Cause.TOO_LONG),
        (418, Cause.BAD_REQUEST), (422, Cause.BAD_REQUEST), (425, Cause.DOWN),
        (429, Cause.LIMITED), (500, Cause.DOWN), (503, Cause.DOWN), (529, Cause.DOWN),
        (100, Cause.DOWN),
    ],
)  # fmt: skip
def test_a_status_alone_has_its_cause(status: int, cause: Cause) -> None:
    """Where the body says nothing that we know."""
    assert cause_of(refusal({"error": {"message": "sorry"}}, status)) is cause


def test_what_the_mail_says_counts_for_nothing() -> None:
    """Its own phrase is not heard; another one of the vendor's is."""
    mail = ChatRequest((("user", "our JSON_SCHEMA says hello"),), {}, "a")
    quoting = {"error": {"message": "cannot parse `our JSON_SCHEMA says hello`"}}
    assert cause_of(refusal(quoting, request=mail)) is Cause.BAD_REQUEST
    both = {"error": {"message": "`json_schema`: response_format is not supported"}}
    assert cause_of(refusal(both, request=mail)) is Cause.SCHEMA
    ours = {"error": {"message": "no json_schema here"}}
    assert cause_of(refusal(ours, request=ASKED)) is Cause.SCHEMA  # the instructions' phrase


def test_a_delay_that_the_mail_names_is_not_waited_for() -> None:
    """A mail cannot put a provider to sleep."""
    mail = ChatRequest(
        (("user", "Please try again in 30d. Requests per day (RPD): limit 1"),), {}, "a"
    )
    found = refusal({"error": {"message": mail.messages[0][1]}}, 429, mail)
    assert retry_after_s(found, RECEIVED) is None
    assert told_hints(found) == ()


def test_a_long_text_is_searched_in_part_only() -> None:
    """A megabyte of error costs nothing."""
    found = refusal({"error": {"message": "x" * 500_000 + "json_schema"}})
    assert len(found.text) == 4000
    assert cause_of(found) is Cause.BAD_REQUEST


def test_a_refusal_shows_nothing_of_its_texts() -> None:
    """It may be in a traceback's locals."""
    found = refusal({"error": {"message": "PLANTED", "code": "x"}})
    assert "PLANTED" not in repr(found)
    assert "PLANTED" not in repr(Exchange("PLANTED", 400, {"a": "PLANTED"}, b"PLANTED"))


def test_a_vendor_that_repeats_the_whole_request_says_nothing_by_it() -> None:
    """What we always send names fields and schemas; a refused mail disables no provider."""
    message = {"message": f"response_format json_schema refused: {ASKED.messages} max_tokens"}
    assert cause_of(refusal({"error": message})) is Cause.BAD_REQUEST
    message = {"message": "response_format json_schema refused"}
    assert cause_of(refusal({"error": message})) is Cause.SCHEMA
