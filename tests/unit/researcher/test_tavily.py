"""Tavily: what leaves the machine, what is kept, and which limit lasts how long."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from careerops.adapters.researcher.tavily import TavilyResearcher, _next_month
from careerops.domain.errors import ConfigurationError, Outage, Permanent, Transient
from careerops.domain.notification import Briefing
from careerops.ops.context import PartContext
from support.adapters import RECEIVED, context, event, secret
from support.httpfake import Answer, drips, drops, floods, hangs, redirects, replies, sends, serving
from support.tavily import KEY, TavilyFake, result
from support.waiting import HANG_S


@pytest.fixture
async def fake() -> AsyncIterator[TavilyFake]:
    """The vendor."""
    fake = TavilyFake()
    async with serving(fake.vendor):
        yield fake


@pytest.fixture
def around() -> PartContext:
    """Time that stands still, and a cache."""
    return context(name="tavily")


@pytest.fixture
async def build(fake: TavilyFake, around: PartContext, tmp_path: Path) -> AsyncIterator[Any]:
    """Makes researchers that share a cache."""
    built: list[TavilyResearcher] = []

    def make(**options: Any) -> TavilyResearcher:
        given = {
            "api_key": secret(tmp_path, KEY, "key"),
            "base_url": fake.vendor.url,
            "timeout_s": 0.5,
        }
        chosen = TavilyResearcher.Options.model_validate(given | options)
        built.append(TavilyResearcher(chosen, around))
        return built[-1]

    yield make
    for researcher in built:
        await researcher.close()


async def test_a_briefing_is_made_of_answer_results_and_news(build: Any) -> None:
    """With its sources."""
    assert await build().research(event()) == Briefing(
        summary="Bluefin Energy builds tidal power stations. It raised 30 million in 2025.",
        funding="It raised 30 million in 2025.",
        recent_news=("Bluefin opens a plant",),
        sources=("https://bluefin-energy.example/about", "https://news.example/bluefin"),
    )


async def test_nothing_of_the_mail_but_the_companys_name_leaves_the_machine(
    fake: TavilyFake, build: Any
) -> None:
    """Neither sender, subject, role, evidence nor summary."""
    await build().research(event(role="PRIVATE-ROLE", subject="PRIVATE", summary="PRIVATE"))
    assert [query["query"] for query in fake.queries] == [
        "Bluefin Energy company: business, funding",
        "Bluefin Energy company news",
    ]
    sent = "".join(str(seen) for seen in fake.vendor.seen)
    for private in ("PRIVATE", "Maja", "bluefin-energy.example", "invite"):
        assert private not in sent


async def test_a_name_with_links_and_controls_is_cleaned_before_it_is_sent(
    fake: TavilyFake, build: Any
) -> None:
    """It comes from a mail."""
    await build(news=False).research(event(company="Blue\x00fin https://evil.example/track?id=1"))
    assert [query["query"] for query in fake.queries] == ["Blue fin company: business, funding"]


async def test_without_a_name_nothing_is_asked(fake: TavilyFake, build: Any) -> None:
    """An empty briefing is an answer."""
    assert await build().research(event(company="")) == Briefing()
    assert await build().research(event(company=" https://x.example ")) == Briefing()
    assert fake.vendor.seen == []


async def test_a_company_is_asked_for_once_in_thirty_days(
    fake: TavilyFake, build: Any, around: PartContext
) -> None:
    """Over restarts, whatever the case of its name."""
    first = await build().research(event())
    assert await build().research(event(company="BLUEFIN  ENERGY ")) == first
    assert len(fake.queries) == 2
    await around.clock.advance(30 * 86_400 + 1)
    await build().research(event())
    assert len(fake.queries) == 4


async def test_nothing_found_is_remembered_for_a_day(
    fake: TavilyFake, build: Any, around: PartContext
) -> None:
    """A young company may be found tomorrow."""
    fake.answer, fake.results = "", {"general": [], "news": []}
    researcher = build()
    for _ in range(2):
        assert await researcher.research(event()) == Briefing()
    assert len(fake.queries) == 2
    await around.clock.advance(86_401)
    await researcher.research(event())
    assert len(fake.queries) == 4


async def test_what_is_kept_and_cannot_be_read_is_asked_for_again(
    fake: TavilyFake, build: Any, around: PartContext
) -> None:
    """A cache is no source of truth."""
    await build().research(event())
    key = next(iter(around.cache._values))
    await around.cache.put(key, b"{", datetime(2027, 1, 1, tzinfo=UTC))
    assert (await build().research(event())).summary
    assert len(fake.queries) == 4


async def test_results_are_strangers_text(fake: TavilyFake, build: Any) -> None:
    """Bounded, one line, without links, markup or control characters."""
    fake.answer = "Visit https://evil.example now\x1b[2J <b>x</b>\n" + "z" * 5000
    fake.results["news"] = [
        result("T\x00 www.evil.example", "c", "javascript:alert(1)"),
        result("n" * 900, "c", "https://ok.example/" + "a" * 400),
    ]
    found = await build().research(event())
    text = found.model_copy(update={"sources": ()}).model_dump_json()
    assert "evil.example" not in text
    assert "\\u001b" not in text
    assert len(found.summary) <= 500
    assert all(len(title) <= 160 for title in found.recent_news)
    assert found.sources == ("https://bluefin-energy.example/about",)


@pytest.mark.parametrize(
    "body",
    [
        {"answer": 5, "results": "none"},
        {"results": [None, 5, {"title": 1, "content": None, "url": 7}]},
        {},
        [],
        {"answer": None, "results": [{"title": "T", "url": "https://x.example", "score": 0.01}]},
    ],
)
async def test_an_answer_of_another_shape_is_a_poor_briefing(
    fake: TavilyFake, build: Any, body: Any
) -> None:
    """And no error: the floor fills the gaps."""
    fake.vendor.script.append(replies(body))
    assert (await build(news=False).research(event())).summary == ""


async def test_without_an_answer_the_first_result_speaks(fake: TavilyFake, build: Any) -> None:
    """Where the vendor wrote none."""
    fake.answer = ""
    assert (await build(news=False).research(event())).summary == "Tidal power."


@pytest.mark.parametrize(
    ("status", "scope", "until"),
    [
        (429, "tavily:rate", datetime(2026, 3, 2, 9, 1, tzinfo=UTC)),
        (432, "tavily:plan", datetime(2026, 4, 1, tzinfo=UTC)),
        (433, "tavily:paygo", datetime(2026, 3, 3, 9, tzinfo=UTC)),
        (401, "tavily:key", datetime(2026, 3, 2, 9, 5, tzinfo=UTC)),
        (403, "tavily:key", datetime(2026, 3, 2, 9, 5, tzinfo=UTC)),
    ],
)
async def test_each_limit_is_an_outage_with_its_own_end(
    fake: TavilyFake, build: Any, status: int, scope: str, until: datetime
) -> None:
    """And nothing is sent until then: nobody else holds research back."""
    fake.vendor.script.append(replies({"detail": {"error": KEY}}, status))
    researcher = build()
    for _ in range(3):
        with pytest.raises(Outage) as caught:
            await researcher.research(event())
        assert (caught.value.scope, caught.value.retry_at) == (scope, until)
        assert KEY not in str(caught.value)
    assert len(fake.vendor.seen) == 1


async def test_after_a_limit_it_asks_again(
    fake: TavilyFake, build: Any, around: PartContext
) -> None:
    """At the time the vendor said."""
    fake.vendor.script.append(replies({}, 429, {"Retry-After": "7"}))
    researcher = build()
    with pytest.raises(Outage):
        await researcher.research(event())
    await around.clock.advance(6)
    with pytest.raises(Outage):
        await researcher.research(event())
    await around.clock.advance(2)
    assert (await researcher.research(event())).summary


async def test_a_renewed_key_is_used_at_once(fake: TavilyFake, build: Any, tmp_path: Path) -> None:
    """Read again after a 401."""
    researcher = build(news=False)
    await researcher.research(event())
    fake.keys = {"tvly-new-0123456789"}
    (tmp_path / "key").write_text("tvly-new-0123456789")
    assert (await researcher.research(event(company="Kleewald"))).summary


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_a_refused_search_is_permanent(fake: TavilyFake, build: Any, status: int) -> None:
    """It would be refused again."""
    fake.vendor.script.append(replies({}, status))
    with pytest.raises(Permanent) as caught:
        await build().research(event())
    assert caught.value.reason == "bad_request"


FAULTS: dict[str, Answer] = {
    "hangs": hangs,
    "drops": drops,
    "drips": drips,
    "floods": floods,
    "500": sends("oops", 500),
    "503": replies({}, 503),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_whatever_the_vendor_does_is_over_in_time(
    fake: TavilyFake, build: Any, fault: Answer
) -> None:
    """And may be tried again; nothing bad is kept."""
    fake.vendor.script.append(fault)
    researcher = build()
    async with asyncio.timeout(HANG_S):
        with pytest.raises(Transient) as caught:
            await researcher.research(event())
    assert caught.value.provider == "tavily"
    assert (await researcher.research(event())).summary


async def test_a_redirect_is_not_followed(fake: TavilyFake, build: Any) -> None:
    """Key and name go to the configured host alone."""
    other = TavilyFake()
    async with serving(other.vendor):
        fake.vendor.script.append(redirects(f"{other.vendor.url}/search"))
        with pytest.raises(Transient):
            await build().research(event())
    assert other.vendor.seen == []


async def test_check_costs_no_credit(fake: TavilyFake, build: Any) -> None:
    """It asks for the use of the key."""
    assert await build().check() == "tavily: 127.0.0.1 answers (status 200)"
    assert fake.queries == []
    fake.keys = set()
    with pytest.raises(ConfigurationError, match="renew api_key"):
        await build().check()
    with pytest.raises(Transient):
        await build(base_url="http://127.0.0.1:9").check()


async def test_a_key_that_cannot_be_read_any_more_is_an_outage(build: Any, tmp_path: Path) -> None:
    """It says where it should be."""
    researcher = build()
    (tmp_path / "key").unlink()
    with pytest.raises(Outage, match="create the file"):
        await researcher.research(event())


def test_a_plan_is_renewed_on_the_first_of_the_next_month() -> None:
    """Also at the end of a year."""
    assert _next_month(RECEIVED) == datetime(2026, 4, 1, tzinfo=UTC)
    assert _next_month(datetime(2026, 12, 31, 23, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert _next_month(datetime(2026, 1, 31, tzinfo=UTC)) == datetime(2026, 2, 1, tzinfo=UTC)
