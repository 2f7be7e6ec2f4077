"""Our engine with everything on: the handler of `careerops classify` and all that it takes along.

Each mail is decoded, classified by a classifier that awaits and then always sees an interview,
written as a career event to Kafka, and its verdict, with the event in it, to an SQLite file.
Retries, dead letters, attempt records and metrics are the ones of the product; nothing fails
here, so none of them gets to act. Log lines below `warning` are off.
"""

import asyncio
import time
from pathlib import Path

from stream.job import Job, Work
from stream.ours_worker import Surroundings, consume, run

from careerops.adapters.sqlite.database import SqliteDatabase
from careerops.domain.career import Classification
from careerops.domain.email import RawEmail
from careerops.domain.taxonomy import EventType
from careerops.services.classify import ClassifyHandler, ClassifySettings
from careerops.stream.message import Decision, Message


class WaitingClassifier:
    """A provider that takes its time and always sees an interview."""

    name = "bench"

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s

    async def classify(self, mail: RawEmail) -> Classification:
        """Wait, then answer."""
        await asyncio.sleep(self._delay_s)
        return Classification(
            event_type=EventType.INTERVIEW,
            company="Example",
            role="Engineer",
            confidence=0.97,
            summary="They would like to talk about the next step.",
            evidence=mail.subject,
            provider=self.name,
        )

    async def degrade(self, mail: RawEmail, reason: str) -> None:
        """No fallback."""
        del mail, reason

    async def close(self) -> None:
        """Nothing to close."""


class Recorded:
    """The classify handler, with the end of each message said to the benchmark."""

    def __init__(self, handler: ClassifyHandler, work: Work) -> None:
        self._handler = handler
        self._work = work
        self.stage = handler.stage
        self.accepts = handler.accepts

    def scopes(self, message: Message) -> frozenset[str]:
        """The handler's."""
        return self._handler.scopes(message)

    async def last_resort(self, message: Message, error: BaseException) -> Decision | None:
        """Nothing: what fails for good is a dead letter."""
        del message, error
        return None

    async def handle(self, message: Message) -> Decision:
        """Handle, then say so."""
        began = time.monotonic()
        decision = await self._handler.handle(message)
        self._work.done(message.value, message.delivery.record.key.encode(), began)
        return decision


async def main(job: Job) -> None:
    """Consume until SIGTERM."""

    def build(around: Surroundings) -> Recorded:
        classifier = WaitingClassifier(job.delay_s)
        handler = ClassifyHandler(classifier, ClassifySettings(), around.clock, around.metrics)
        return Recorded(handler, job.work())

    store = await SqliteDatabase.open(Path(job.folder) / "store.db")
    try:
        await consume(job, verdicts=store.verdicts, custody=store.custody, build=build)
    finally:
        await store.close()


if __name__ == "__main__":
    run(main)
