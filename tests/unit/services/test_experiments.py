"""Experiments as a person starts, reads and ends them."""

from datetime import timedelta

import pytest

from careerops.adapters.memory.clock import FakeClock
from careerops.adapters.memory.database import MemoryDatabase
from careerops.domain.errors import CareerOpsError, ConfigurationError
from careerops.domain.taxonomy import EventType
from careerops.llm.experiments.book import ExperimentBook, Place, Seen
from careerops.llm.experiments.notation import variants_of
from careerops.llm.experiments.report import Measure
from careerops.llm.experiments.tally import Observation
from careerops.ports.corrections import Correction
from careerops.services.experiments import Experiments

VARIANTS = variants_of("champion=configured", ["b=rules,weight=0.5"], [])


def service(database: MemoryDatabase) -> Experiments:
    """Of these stores."""
    return Experiments(database.documents, database.corrections, database.clock)


async def test_an_experiment_from_start_to_end() -> None:
    """With its salt, its times, and what people corrected."""
    database = MemoryDatabase(FakeClock())
    experiments = service(database)
    started = await experiments.start("smaller", VARIANTS)
    assert started.started_at == database.clock.now()
    assert len(started.id) == 16
    book = ExperimentBook(database.documents)
    told = Observation("e" * 64, EventType.OFFER, 1.0)
    await book.write(Place(started.id, "b", 3), [Seen("c" * 16, told)])
    await database.corrections.add(
        Correction("e" * 64, "me", EventType.OFFER, EventType.OTHER, 1, database.clock.now())
    )
    await database.clock.advance(60)
    stopped = await experiments.stop()
    assert stopped.stopped_at == started.started_at + timedelta(seconds=60)
    for name in ("", "smaller"):
        found = await experiments.report(name, alpha=0.05)
        values = {row.measure: (row.value, row.n) for row in found.rows if row.variant.name == "b"}
        assert values[Measure.CORRECTED] == (1.0, 1)
        assert values[Measure.ACCURACY] == (0.0, 1)
        assert found.experiment == stopped


async def test_two_experiments_are_dealt_differently() -> None:
    """Each has a salt of its own."""
    salts = set()
    for _ in range(3):
        salts.add((await service(MemoryDatabase()).start("x", VARIANTS)).id)
    assert len(salts) == 3


async def test_what_cannot_be_done_is_said_in_one_line() -> None:
    """With what to do instead."""
    experiments = service(MemoryDatabase())
    with pytest.raises(
        CareerOpsError, match="no experiment is running: careerops experiment start"
    ):
        await experiments.stop()
    with pytest.raises(CareerOpsError, match="no experiment: none was started"):
        await experiments.report(alpha=0.05)
    with pytest.raises(ConfigurationError, match="nothing to compare"):
        await experiments.start("x", VARIANTS[:1])
    await experiments.start("x", VARIANTS)
    with pytest.raises(CareerOpsError, match="x is running"):
        await experiments.start("y", VARIANTS)
    with pytest.raises(CareerOpsError, match="no experiment y: x"):
        await experiments.report("y", alpha=0.05)
    assert [each.name for each in await experiments.kept()] == ["x"]
