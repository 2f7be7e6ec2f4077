"""The worlds the contract suites of the log and the stores run in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.kafka.fixtures import kafka
from support.kafka_logs import KAFKA_XFAILS, MOCK_ENDLESS
from support.logs import LOG_WORLDS, STORE_WORLDS, XFAILS, World
from support.postgres import postgres

__all__ = ["kafka", "postgres"]

_WORLDS = STORE_WORLDS | LOG_WORLDS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The stores' suites run on every adapter of stores, the log's on every adapter of the log."""
    if "world" in metafunc.fixturenames:
        of_stores = metafunc.module.__name__.rpartition(".")[2].startswith("test_stores_")
        worlds = STORE_WORLDS if of_stores else LOG_WORLDS
        metafunc.parametrize("world", sorted(worlds), indirect=True)


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """One adapter's place."""
    reason = XFAILS.get((request.param, request.function.__name__))
    if reason:
        # The mock lets a group wait for seconds: what the real brokers show is not shown again.
        in_vain = KAFKA_XFAILS | MOCK_ENDLESS
        run = request.param != "kafka-mock" or request.function.__name__ not in in_vain
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason, run=run))
    kind = _WORLDS[request.param]
    world = kind(tmp_path, *map(request.getfixturevalue, kind.needs))
    yield world
    await world.close()


@pytest.fixture
async def database(world: World):
    """The first life."""
    database = await world.open()
    yield database
    await database.close()
