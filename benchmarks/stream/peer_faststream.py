"""FastStream 0.7 alone, acknowledging after processing.

`max_workers` works between partitions under that policy, so one partition is handled one message
at a time. Its concurrency inside a partition needs acknowledgement before processing, which loses
what was in hand at a kill, and is not what is compared here.
"""

import asyncio

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaMessage
from stream.job import SESSION_TIMEOUT_MS, Job


def main() -> None:
    """Consume until SIGTERM."""
    job = Job.from_command_line()
    work = job.work()
    broker = KafkaBroker(job.servers, logger=None)

    @broker.subscriber(
        job.topic,
        group_id=job.group,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        session_timeout_ms=SESSION_TIMEOUT_MS,
        heartbeat_interval_ms=SESSION_TIMEOUT_MS // 3,
        ack_policy=AckPolicy.ACK,
    )
    async def handle(message: KafkaMessage) -> None:
        await work.wait(message.raw_message.value, message.raw_message.key)

    asyncio.run(FastStream(broker, logger=None).run())


if __name__ == "__main__":
    main()
