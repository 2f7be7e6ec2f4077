"""The thread that owns a consumer: the event loop never waits for Kafka, nor Kafka for the loop.

librdkafka keeps the membership alive from threads of its own; this one polls without a pause,
turns messages into records, and serves the callbacks of a rebalance, which run inside `poll`.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from careerops.adapters.kafka.clients import ended, error_of, is_denial
from careerops.adapters.kafka.listener import Fetched, Listener, Share
from careerops.adapters.kafka.messages import record_of
from careerops.domain.errors import CareerOpsError

POLL_S: Final = 0.02
DRAIN_S: Final = 0.5
"""How long a revoked partition's running handlers may finish."""
GIVE_BACK_S: Final = 0.3
_SNAPSHOT_S: Final = DRAIN_S + GIVE_BACK_S + 0.2
_FETCH_AT_MOST: Final = 500
_REFETCH_S: Final = 1.0
_LEAVE_S: Final = 2.0
"""How long a leaving member waits for a round of the group to end, so that it may commit."""
_GONE_S: Final = _LEAVE_S + _SNAPSHOT_S + 0.5
"""Brokers that do not answer keep a consumer for as long as they like; no process waits longer."""
_ROUSE_S: Final = 0.5
_MOST_AHEAD: Final = 8000
"""Records on their way to the loop: it may be busy, and memory is not endless."""
_EOF: Final = KafkaError._PARTITION_EOF  # noqa: SLF001  # the client's own codes have such names
_NOT_REFUSED: Final = KafkaError.NO_ERROR
_HARMLESS: Final = frozenset({_NOT_REFUSED, KafkaError._NO_OFFSET})  # noqa: SLF001  # the same

_MOVING: Final = frozenset(
    {
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.STALE_MEMBER_EPOCH,
    }
)
"""Refusals of a commit that belongs to the round before: the next one may be taken."""

_NOBODY: Final = KafkaError._ALL_BROKERS_DOWN  # noqa: SLF001  # the same

Callbacks = dict[str, Callable[..., None]]
"""Property of the client -> whom it calls."""


