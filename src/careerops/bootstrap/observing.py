"""What a process lets others see while it runs: health, readiness, gauges, HTTP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from careerops.bootstrap.background import background
from careerops.bootstrap.pipeline import Pipeline
from careerops.bootstrap.standing import mailbox_rows
from careerops.domain.errors import Outage
from careerops.ops.clock import next_beat
from careerops.ops.health import Details, HealthBoard, Oldest, beat_event_loop
from careerops.ops.lifecycle import Lifecycle
from careerops.ports.eventlog import GroupInfo
from careerops.web.server import HttpServer

_LOG = "log"
_SAMPLE_S = 1.0
_MAX_THREAD_BEAT_AGE_S = 45.0
"""Longer than a commit may wait for its answer during a rebalance."""


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
    board.describe("mailboxes", lambda: _mailboxes(pipeline))
    server = HttpServer(around.config.http, board, around.metrics)
    if serve:
        await server.start()
    work = {
        "heartbeat": beat_event_loop(board, around.clock),
        "sampler": _sample(pipeline, board),
    }
    try:
        async with background(lifecycle, work):
            yield
    finally:
        await server.close()


async def _sample(pipeline: Pipeline, board: HealthBoard) -> None:
    """Bring gauges and health up to date every second."""
    clock = pipeline.around.clock
    beats: dict[str, float] = {}
    while True:
        _pass_on_beats(pipeline, board, beats)
        try:
            topics = await pipeline.around.stores.log.topics()
        except Outage:
            # Who reads and writes the log waits for it; looking at it must not end the process.
            board.set_connected(_LOG, connected=False)
        else:
            board.set_connected(_LOG, connected=True)
            _measure(pipeline, board, [group for info in topics for group in info.groups])
        await next_beat(clock, _SAMPLE_S)


def _pass_on_beats(pipeline: Pipeline, board: HealthBoard, known: dict[str, float]) -> None:
    """Tell the board of each thread of the log that has turned since the last look."""
    now = pipeline.around.stores.log.beats
    for name in known.keys() - now.keys():
        board.forget_beat(name)
        del known[name]
    for name, at in now.items():
        if name not in known:
            board.expect_beat(name, _MAX_THREAD_BEAT_AGE_S)
        elif at != known[name]:
            board.beat(name)
        known[name] = at


def _measure(pipeline: Pipeline, board: HealthBoard, groups: Sequence[GroupInfo]) -> None:
    metrics = pipeline.around.metrics
    now = pipeline.around.clock.now()
    lag: dict[str, int] = {}
    oldest: dict[str, Oldest] = {}
    for group in groups:
        lag[group.group] = lag.get(group.group, 0) + group.lag
        if group.oldest_unsettled is not None:
            waited_s = (now - group.oldest_unsettled).total_seconds()
            here = Oldest(group.topic, group.partition, group.position, waited_s)
            oldest[group.group] = max(oldest.get(group.group, here), here, key=lambda o: o.age_s)
    for worker in pipeline.workers:
        waiting = lag.get(worker.group, 0)
        first = oldest.get(worker.group)
        metrics.consumer_lag.labels(worker.stage).set(waiting)
        metrics.watermark_age_seconds.labels(worker.stage).set(
            max(0.0, first.age_s) if first else 0.0
        )
        board.set_assigned(worker.stage, assigned=worker.assigned)
        # What is behind a retry timer or an outage is not expected to move.
        runnable = 0 if worker.parked or worker.scopes else waiting
        board.report_progress(worker.stage, settled=worker.settled, runnable=runnable, oldest=first)


def _scopes(pipeline: Pipeline) -> Details:
    waiting: dict[str, int] = {}
    for worker in pipeline.workers:
        for scope in worker.scopes.values():
            waiting[scope.name] = waiting.get(scope.name, 0) + len(scope.waiting)
    for reader in pipeline.readers:
        if reader.progress.scope:
            waiting[reader.progress.scope] = 0
    return dict(waiting)


def _mailboxes(pipeline: Pipeline) -> Sequence[Details]:
    return [row.model_dump(mode="json") for row in mailbox_rows(pipeline)]


def _channels(pipeline: Pipeline) -> Details:
    sender = pipeline.sender
    return {} if sender is None else {each.name: each.state for each in sender.channels}
