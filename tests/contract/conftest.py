"""The worlds the contract suites of the log and the stores run in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.logs import WORLDS, XFAILS, World


@pytest.fixture(params=sorted(WORLDS))
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """One adapter's place."""
    reason = XFAILS.get((request.param, request.function.__name__))
    if reason:
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
    world = WORLDS[request.param](tmp_path)
    yield world
    await world.close()


@pytest.fixture
async def database(world: World):
    """The first life."""
    database = await world.open()
    yield database
    await database.close()
