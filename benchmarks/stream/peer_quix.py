"""Quix Streams 3.28: one message after another, at least once, checkpoints once a second."""

from typing import Any

from quixstreams import Application
from stream.job import COMMIT_EVERY_S, SESSION_TIMEOUT_MS, Job


def main() -> None:
    """Consume until SIGTERM."""
    job = Job.from_command_line()
    work = job.work()
    application = Application(
        broker_address=job.servers,
        consumer_group=job.group,
        auto_offset_reset="earliest",
        commit_interval=COMMIT_EVERY_S,
        consumer_extra_config={"session.timeout.ms": SESSION_TIMEOUT_MS},
        state_dir=job.folder,
        loglevel="WARNING",
    )

    def handle(value: bytes, key: bytes, *_: Any) -> None:
        work.block(value, key)

    topic = application.topic(job.topic, value_deserializer="bytes", key_deserializer="bytes")
    application.dataframe(topic).update(handle, metadata=True)
    application.run()


if __name__ == "__main__":
    main()