class ConsumerThread:
    """Polls one consumer of one topic until it is stopped. Its methods are for the event loop."""

    def __init__(
        self,
        build: Callable[[Callbacks], Consumer],
        topic: str,
        prefix: str,
        listener: Listener,
    ) -> None:
        """`build` makes the consumer, given which properties are to call us."""
        self._build = build
        self._name = topic
        self._topic = prefix + topic
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._main, name=f"kafka-{topic}", daemon=True)
        self._stopping = threading.Event()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._commits: deque[dict[Share, int]] = deque()
        self._turns: deque[tuple[str, dict[Share, int]]] = deque()
        self._places_back: dict[int, int] = {}
        self._unverified: set[int] = set()
        self._log_id = ""
        self._epochs: dict[int, int] = {}
        self._paused: set[int] = set()
        self._epoch = 0
        self._resting = False
        self._told = 0
        self._heard = 0
        self._unclear: set[int] = set()
        self._awaited: dict[int, int] = {}
        self._answer: int | None = None
        self.pause_all = False
        self.pause_some: frozenset[int] = frozenset()
        self.beat = time.monotonic()

    def start(self) -> None:
        """Join the group."""
        self._thread.start()

    def commit(self, watermarks: dict[Share, int]) -> None:
        """Commit soon; what is not ours any more by then is left out."""
        self._commits.append(watermarks)

    def turn_back(self, places: dict[Share, int], log_id: str = "") -> None:
        """Read these again from the offsets given, under an epoch of its own.

        Nothing of the epoch before is committed any more. `log_id`: which log the topic is from
        then on, if that is known.

        A commit carries the log's id. Whoever takes over a partition whose commit is of another
        log, which was deleted meanwhile, begins at the start.
        """
        self._turns.append((log_id, places))

    async def stop(self) -> bool:
        """Leave the group, revoking and committing what is held. Idempotent.

        Returns:
            Whether it has left; if not, the group learns of it when its session ends.
        """
        self._stopping.set()
        if self._thread.ident is not None:
            await asyncio.wait({self._ended}, timeout=_GONE_S)
        return self._thread.ident is None or self._ended.done()

    # ---- on the thread ----

    def _main(self) -> None:
        try:
            self._work()
        except KafkaException as exception:
            self._tell(self._listener.died, ended(error_of(exception)))
        except CareerOpsError as error:  # it could not even be made
            self._tell(self._listener.died, error)
        finally:
            self._tell(self._end)

    def _end(self) -> None:
        if not self._ended.done():
            self._ended.set_result(None)

    def _work(self) -> None:
        consumer = self._build({"on_commit": self._committed, "error_cb": self._failed})
        try:
            consumer.subscribe(
                [self._topic],
                on_assign=self._on_assign,
                on_revoke=self._on_revoke,
                on_lost=self._on_lost,
            )
            while not self._stopping.is_set():
                self.beat = time.monotonic()
                self._turn_now()
                self._commit_now(consumer)
                self._apply_pauses(consumer)
                self._pass_on(self._gather(consumer))
                if self._resting:
                    self._rouse(consumer)
            self._turn_now()
            self._commit_last(consumer)
        finally:
            consumer.close()

    def _gather(self, consumer: Consumer) -> list[Message]:
        first = consumer.poll(POLL_S)
        before = dict(self._epochs)
        messages = [] if first is None else [first, *consumer.consume(_FETCH_AT_MOST - 1, 0)]
        self._unclear |= {p for p, epoch in self._epochs.items() if before.get(p) != epoch}
        if self._unverified:
            self._verify(consumer)
        if not self._unclear:
            return messages
        # Which assignment their messages belong to cannot be told: read them anew.
        unclear = frozenset(self._unclear)
        self._refetch(consumer)
        return [message for message in messages if message.partition() not in unclear]

    def _turn_now(self) -> None:
        while self._turns:
            log_id, places = self._turns.popleft()
            self._log_id = log_id or self._log_id
            self._go_back({p: at for (p, epoch), at in places.items() if self._is_ours(p, epoch)})

    def _go_back(self, places: dict[int, int]) -> None:
        """From now on these are of a new epoch, and unclear until they are sought."""
        if not places:
            return
        self._epoch += 1
        turns = [(p, self._epochs[p], self._epoch, at) for p, at in places.items()]
        self._epochs.update(dict.fromkeys(places, self._epoch))
        self._places_back.update(places)
        self._unclear |= places.keys()
        self._tell(self._listener.turned_back, turns)

    def _verify(self, consumer: Consumer) -> None:
        """Begin at the start of what was committed of a log that is no more."""
        fresh = self._unverified & self._epochs.keys()
        if fresh and self._log_id:
            try:
                known = consumer.committed(
                    [TopicPartition(self._topic, p) for p in fresh], timeout=_REFETCH_S
                )
            except KafkaException:
                return  # The brokers are away: asked again in the next round.
            self._go_back({each.partition: 0 for each in known if self._is_of_another_log(each)})
        self._unverified.clear()

    def _is_of_another_log(self, place: TopicPartition) -> bool:
        said = place.metadata
        return bool(said and self._log_id and said != self._log_id)

    def _refetch(self, consumer: Consumer) -> None:
        places = [TopicPartition(self._topic, p) for p in self._unclear & self._epochs.keys()]
        try:
            known = consumer.committed(places, timeout=_REFETCH_S) if places else []
            if any(place.error is not None for place in known):
                return
            for place in known:
                place.offset = self._places_back.get(place.partition, place.offset)
                consumer.seek(place)
        except KafkaException:
            return  # The brokers are away: asked again in the next round.
        self._unclear.clear()
        self._places_back.clear()

    def _pass_on(self, messages: list[Message]) -> None:
        fetched = Fetched()
        for message in messages:
            error = message.error()
            partition = message.partition()
            epoch = self._epochs.get(-1 if partition is None else partition)
            if error is None and epoch is not None:
                fetched.records.append((record_of(message, self._name), epoch))
            elif error is not None and error.code() == _EOF:
                if epoch is not None:
                    fetched.ends.append((partition or 0, epoch, message.offset() or 0))
            elif error is not None:
                self._tell(self._listener.failed, error)
        if fetched.records or fetched.ends:
            self._told += len(fetched.records)
            self._tell(self._hear, fetched)

    def _hear(self, fetched: Fetched) -> None:
        """On the event loop."""
        self._heard += len(fetched.records)
        self._listener.fetched(fetched)

    def _apply_pauses(self, consumer: Consumer) -> None:
        full = self.pause_all or self._told - self._heard >= _MOST_AHEAD
        wanted = set(self._epochs) & (self._epochs.keys() if full else self.pause_some)
        if wanted != self._paused:
            self._set_paused(consumer.pause, wanted - self._paused)
            freed = (self._paused - wanted) & self._epochs.keys()
            self._set_paused(consumer.resume, freed)
            self._paused = set(wanted)
            self._resting = self._resting or bool(freed)

    def _rouse(self, consumer: Consumer) -> None:
        """Ask the brokers something: their answer wakes the client's fetchers.

        After a pause, and after a rebalance, for which the client pauses everything, they rest for
        most of a second otherwise, also for partitions that stay (measured with librdkafka 2.16).
        """
        self._resting = False
        try:
            consumer.list_topics(self._topic, timeout=_ROUSE_S)
        except KafkaException:
            return  # they are away: there is nothing to fetch either

    def _set_paused(self, act: Callable[[list[TopicPartition]], None], which: set[int]) -> None:
        if which:
            act([TopicPartition(self._topic, partition) for partition in which])

    def _commit_now(self, consumer: Consumer) -> None:
        if watermarks := self._asked():
            self._send(consumer, watermarks)

    def _commit_last(self, consumer: Consumer) -> None:
        """Commit before leaving, so that nothing that is settled comes again.

        Between two rounds of the group a member knows the old one only, and its commit is refused:
        polling takes it into the new one. What is refused for good comes again, and verdicts spare
        the second run.
        """
        deadline = time.monotonic() + _LEAVE_S
        watermarks, epochs = self._asked(), dict(self._epochs)
        while watermarks:
            self._awaited, self._answer = watermarks, None
            self._send(consumer, watermarks)
            while self._answer is None:
                if time.monotonic() >= deadline:
                    return
                consumer.poll(POLL_S)
            if self._answer not in _MOVING:
                return
            # What went away and came back meanwhile may have been taken further by another.
            watermarks = {p: at for p, at in watermarks.items() if self._is_ours(p, epochs[p])}

    def _send(self, consumer: Consumer, watermarks: Mapping[int, int]) -> None:
        try:
            consumer.commit(offsets=self._places(watermarks), asynchronous=True)
        except KafkaException as exception:
            self._answer = error_of(exception).code()
            self._tell(self._listener.commit_failed)

    def _asked(self) -> dict[int, int]:
        """The watermarks to commit, of what is ours still."""
        watermarks: dict[int, int] = {}
        while self._commits:
            asked = self._commits.popleft()
            ours = {p: offset for (p, epoch), offset in asked.items() if self._is_ours(p, epoch)}
            watermarks.update(ours)
        return watermarks

    def _is_ours(self, partition: int, epoch: int) -> bool:
        return self._epochs.get(partition) == epoch

    def _places(self, watermarks: Mapping[int, int]) -> list[TopicPartition]:
        topic, log_id = self._topic, self._log_id
        return [TopicPartition(topic, p, offset, log_id) for p, offset in watermarks.items()]

    def _committed(self, error: KafkaError | None, places: list[TopicPartition]) -> None:
        errors = (error, *(place.error for place in places))
        refusal = next((each.code() for each in errors if each is not None), _NOT_REFUSED)
        if {place.partition: place.offset for place in places} == self._awaited:
            self._answer = refusal
        if refusal not in _HARMLESS:
            self._tell(self._listener.commit_failed)

    def _failed(self, error: KafkaError) -> None:
        if error.fatal() or is_denial(error) or error.code() == _NOBODY:
            self._tell(self._listener.failed, error)

    def _on_assign(self, _: Consumer, places: list[TopicPartition]) -> None:
        self._epoch += 1
        self._resting = True
        for place in places:
            self._epochs[place.partition] = self._epoch
            self._unverified.add(place.partition)
            self._paused.discard(place.partition)
        self._tell(self._listener.assigned, [(place.partition, self._epoch) for place in places])

    def _on_revoke(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        shares = self._take_away(places)
        watermarks: Future[dict[int, int]] = Future()
        self._tell(self._listener.revoked, shares, watermarks)
        try:
            snapshot = watermarks.result(timeout=_SNAPSHOT_S)
            if snapshot:
                consumer.commit(offsets=self._places(snapshot), asynchronous=False)
        except (FutureTimeoutError, KafkaException):
            # Not committed means delivered again, and verdicts spare the second run.
            self._tell(self._listener.commit_failed)

    def _on_lost(self, _: Consumer, places: list[TopicPartition]) -> None:
        self._tell(self._listener.lost, self._take_away(places))

    def _take_away(self, places: list[TopicPartition]) -> list[Share]:
        self._resting = True
        shares: list[Share] = []
        for place in places:
            epoch = self._epochs.pop(place.partition, None)
            self._places_back.pop(place.partition, None)
            self._paused.discard(place.partition)
            if epoch is not None:
                shares.append((place.partition, epoch))
        return shares

    def _tell(self, say: Callable[..., None], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(say, *arguments)
        except RuntimeError:  # the loop is closed: nobody listens any more
            if not self._loop.is_closed():
                raise
