"""What every researcher of the registry keeps to: see `careerops.ports.researcher`.

A new kind is picked up from the registry. With an entry in `SETUPS` it is run against a fake of
its vendor; without one it is constructed with its default options.
"""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from careerops.domain.career import CareerEvent
from careerops.domain.errors import CareerOpsError
from careerops.domain.notification import Briefing
from careerops.domain.taxonomy import EventType
from careerops.registry import REGISTRY
from support.adapters import context, event, hostile, secret
from support.httpfake import hangs, serving
from support.tavily import KEY, TavilyFake

KINDS = sorted(REGISTRY["researcher"])


@asynccontextmanager
async def tavily(folder: Path) -> AsyncIterator[dict[str, Any]]:
    """Options for a fake of Tavily."""
    fake = TavilyFake()
    async with serving(fake.vendor):
        yield {"api_key": secret(folder, KEY), "base_url": fake.vendor.url, "timeout_s": 2.0}


SETUPS: dict[str, Callable[[Path], AbstractAsyncContextManager[dict[str, Any]]]] = {
    "tavily": tavily
}


def class_of(kind: str) -> Any:
    """The adapter of a kind."""
    module, _, name = REGISTRY["researcher"][kind].partition(":")
    return getattr(importlib.import_module(module), name)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of the registry."""
    return request.param


@pytest.fixture
async def options(kind: str, tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    """What it is constructed with."""
    if kind in SETUPS:
        async with SETUPS[kind](tmp_path) as given:
            yield given
    else:
        yield {}


@pytest.fixture
async def researcher(kind: str, options: dict[str, Any]) -> AsyncIterator[Any]:
    """A researcher that can work."""
    adapter = class_of(kind)
    built = adapter(adapter.Options.model_validate(options), context(name=kind))
    yield built
    await built.close()


def test_options_are_closed_and_do_not_quote_what_is_wrong(kind: str) -> None:
    """A key that was misplaced is in no error."""
    with pytest.raises(ValidationError) as caught:
        class_of(kind).Options.model_validate({"api_kee": "PLANTED-KEY"})
    assert "PLANTED-KEY" not in str(caught.value)


async def test_it_says_who_it_is_and_where_data_goes(researcher: Any, kind: str) -> None:
    """For `careerops doctor`: a host, or nothing; one line that it works."""
    assert researcher.name == kind
    assert "/" not in researcher.egress()
    line = await researcher.check()
    assert line
    assert "\n" not in line


@pytest.mark.parametrize("event_type", list(EventType))
async def test_every_kind_of_event_gets_a_briefing(researcher: Any, event_type: EventType) -> None:
    """However little is known."""
    assert isinstance(await researcher.research(event(event_type=event_type)), Briefing)
    bare = CareerEvent(
        event_id="e",
        original_email_id="m",
        received_at=event().received_at,
        event_type=event_type,
        confidence=0.5,
    )
    assert isinstance(await researcher.research(bare), Briefing)


async def test_a_hostile_event_gets_a_briefing_or_one_of_our_errors(researcher: Any) -> None:
    """Never another error, and never one that quotes it."""
    hostile_event = hostile().event
    assert hostile_event is not None
    try:
        found = await researcher.research(hostile_event)
    except CareerOpsError as error:
        found = Briefing(summary=str(error))
    assert "\x1b" not in found.summary
    assert "\n" not in found.summary


async def test_questions_at_once_do_not_disturb_each_other(researcher: Any) -> None:
    """Each gets its own answer."""
    one, other = event(), event(company="Kleewald")
    alone = [await researcher.research(each) for each in (one, other)]
    together = await asyncio.gather(*(researcher.research(each) for each in (one, other) * 10))
    assert together == alone * 10


async def test_it_may_be_closed_unused_and_twice(kind: str, options: dict[str, Any]) -> None:
    """Shutting down after a failed start does."""
    adapter = class_of(kind)
    built = adapter(adapter.Options.model_validate(options), context(name=kind))
    await built.close()
    await built.close()


async def test_cancelling_stops_a_search(tmp_path: Path) -> None:
    """The budget of research is seconds, a vendor's delay may be minutes."""
    fake = TavilyFake()
    async with serving(fake.vendor):
        fake.vendor.script.append(hangs)
        adapter = class_of("tavily")
        given = {"api_key": secret(tmp_path, KEY), "base_url": fake.vendor.url, "timeout_s": 30}
        built = adapter(adapter.Options.model_validate(given), context(name="tavily"))
        async with asyncio.timeout(15), asyncio.TaskGroup() as group:
            search = group.create_task(built.research(event()))
            await fake.vendor.arrived.wait()
            search.cancel()
        assert search.cancelled()
        await built.close()
