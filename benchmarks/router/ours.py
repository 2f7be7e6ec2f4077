"""Ours: the classify service as `careerops classify` wires it, with four keys of one provider.

The mails are live ones, each of a conversation of its own, in a log in memory; quotas and the day's
budget are in an SQLite file, as in production. Where limits have to be learnt, the pace is
`cautious`, as it is for vendors that tell of none.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from careerops.adapters.memory.database import MemoryDatabase
from careerops.adapters.sqlite.database import SqliteDatabase
from careerops.bootstrap.classifiers import wire_classifier
from careerops.config import Config, build_config
from careerops.domain.email import RAW_EMAIL_TYPE, RawEmail, Sender
from careerops.domain.topics import GROUP_CLASSIFY, RAW_INBOX
from careerops.domain.verdicts import Record
from careerops.ops.clock import SystemClock
from careerops.ops.context import PartContext
from careerops.ops.logging import configure_logging
from careerops.ops.metrics import Metrics
from careerops.services.classify import ClassifyHandler
from careerops.services.envelopes import event_record
from careerops.stream.worker import Worker, WorkerSettings

_LOOK_S = 0.1
_BODY = (
    "Hello,\n\nhere are the minutes of our last meeting, and the plan for the next one. Please"
    " look through them until Friday and tell me what is missing.\n\nJonas"
)


def config_of(job: dict[str, Any], folder: Path) -> Config:
    """The configuration that a person would write."""
    keys = []
    for number, (key, scope) in enumerate(zip(job["keys"], job["scopes"], strict=True)):
        os.environ[f"BENCH_KEY_{number}"] = key
        told = {"rpm": job["limit"]} if job["limit"] else {"pace": "cautious"}
        keys.append({"key": f"env:BENCH_KEY_{number}", "scope": scope} | told)
    provider = {"kind": "openai", "base_url": job["base_url"], "model": "bench", "api_keys": keys}
    settings = {"concurrency": job["concurrency"]}
    return build_config({"classifier": [provider], "classify": settings}, folder, {})


def mail(number: int, clock: SystemClock) -> Record:
    """A mail about nothing that matters, in the log."""
    event_id = f"{number:064x}"
    email = RawEmail(
        event_id=event_id,
        thread_key=f"thread-{number}",
        sender=Sender(name="Jonas", address="jonas@example.com", domain="example.com"),
        subject=f"Minutes of meeting {number}",
        received_at=clock.now(),
        body_text=_BODY,
    )
    return event_record(
        email,
        topic=RAW_INBOX,
        key=email.thread_key,
        event_id=event_id,
        event_type=RAW_EMAIL_TYPE,
        source="ingest",
        time=clock.now(),
    )


async def classify(job: dict[str, Any], folder: Path) -> None:
    """Classify all mails."""
    config, clock, metrics = config_of(job, folder), SystemClock(), Metrics()
    memory = MemoryDatabase(clock)
    async with AsyncExitStack() as closing:
        store = await SqliteDatabase.open(folder / "quotas.db")
        closing.push_async_callback(store.close)
        closing.push_async_callback(memory.close)
        context = PartContext(clock, memory.cache, metrics, store.documents)
        classifier = wire_classifier(config, context)
        closing.push_async_callback(classifier.close)
        concurrency = config.classify.concurrency
        worker = Worker(
            handler=ClassifyHandler(classifier, config.classify, clock, metrics),
            log=memory.log,
            verdicts=memory.verdicts,
            group=GROUP_CLASSIFY,
            topics=(RAW_INBOX,),
            clock=clock,
            metrics=metrics,
            # As `careerops.bootstrap.pipeline` sets its workers.
            settings=WorkerSettings(concurrency=concurrency, high_water=max(64, 4 * concurrency)),
        )
        await memory.log.publish([mail(number, clock) for number in range(job["mails"])])
        await asyncio.sleep(job["start_at"] - time.time())
        stopping = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.run(stopping))
            while worker.settled < job["mails"]:  # noqa: ASYNC110  # the worker tells nobody
                await asyncio.sleep(_LOOK_S)
            stopping.set()


def main() -> None:
    """Run the job of the command line."""
    configure_logging(level="error")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(classify(json.loads(sys.argv[1]), Path(folder)))


if __name__ == "__main__":
    main()
