"""Running services as a process: stores, pipeline, HTTP, idleness, and their end."""

from collections.abc import Callable, Sequence

from careerops.bootstrap.background import background
from careerops.bootstrap.housekeeping import keep_house, trim_once
from careerops.bootstrap.idle import IdleWatch, OutageTooLong
from careerops.bootstrap.observing import observe
from careerops.bootstrap.pipeline import SERVICES, Pipeline, Surroundings, wire
from careerops.bootstrap.presence import report_for_ever
from careerops.bootstrap.stores import open_stores, process_owner
from careerops.bootstrap.watching import watch_for_ever
from careerops.config import Config
from careerops.ops.collector import calm_collector
from careerops.ops.lifecycle import Lifecycle
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.metrics import Metrics
from careerops.services.deadletters import count_waiting


async def serve_until_stopped(
    config: Config,
    services: Sequence[str],
    lifecycle: Lifecycle,
    *,
    max_wait_s: float | None = None,
    on_wired: Callable[[Pipeline], None] | None = None,
) -> int:
    """Run `services` until `lifecycle` stops them or, with `max_wait_s`, until all is done.

    `on_wired` is given the pipeline before it runs, to watch it.

    Returns:
        How many dead letters wait, 0 unless it ran until idle.

    Raises:
        OutageTooLong: with `max_wait_s`, an outage lasted longer.
        AlreadyRunning, ConfigurationError, Fenced: one line for a person.
    """
    until_idle = max_wait_s is not None
    metrics = Metrics()
    stores = await open_stores(config, metrics)
    try:
        around = Surroundings(config, stores, owner=process_owner(), metrics=metrics)
        pipeline = await wire(around, services)
        try:
            ended = _End()
            if on_wired is not None:
                on_wired(pipeline)
            work = {
                "housekeeping": keep_house(around),
                "presence": report_for_ever(pipeline),
                "watching": watch_for_ever(pipeline),
            }
            if max_wait_s is not None:
                work["idle"] = _watch(pipeline, lifecycle, max_wait_s, ended)
            # Services beside each other share one configuration: a port of its own has to be given.
            serve = config.http_given or (not until_idle and len(services) == len(SERVICES))
            async with background(lifecycle, work), observe(pipeline, lifecycle, serve=serve):
                get_logger("careerops").info(LogEvent.SERVICE_STARTED, stage=",".join(services))
                calm_collector()
                await pipeline.run(lifecycle.stopping, follow=not until_idle)
        finally:
            await pipeline.close()
    finally:
        await stores.close()
    if ended.error is not None:
        raise ended.error
    return ended.dead_letters


class _End:
    """How a run until idle ended."""

    def __init__(self) -> None:
        self.error: OutageTooLong | None = None
        self.dead_letters = 0


async def _watch(pipeline: Pipeline, lifecycle: Lifecycle, max_wait_s: float, end: _End) -> None:
    try:
        await IdleWatch(pipeline, max_wait_s).wait()
        stores = pipeline.around.stores
        end.dead_letters = await count_waiting(stores.log, stores.verdicts)
    except OutageTooLong as error:
        end.error = error
    await trim_once(pipeline.around)
    lifecycle.request_stop("idle")
