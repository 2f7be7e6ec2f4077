"""What is seen of a process, and background work that ends before what it uses is closed."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from careerops.adapters.memory.database import MemoryDatabase
from careerops.bootstrap.background import background
from careerops.bootstrap.observing import _channels, _sample, _scopes
from careerops.bootstrap.pipeline import Pipeline, Surroundings
from careerops.config import Config
from careerops.domain.errors import Outage
from careerops.domain.topics import RAW_INBOX
from careerops.ops.health import HealthBoard
from careerops.ops.lifecycle import Lifecycle
from careerops.services.sender import ChannelState
from support.engine import mail


class Scene:
    """A pipeline with one stage and one record that waits for it."""

    def __init__(self) -> None:
        self.database = MemoryDatabase()
        self.clock = self.database.clock
        self.worker = SimpleNamespace(
            stage="x", group="careerops.x", assigned=True, parked=0, scopes={}, settled=0
        )
        around = Surroundings(Config(), self.database, "us", clock=self.clock)
        workers: Any = [self.worker]
        self.pipeline = Pipeline(around, workers=workers)
        self.board = HealthBoard(self.clock)
        self.board.set_connected("log", connected=True)

    def gauge(self, name: str) -> float | None:
        """A figure of the stage, as /metrics shows it."""
        registry = self.pipeline.around.metrics.registry
        return registry.get_sample_value(f"careerops_{name}", {"stage": "x"})


async def test_lag_and_age_are_measured_every_second() -> None:
    """Of the stage's own group; a stage that stands still is found unhealthy."""
    scene = Scene()
    await scene.database.log.publish([mail("e1"), mail("e2")])
    await scene.database.log.subscribe(RAW_INBOX, "careerops.x")
    await scene.database.log.subscribe(RAW_INBOX, "careerops.other")
    sampling = asyncio.create_task(_sample(scene.pipeline, scene.board))
    await scene.clock.advance(30)
    assert scene.gauge("consumer_lag") == 2
    assert scene.gauge("watermark_age_seconds") == 30
    await scene.clock.advance(200)
    report = scene.board.liveness()
    assert report.problems == ("no progress: x",)
    place = {"topic": RAW_INBOX, "partition": 0, "offset": 0, "age_s": 230.0}
    assert report.details["stuck"] == {"x": place}
    scene.worker.parked = 1
    await scene.clock.advance(2)
    assert scene.board.liveness().ok, "what waits for a timer is not stuck"
    assert "stuck" not in scene.board.liveness().details
    sampling.cancel()


async def test_a_log_that_is_out_is_not_ready_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is ready again when the log is."""
    scene = Scene()
    topics = scene.database.log.topics

    async def out() -> Any:
        raise Outage("the disk is full", scope="log")

    monkeypatch.setattr(scene.database.log, "topics", out)
    sampling = asyncio.create_task(_sample(scene.pipeline, scene.board))
    await scene.clock.advance(5)
    assert scene.board.readiness().problems == ("not connected: log",)
    monkeypatch.setattr(scene.database.log, "topics", topics)
    await scene.clock.advance(1)
    assert scene.board.readiness().ok
    assert not sampling.done()
    sampling.cancel()


def test_scopes_and_channels_are_described_without_contents() -> None:
    """How many wait for what; which channel is down."""
    scene = Scene()
    scope = SimpleNamespace(name="llm", waiting=[1, 2])
    other: Any = SimpleNamespace(scopes={"llm": scope})
    scene.worker.scopes = {"llm": scope}
    scene.pipeline.workers.append(other)
    readers: Any = [SimpleNamespace(progress=SimpleNamespace(scope=s)) for s in ("", "mailbox:x")]
    scene.pipeline.readers.extend(readers)
    assert _scopes(scene.pipeline) == {"llm": 4, "mailbox:x": 0}
    sender: Any = SimpleNamespace(channels=[ChannelState("a", "why"), ChannelState("b")])
    scene.pipeline.sender = sender
    assert _channels(scene.pipeline) == {"a": "down", "b": "up"}


async def test_background_work_has_ended_when_its_block_has() -> None:
    """So that it never reads a log that is closed, however the block ends."""
    ended: list[str] = []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(name)

    async def main(lifecycle: Lifecycle) -> None:
        async with background(lifecycle, {"a": work("a"), "b": work("b")}):
            await asyncio.sleep(0)
        assert sorted(ended) == ["a", "b"]
        async with background(lifecycle, {"c": work("c")}):
            await asyncio.sleep(0)
            raise KeyError

    lifecycle = Lifecycle()
    with pytest.raises(KeyError):
        await lifecycle.run(main(lifecycle))
    assert ended[-1] == "c"


async def test_background_work_that_fails_stops_the_process() -> None:
    """With its own error."""

    async def fail() -> None:
        raise Outage("gone", scope="x")

    async def main(lifecycle: Lifecycle) -> None:
        async with background(lifecycle, {"doomed": fail()}):
            await lifecycle.stopping.wait()

    lifecycle = Lifecycle()
    with pytest.raises(Outage):
        await lifecycle.run(main(lifecycle))


async def test_a_thread_of_the_log_that_stands_still_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While it turns all is well; one that has ended as it should is not missed."""
    scene = Scene()
    turning = {"kafka-producer": 1.0}
    monkeypatch.setattr(type(scene.database.log), "beats", property(lambda _: dict(turning)))
    sampling = asyncio.create_task(_sample(scene.pipeline, scene.board))
    for beat in range(2, 60):
        turning["kafka-producer"] = float(beat)
        await scene.clock.advance(1)
    assert scene.board.liveness().ok
    await scene.clock.advance(60)
    assert scene.board.liveness().problems == ("no heartbeat: kafka-producer",)
    turning.clear()
    await scene.clock.advance(2)
    assert scene.board.liveness().ok
    sampling.cancel()
