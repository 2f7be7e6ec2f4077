"""What a process lets others see while it runs: health, readiness, gauges, HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from careerops.bootstrap.pipeline import Pipeline
from careerops.ops.health import Details, HealthBoard, beat_event_loop
from careerops.ops.lifecycle import Lifecycle
from careerops.web.server import HttpServer

_LOG = "log"
_SAMPLE_S = 1.0


@asynccontextmanager
async def observe(pipeline: Pipeline, lifecycle: Lifecycle, *, serve: bool) -> AsyncIterator[None]:
    """Sample `pipeline` while the block runs; with `serve`, answer on the configured port.

    Raises:
        ConfigurationError: the port cannot be listened on.
    """
    around = pipeline.around
    board = HealthBoard(around.clock)
    lifecycle.on_stop(board.start_draining)
    for worker in pipeline.workers:
        board.expect_assignment(worker.stage)
    board.set_connected(_LOG, connected=True)
    board.describe("scopes", lambda: _scopes(pipeline))
    board.describe("channels", lambda: _channels(pipeline))
    server = HttpServer(around.config.http, board, around.metrics)
    if serve:
        await server.start()
    lifecycle.spawn("heartbeat", beat_event_loop(board, around.clock))
    lifecycle.spawn("sampler", _sample(pipeline, board))
    try:
        yield
    finally:
        await server.close()


async def _sample(pipeline: Pipeline, board: HealthBoard) -> None:
    """Bring gauges and health up to date every second."""
    clock = pipeline.around.clock
    metrics = pipeline.around.metrics
    while True:
        now = clock.now()
        lag: dict[str, int] = {}
        age_s: dict[str, float] = {}
        for info in await pipeline.around.stores.log.topics():
            for group in info.groups:
                lag[group.group] = lag.get(group.group, 0) + group.lag
                if group.oldest_unsettled is not None:
                    waited_s = (now - group.oldest_unsettled).total_seconds()
                    age_s[group.group] = max(age_s.get(group.group, 0.0), waited_s)
        for worker in pipeline.workers:
            waiting = lag.get(worker.group, 0)
            metrics.consumer_lag.labels(worker.stage).set(waiting)
            metrics.watermark_age_seconds.labels(worker.stage).set(age_s.get(worker.group, 0.0))
            board.set_assigned(worker.stage, assigned=worker.assigned)
            # What is behind a retry timer or an outage is not expected to move.
            runnable = 0 if worker.parked or worker.scopes else waiting
            board.report_progress(worker.stage, settled=worker.settled, runnable=runnable)
        await clock.sleep(_SAMPLE_S)


def _scopes(pipeline: Pipeline) -> Details:
    waiting: dict[str, int] = {}
    for worker in pipeline.workers:
        for scope in worker.scopes.values():
            waiting[scope.name] = waiting.get(scope.name, 0) + len(scope.waiting)
    for reader in pipeline.readers:
        if reader.progress.scope:
            waiting[reader.progress.scope] = 0
    return dict(waiting)


def _channels(pipeline: Pipeline) -> Details:
    return {sender.channel: "down" if sender.down else "up" for sender in pipeline.senders}
