"""sentry-arroyo 2.48: a pool of threads (`RunTaskInThreads`), commits in order, no order by key.

Its default: it stores what has been processed, and the client commits what is stored.
"""

import signal
from collections.abc import Mapping
from typing import Any

from arroyo.backends.kafka import KafkaConsumer, KafkaPayload
from arroyo.backends.kafka.configuration import build_kafka_consumer_configuration
from arroyo.processing import StreamProcessor
from arroyo.processing.strategies import (
    CommitOffsets,
    ProcessingStrategy,
    ProcessingStrategyFactory,
    RunTaskInThreads,
)
from arroyo.types import Commit, Message, Partition, Topic
from stream.job import COMMIT_EVERY_S, SESSION_TIMEOUT_MS, Job

_PENDING = 4


class Threads(ProcessingStrategyFactory[KafkaPayload]):
    """Handle each message in one of as many threads as may run."""

    def __init__(self, job: Job) -> None:
        self._concurrency = job.concurrency
        self._work = job.work()

    def create_with_partitions(
        self, commit: Commit, partitions: Mapping[Partition, int]
    ) -> ProcessingStrategy[KafkaPayload]:
        """The steps of an assignment."""
        del partitions
        return RunTaskInThreads(
            self._handle,
            concurrency=self._concurrency,
            max_pending_futures=_PENDING * self._concurrency,
            next_step=CommitOffsets(commit),
        )

    def _handle(self, message: Message[KafkaPayload]) -> None:
        payload = message.payload
        self._work.block(payload.value, payload.key or b"")


def main() -> None:
    """Consume until SIGTERM."""
    job = Job.from_command_line()
    consumer = KafkaConsumer(
        build_kafka_consumer_configuration(
            {},
            bootstrap_servers=[job.servers],
            group_id=job.group,
            auto_offset_reset="earliest",
            override_params={
                "session.timeout.ms": SESSION_TIMEOUT_MS,
                "auto.commit.interval.ms": round(COMMIT_EVERY_S * 1000),
            },
        )
    )
    processor = StreamProcessor(
        consumer=consumer,
        topic=Topic(job.topic),
        processor_factory=Threads(job),
    )

    def stop(*_: Any) -> None:
        processor.signal_shutdown()

    signal.signal(signal.SIGTERM, stop)
    processor.run()


if __name__ == "__main__":
    main()
