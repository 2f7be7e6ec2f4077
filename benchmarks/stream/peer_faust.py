"""faust-streaming 0.15: an agent with as many actors as may run, commits once a second.

Actors take events as they come, so there is no order by key; and it reads what was not committed
unless it is told to process exactly once, which does not go with handlers that have effects.
"""

import faust
from stream.job import COMMIT_EVERY_S, SESSION_TIMEOUT_MS, Job


def main() -> None:
    """Consume until SIGTERM."""
    job = Job.from_command_line()
    work = job.work()
    session_s = SESSION_TIMEOUT_MS / 1000
    app = faust.App(
        job.group,
        broker=f"kafka://{job.servers}",
        broker_commit_interval=COMMIT_EVERY_S,
        broker_session_timeout=session_s,
        broker_heartbeat_interval=session_s / 3,
        consumer_auto_offset_reset="earliest",
        datadir=job.folder,
        store="memory://",
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
    )
    topic = app.topic(
        job.topic, key_serializer="raw", value_serializer="raw", key_type=bytes, value_type=bytes
    )

    @app.agent(topic, concurrency=job.concurrency)
    async def handle(stream: faust.StreamT[bytes]) -> None:
        async for event in stream.events():
            await work.wait(event.value, event.key)

    faust.Worker(app, loglevel="warning").execute_from_commandline()


if __name__ == "__main__":
    main()
