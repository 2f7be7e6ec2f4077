"""Our engine on Kafka as a contender: what the bare and the full one have in common.

Worker and process are set up as `careerops.bootstrap` does: the same settings and the same
garbage collector. Peers, and the ceiling, have the collector that they come with.
"""

import asyncio
import cProfile
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from stream.job import SESSION_TIMEOUT_MS, Job

from careerops.adapters.kafka.eventlog import KafkaLog
from careerops.adapters.kafka.options import Options
from careerops.domain.topics import CLASSIFIED, DEAD_LETTERS
from careerops.ops.clock import SystemClock
from careerops.ops.collector import calm_collector
from careerops.ops.metrics import Metrics
from careerops.ports.custody import CustodyStore
from careerops.ports.verdicts import VerdictStore
from careerops.stream.message import Handler
from careerops.stream.worker import Worker, WorkerSettings


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What handler and worker share.

    Attributes:
        clock, metrics: of the process.
    """

    clock: SystemClock
    metrics: Metrics


def settings(concurrency: int) -> WorkerSettings:
    """As `careerops.bootstrap.pipeline` sets its workers."""
    return WorkerSettings(concurrency=concurrency, high_water=max(64, 4 * concurrency))


async def consume(
    job: Job,
    *,
    verdicts: VerdictStore,
    custody: CustodyStore,
    build: Callable[[Surroundings], Handler],
) -> None:
    """Read the job's topic with the handler that `build` makes, until SIGTERM."""
    around = Surroundings(SystemClock(), Metrics())
    log = await KafkaLog.open(
        job.servers,
        Options(session_timeout_s=SESSION_TIMEOUT_MS / 1000),
        verdicts=verdicts,
        custody=custody,
        clock=around.clock,
        topics=(job.topic, CLASSIFIED, DEAD_LETTERS),
    )
    worker = Worker(
        handler=build(around),
        log=log,
        verdicts=verdicts,
        group=job.group,
        topics=(job.topic,),
        clock=around.clock,
        metrics=around.metrics,
        settings=settings(job.concurrency),
    )
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    calm_collector()
    try:
        await worker.run(stopping)
    finally:
        await log.close()


def run(main: Callable[[Job], Awaitable[None]]) -> None:
    """Run `main` on an event loop; its profile is left where the job wants one."""

    async def entry() -> None:
        await main(job)

    job = Job.from_command_line()
    if not job.profile:
        asyncio.run(entry())
        return
    profile = cProfile.Profile()
    profile.runcall(asyncio.run, entry())
    profile.dump_stats(job.profile)
