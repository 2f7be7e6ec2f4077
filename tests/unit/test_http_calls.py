"""Our own HTTP calls: bounded in time and size, and clear about whether a request had left."""

import asyncio
from datetime import UTC, datetime

import pytest

from careerops.ops.http import (
    HttpClient,
    HttpFailure,
    Response,
    checked_base_url,
    host_of,
    is_loopback,
    parse_retry_after,
)
from support.httpfake import Vendor, drips, drops, floods, hangs, redirects, replies, sends, serving
from support.waiting import HANG_S

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def test_json_goes_out_and_comes_back() -> None:
    """With the caller's headers, over one connection pool, without cookies."""
    async with serving(
        Vendor(otherwise=replies({"a": {"b": 5}}, headers={"Set-Cookie": "s=1"}))
    ) as v:
        client = HttpClient(v.url + "/", timeout_s=5)
        first = await client.post("/x", {"q": "ü"}, {"X-Own": "1"})
        second = await client.get("/y", {})
        await client.close()
        await client.close()
    assert (first.status, first.value("a", "b"), first.value("a", "c")) == (200, 5, None)
    assert second.value("a", "b", "c") is None
    assert v.seen[0].json == {"q": "ü"}
    assert v.seen[0].headers["X-Own"] == "1"
    assert v.seen[0].headers["Content-Type"] == "application/json"
    assert "Cookie" not in v.seen[1].headers


@pytest.mark.parametrize("fault", [hangs, drops, drips, floods])
async def test_a_failure_after_the_request_left_says_so(fault: object) -> None:
    """Within its time and without reading more than its bound."""
    # Long enough for the request to leave, on a machine with much else to do.
    timeout_s = 2.0 if fault in {hangs, drips} else HANG_S
    async with serving(Vendor(script=[fault])) as v, asyncio.timeout(HANG_S):
        client = HttpClient(v.url, timeout_s=timeout_s, max_body_bytes=100_000)
        with pytest.raises(HttpFailure) as caught:
            await client.post("/x", {}, {"Authorization": "PLANTED"})
        await client.close()
    assert caught.value.sent
    assert "PLANTED" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


async def test_a_failure_before_says_that_nothing_was_sent() -> None:
    """Nobody listens there; or a header that cannot be sent."""
    client = HttpClient("http://127.0.0.1:9", timeout_s=2)
    for headers in ({}, {"X": "a\r\nb"}):
        with pytest.raises(HttpFailure) as caught:
            await client.get("/", headers)
        assert not caught.value.sent
    await client.close()


async def test_redirects_and_other_texts_are_answers_like_any() -> None:
    """A redirect is not followed; what is no JSON has no body."""
    async with serving(Vendor()) as other, serving(Vendor()) as v:
        v.script += [redirects(other.url), sends("<html>", 200), sends("[" * 50_000, 200)]
        client = HttpClient(v.url, timeout_s=5)
        statuses = [(await client.get("/", {})) for _ in range(3)]
        await client.close()
        assert other.seen == []
    assert [(each.status, each.body) for each in statuses] == [
        (307, None),
        (200, None),
        (200, None),
    ]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0.5", 0.5),
        ("-4", 0),
        ("1e300", 86_400 * 31),
        ("Mon, 02 Mar 2026 09:02:00 GMT", 120),
        ("Mon, 02 Mar 2026 09:02:00 -0000", 120),
        ("Mon, 02 Mar 2026 07:02:00 GMT", 0),
        ("Tue, 02 Mar 2999 09:02:00 GMT", 86_400 * 31),
        ("", None),
        ("nan", None),
        ("soon", None),
        ("Mon, 02 Mar 2026 09:02:00 +9999999999999999", None),
        ("Mon, 02 Mar 2026 99999999999999999999:02:00 GMT", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float | None) -> None:
    """RFC 9110, bounded."""
    assert parse_retry_after(value, NOW) == seconds
    assert Response(429, {"Retry-After": value}, None).retry_after_s(NOW) == seconds


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://A.example:8443/x", "a.example"), ("http://u:p@b.example", "b.example"), ("x", ""),
     ("http://[::1", "")],
)  # fmt: skip
def test_the_host_of_a_url_is_its_host_alone(url: str, host: str) -> None:
    """Without port and credentials."""
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("a.localhost", True),
     ("127.0.0.1.example", False), ("10.0.0.1", False), ("", False)],
)  # fmt: skip
def test_this_machine_is_known_by_name_and_address(host: str, *, here: bool) -> None:
    """And nothing that only looks like it."""
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    "url",
    ["http://8.8.8.8/x", "file:///etc/passwd", "https://", "//h/x", "http://[::1", "https://h:x/v1",
     "https://h:99999", "https://h:0", "https://h/a b", "https://h/\n"],
)  # fmt: skip
def test_a_base_url_that_cannot_be_used_is_refused(url: str) -> None:
    """As an error of the configuration."""
    with pytest.raises(ValueError, match=r"."):
        checked_base_url(url)
