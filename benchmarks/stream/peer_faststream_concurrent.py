"""FastStream 0.7 with faststream-concurrent-aiokafka 0.7: a task a message, no order by key.

Set up as its description shows: manual acknowledgement, its middleware first, batches of 100
commits; the time after which a smaller batch is committed is the benchmark's one second.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream_concurrent_aiokafka import (
    KafkaConcurrentProcessingMiddleware,
    initialize_concurrent_processing,
    stop_concurrent_processing,
)
from stream.job import COMMIT_EVERY_S, SESSION_TIMEOUT_MS, Job


def main() -> None:
    """Consume until SIGTERM."""
    job = Job.from_command_line()
    work = job.work()
    broker = KafkaBroker(job.servers, logger=None)
    broker.add_middleware(KafkaConcurrentProcessingMiddleware)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        await initialize_concurrent_processing(
            context=broker.context,
            concurrency_limit=job.concurrency,
            commit_batch_size=100,
            commit_batch_timeout_sec=COMMIT_EVERY_S,
        )
        try:
            yield
        finally:
            await stop_concurrent_processing(broker.context)

    @broker.subscriber(
        job.topic,
        group_id=job.group,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        session_timeout_ms=SESSION_TIMEOUT_MS,
        heartbeat_interval_ms=SESSION_TIMEOUT_MS // 3,
        ack_policy=AckPolicy.MANUAL,
    )
    async def handle(message: KafkaMessage) -> None:
        await work.wait(message.raw_message.value, message.raw_message.key)

    asyncio.run(FastStream(broker, logger=None, lifespan=lifespan).run())


if __name__ == "__main__":
    main()
