"""Fault points and breakages of the log on Kafka.

Three steps settle: the verdict, the outputs, the offset. There is a point after each of the first
two, and around the commit itself, which happens about once a second on the consumer's thread.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import chaos_fatal
import chaos_points
from confluent_kafka import KafkaException

from careerops.adapters.kafka import producer as producers
from careerops.adapters.kafka.assignments import Assignments
from careerops.adapters.kafka.eventlog import KafkaLog
from careerops.adapters.kafka.producer import KafkaProducer
from careerops.adapters.kafka.subscription import KafkaSubscription
from careerops.adapters.kafka.thread import _SNAPSHOT_S, ConsumerThread
from careerops.adapters.kafka.tracker import Tracker
from careerops.adapters.postgres.cursors import PostgresCursors
from careerops.domain.topics import CLASSIFIED, DEAD_LETTERS
from careerops.domain.verdicts import Record
from careerops.ports.eventlog import Settlement

AFTER_VERDICT = "after_verdict"


def install() -> None:
    """Plant the points and the spy."""
    chaos_points.spy_on(KafkaSubscription, KafkaLog)
    chaos_points.around(PostgresCursors, "commit", before=chaos_points.BEFORE_CURSOR)
    chaos_points.around(KafkaLog, "_judged", after=AFTER_VERDICT)
    _after_produce()
    _end_producers()
    _around_commit()
    _note_revocations()


def _after_produce() -> None:
    publish = KafkaProducer.publish

    async def published(self: KafkaProducer, records: Sequence[Record]) -> None:
        await publish(self, records)
        if records:
            chaos_points.passing(chaos_points.AFTER_PRODUCE)

    KafkaProducer.publish = published


def _end_producers() -> None:
    """A client ends while a call is at work with it; noted is that its producer writes again."""
    publish, produce = KafkaProducer.publish, KafkaProducer._produce
    ended: set[KafkaProducer] = set()

    async def produced(self: KafkaProducer, *arguments: Any) -> None:
        # Before: a moment later a broker may have the record, and only its acknowledgement is lost.
        if chaos_points.ordered(chaos_points.PRODUCER_FATAL):
            ended.add(self)
            chaos_fatal.end_for_good(self._client)
        await produce(self, *arguments)

    async def published(self: KafkaProducer, records: Sequence[Record]) -> None:
        again = bool(records) and self in ended
        await publish(self, records)
        if again:
            ended.discard(self)
            chaos_points.note("written_again")

    KafkaProducer.publish, KafkaProducer._produce = published, produced


def _around_commit() -> None:
    send, committed = ConsumerThread._send, ConsumerThread._committed

    def sent(self: ConsumerThread, consumer: Any, watermarks: Any) -> None:
        chaos_points.passing(chaos_points.BEFORE_COMMIT)
        send(self, consumer, watermarks)

    def is_committed(self: ConsumerThread, error: Any, places: Any) -> None:
        if error is None:
            chaos_points.passing(chaos_points.AFTER_COMMIT)
        committed(self, error, places)

    ConsumerThread._send, ConsumerThread._committed = sent, is_committed


def _note_revocations() -> None:
    """What was settled by then is never delivered again: the callback commits it."""
    revoked = Assignments.revoked

    def is_revoked(self: Assignments, shares: Any, watermarks: Any) -> None:
        for partition, epoch in shares:
            place = {"topic": self._topic, "partition": partition, "offset": -1}
            chaos_points.note("revoked", group=self._group, epoch=epoch, **place)
        revoked(self, shares, watermarks)

    Assignments.revoked = is_revoked
    _note_failed_commits()


class _Witness:
    """A consumer in a revoke callback, and why its commit failed."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer
        self.failure = ""

    def commit(self, **offsets: Any) -> Any:
        try:
            return self._consumer.commit(**offsets)
        except KafkaException as exception:
            self.failure = exception.args[0].name()
            raise


def _note_failed_commits() -> None:
    """A callback may fail to commit: the brokers refuse it, or the loop does not answer in time."""
    honest = ConsumerThread._on_revoke

    def on_revoke(self: ConsumerThread, consumer: Any, places: Any) -> None:
        group, began = self._listener._group, time.monotonic()
        witness = _Witness(consumer)
        honest(self, witness, places)
        late = "late" if time.monotonic() - began >= _SNAPSHOT_S else ""
        for place in places if witness.failure or late else ():
            where = {"topic": self._name, "partition": place.partition, "offset": -1}
            reason = witness.failure or late
            chaos_points.note("uncommitted", group=group, epoch=-1, reason=reason, **where)

    ConsumerThread._on_revoke = on_revoke


# ---- breakages ----


def _broken_settle(broken: Callable[[Any, Any, Sequence[Settlement]], Any]) -> Callable[[], None]:
    """Plants a `settle` that is given the honest one, with its fault points."""

    def plant() -> None:
        honest = KafkaLog.settle

        async def settle(self: KafkaLog, settlements: Sequence[Settlement]) -> None:
            await broken(self, honest, settlements)

        KafkaLog.settle = settle

    return plant


