"""pyrallel-consumer 1.0: asyncio engine, order by key (its default), commits by itself."""

import asyncio
import signal

from pyrallel_consumer.config import KafkaConfig
from pyrallel_consumer.consumer import PyrallelConsumer
from pyrallel_consumer.dto import ExecutionMode, OrderingMode, WorkItem
from stream.job import SESSION_TIMEOUT_MS, Job


async def main() -> None:
    """Consume until SIGTERM."""
    job = Job.from_command_line()
    work = job.work()
    config = KafkaConfig(
        BOOTSTRAP_SERVERS=[job.servers],
        CONSUMER_GROUP=job.group,
        SESSION_TIMEOUT_MS=SESSION_TIMEOUT_MS,
    )
    config.parallel_consumer.ordering_mode = OrderingMode.KEY_HASH
    config.parallel_consumer.execution.mode = ExecutionMode.ASYNC
    config.parallel_consumer.execution.max_in_flight = job.concurrency

    async def handle(item: WorkItem) -> None:
        await work.wait(item.payload, item.key)

    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    consumer = PyrallelConsumer(config=config, worker=handle, topic=job.topic)
    await consumer.start()
    await stopping.wait()
    await consumer.stop()


if __name__ == "__main__":
    asyncio.run(main())