async def _commit(log: KafkaLog, settlements: Sequence[Settlement]) -> None:
    """The inputs are done, and that is committed; a point is passed if it covers one of them.

    It does not where something before them in their partition is still at work.
    """
    covered = False
    for each in settlements:
        subscription = log._of(each.delivery)
        if subscription is not None:
            await subscription.settle([each.delivery])
            subscription._assignments.commit()
            mark = subscription.standings()[each.delivery.record.partition].watermark or 0
            covered = covered or mark > each.delivery.record.offset
    await asyncio.sleep(_COMMITTED_S)
    if covered:
        chaos_points.passing(chaos_points.IN_BETWEEN)


_COMMITTED_S = 0.3
"""Longer than a commit takes, which happens on the consumer's thread."""


async def _decide(log: KafkaLog, settlements: Sequence[Settlement]) -> None:
    """The verdicts, with all that they will be asked for."""
    given = [replace(v, outputs=each.outputs) for each in settlements if (v := each.verdict)]
    await log._verdicts.put(given)


async def _commit_before_settle(log: KafkaLog, _: Any, settlements: Sequence[Settlement]) -> None:
    """The input is done before anything was decided or said about it."""
    await _commit(log, settlements)
    await _decide(log, settlements)
    await log.publish([output for each in settlements for output in each.outputs])


async def _dead_letter_after_settle(
    log: KafkaLog, honest: Any, settlements: Sequence[Settlement]
) -> None:
    """The input is done before its dead letter is kept."""
    letters = [o for each in settlements for o in each.outputs if o.topic == DEAD_LETTERS]
    if letters:
        await _decide(log, settlements)
        await _commit(log, settlements)
        await log.publish(letters)
    else:
        await honest(log, settlements)


async def _verdict_after_output(
    log: KafkaLog, honest: Any, settlements: Sequence[Settlement]
) -> None:
    """What was decided is said before it is known for good."""
    outputs = [output for each in settlements for output in each.outputs]
    await log.publish(outputs)
    if any(output.topic == CLASSIFIED for output in outputs):
        chaos_points.passing(chaos_points.IN_BETWEEN)
    await honest(log, settlements)


def _watermark_by_one() -> None:
    """What is committed is one further than what is settled.

    A point is passed once that was committed over a record that is at work.
    """
    honest = Tracker.watermark.fget
    assert honest is not None
    committed = ConsumerThread._committed

    def watermark(self: Tracker) -> int | None:
        mark = honest(self)
        return None if mark is None else mark + 1

    def is_committed(self: ConsumerThread, error: Any, places: Any) -> None:
        shares = self._listener._by_partition
        if error is None and any(
            place.partition in shares
            and shares[place.partition].tracker.is_pending(place.offset - 1)
            for place in places
        ):
            chaos_points.passing(chaos_points.IN_BETWEEN)
        committed(self, error, places)

    Tracker.watermark = property(watermark)
    ConsumerThread._committed = is_committed


def _revoke_without_commit() -> None:
    """What is revoked is forgotten, and nobody is told how far it was.

    Nor by one who leaves, which commits before anything is revoked, nor now and then: either hides
    the breakage, the latter if it happens to come between the last settlement and the end.
    """
    honest = ConsumerThread._on_revoke

    class _Mute:
        """A consumer whose commits do nothing."""

        def commit(self, **_: Any) -> None:
            return None

    def on_revoke(self: ConsumerThread, _: Any, places: Any) -> None:
        honest(self, _Mute(), places)

    def commit_last(self: ConsumerThread, _: Any) -> None:
        self._commits.clear()

    async def never(_: Assignments) -> None:
        await asyncio.Event().wait()

    def not_due(_: Assignments) -> None:
        return None

    ConsumerThread._on_revoke = on_revoke
    ConsumerThread._commit_last = commit_last
    Assignments.commit_for_ever = never
    Assignments.commit_if_due = not_due


def _keep_the_old_end() -> None:
    """What lies below the end of a log is taken for a repetition, be it another log or not.

    Nor does a commit say of which log it is: the next process would begin anew.
    """

    def never(*_: Any) -> bool:
        return False

    def nothing(*_: Any, **__: Any) -> None:
        return None

    Tracker.goes_back = Tracker.ends_before = never
    Assignments.renewed = ConsumerThread.turn_back = nothing


def _acknowledge_what_failed() -> None:
    """What a producer had in hand when it ended is said to be written."""
    settle = producers._settle

    def settled(future: Any, _: Any) -> None:
        settle(future, None)

    producers._settle = settled


def _keep_the_producer() -> None:
    """Nobody hears that a producer has ended."""

    def failed(*_: Any) -> None:
        return None

    KafkaProducer.failed = failed


chaos_points.BREAKAGES |= {
    "kafka_keep_the_old_end": _keep_the_old_end,
    "kafka_acknowledge_what_failed": _acknowledge_what_failed,
    "kafka_keep_the_producer": _keep_the_producer,
    "kafka_commit_before_settle": _broken_settle(_commit_before_settle),
    "kafka_dead_letter_after_settle": _broken_settle(_dead_letter_after_settle),
    "kafka_verdict_after_output": _broken_settle(_verdict_after_output),
    "kafka_watermark_by_one": _watermark_by_one,
    "kafka_revoke_without_commit": _revoke_without_commit,
}
