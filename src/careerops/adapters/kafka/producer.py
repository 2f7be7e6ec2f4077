"""The producer: records acknowledged by all in-sync replicas, in order, with one future a call.

Brokers can end an idempotent producer for good (a fatal error: sequence numbers or its epoch do
not fit any more). Its client then writes nothing again, so a new one takes its place.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from careerops.adapters.kafka.clients import error_of, has_ended, known_topic
from careerops.domain.errors import CareerOpsError, Outage
from careerops.domain.verdicts import Record
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger

_POLL_S: Final = 0.1
_FLUSH_S: Final = 3.0
_ENDS_S: Final = 1.0
_LAST_WORDS_S: Final = 0.5
"""How long an ended client may still say what became of the records that it held."""
_FIRST_DELAY_S: Final = 0.5
_MOST_DELAY_S: Final = 30.0
_UNKNOWN: Final = KafkaError._FATAL  # noqa: SLF001  # the client's own codes have such names


class _Batch:
    """The records of one call on their way; counted down by whichever thread learns of one."""

    __slots__ = ("_done", "_left", "_lock", "client", "error")

    def __init__(self, size: int, client: Producer, done: Callable[["_Batch"], None]) -> None:
        self._left = size
        self._lock = threading.Lock()
        self._done = done
        self.client = client
        self.error: KafkaError | None = None

    def delivered(self, error: KafkaError | None, _: Message) -> None:
        """One record was acknowledged, or will never be."""
        if error is not None:
            self.error = error
        self.left_out(1)

    def left_out(self, number: int) -> None:
        """So many records need not be waited for."""
        with self._lock:
            over = 0 < self._left <= number
            self._left -= number
        if over:
            self._done(self)

    def fail(self, error: KafkaError) -> None:
        """None of what is left will be heard of."""
        with self._lock:
            over, self._left = self._left > 0, 0
        if over:
            self.error = error
            self._done(self)


class KafkaProducer:
    """Writes records; a thread of its own serves the acknowledgements and replaces the client.

    A call is of one client: where that ends, the whole call is an outage, and whoever asked writes
    all of it again, in order. Clients are built one after the other, the first at once, then after
    0.5 s and ever later, at most 30 s apart. An acknowledged record takes this back to 0.5 s, a
    client that lasted for 30 s to none.
    """

    def __init__(
        self,
        build: Callable[[], Producer],
        prefix: str,
        now: Callable[[], datetime],
        on_replaced: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`build` makes the client, again after each error that ends one for good.

        Only its first failure is raised here; later ones are an outage and tried again.
        `on_replaced` is called on the event loop, with the error's name, whenever a new client has
        taken over.

        Raises:
            ConfigurationError: as `build`.
        """
        self._build = build
        self._prefix = prefix
        self._now = now
        self._on_replaced = on_replaced
        self._loop = asyncio.get_running_loop()
        self._client = build()
        self._calls: set[asyncio.Future[None]] = set()
        self._batches: set[_Batch] = set()
        self._room = asyncio.Event()
        self._closed = False
        self._closing = threading.Event()
        self._ended: KafkaError | None = None
        self._delay_s = 0.0
        self._since = time.monotonic()
        self._logger = get_logger("log")
        self._thread = threading.Thread(target=self._serve, name="kafka-producer", daemon=True)
        self.beat = time.monotonic()
        self._thread.start()

    async def publish(self, records: Sequence[Record]) -> None:
        """Append `records` in order; returns once all are acknowledged.

        Raises:
            Permanent: the brokers refuse one for good (`too_large`, `unknown_topic`).
            Outage: they cannot be reached, refuse us, or have ended the producer, which is being
                replaced (scope `log`). Some may be written.
        """
        if self._closed:
            raise Outage("the log is closed", scope="log")
        if not records:
            return
        if (ended := self._ended) is not None:
            raise _replacing(ended)
        future: asyncio.Future[None] = self._loop.create_future()
        self._calls.add(future)
        batch = _Batch(len(records), self._client, lambda done: self._tell(future, done))
        self._batches.add(batch)
        future.add_done_callback(lambda done: self._forget(done, batch))
        time_ms = _to_ms(self._now())
        for number, record in enumerate(records):
            try:
                await self._produce(record, time_ms, batch)
            except KafkaException as exception:
                error = error_of(exception)
                if has_ended(error):
                    self.failed(error, batch.client)
                batch.error = error
                batch.left_out(len(records) - number)
                break
        await future

    def failed(self, error: KafkaError, client: Producer | None = None) -> None:
        """What the client says of itself; an error that ends it for good has it replaced.

        From any thread. `client`: who said so, if it may be another than the one at work.
        """
        if has_ended(error) and self._ended is None and (client is None or client is self._client):
            self._ended = error

    async def _produce(self, record: Record, time_ms: int, batch: _Batch) -> None:
        while True:
            self._room.clear()
            if self._closed:
                raise KafkaException(KafkaError(KafkaError._DESTROY))  # noqa: SLF001  # the same
            try:
                batch.client.produce(
                    self._prefix + record.topic,
                    value=record.value,
                    key=record.key.encode("utf-8", "surrogateescape"),
                    headers=list(record.headers),
                    timestamp=time_ms,
                    on_delivery=batch.delivered,
                )
                full = False
            except BufferError:
                full = True
                # The client holds as much as it may: go on once something was acknowledged.
                await self._room.wait()
            if batch.client is not self._client:
                # Replaced meanwhile: nobody listens to the old one any more.
                raise KafkaException(KafkaError(_UNKNOWN))
            if not full:
                return

    def _forget(self, future: "asyncio.Future[None]", batch: _Batch) -> None:
        self._calls.discard(future)
        self._batches.discard(batch)
        if not future.cancelled() and future.exception() is None:
            self._delay_s = min(self._delay_s, _FIRST_DELAY_S)

    # ---- on the thread ----

    def _serve(self) -> None:
        while not self._closing.is_set():
            self.beat = time.monotonic()
            served = self._poll(self._client, _POLL_S)
            if served:
                self._call(self._room.set)
            if self._ended is not None:
                self._replace(self._ended)

    def _poll(self, client: Producer, timeout_s: float) -> int:
        """How many acknowledgements were served; an error that ends the client is noted."""
        try:
            return client.poll(timeout_s)
        except KafkaException as exception:
            error = error_of(exception)
        except Exception as exception:  # noqa: BLE001  # whatever a client raises, others wait for this thread
            self._logger.warning(
                LogEvent.UNHANDLED_ERROR, error_type=type(exception).__name__, task="kafka-producer"
            )
            error = KafkaError(_UNKNOWN)
        if not has_ended(error):
            # Polling raises for nothing else; a client that does cannot be relied on.
            error = KafkaError(_UNKNOWN)
        self.failed(error, client)
        return 0

    def _replace(self, error: KafkaError) -> None:
        """A client with a fatal error delivers nothing any more; what it held has failed."""
        old = self._client
        if time.monotonic() - self._since >= _MOST_DELAY_S:
            self._delay_s = 0.0
        self._let_go(old, error)
        client = self._next()
        while client is None and not self._closing.is_set():
            client = self._next()
        if client is None:
            return
        self._client, self._ended, self._since = client, None, time.monotonic()
        # Calls that began meanwhile were of the old one.
        self._fail(old, error)
        self._logger.warning(LogEvent.PRODUCER_REPLACED, reason=error.name())
        self._call(self._on_replaced, error.name())

    def _let_go(self, client: Producer, error: KafkaError) -> None:
        _purge(client)
        until = time.monotonic() + _LAST_WORDS_S
        while self._holds(client) and time.monotonic() < until and not self._closing.is_set():
            self._poll(client, _POLL_S)
        self._fail(client, error)

    def _holds(self, client: Producer) -> bool:
        return any(batch.client is client for batch in tuple(self._batches))

    def _fail(self, client: Producer, error: KafkaError) -> None:
        for batch in tuple(self._batches):
            if batch.client is client:
                batch.fail(error)
        self._call(self._room.set)

    def _next(self) -> Producer | None:
        """A new client once its time has come; None if there can be none now."""
        delay_s = self._delay_s
        self._delay_s = min(_MOST_DELAY_S, max(_FIRST_DELAY_S, delay_s * 2))
        self._rest(delay_s)
        if self._closing.is_set():
            return None
        try:
            return self._build()
        except CareerOpsError as error:
            name = type(error).__name__
        except Exception as error:  # noqa: BLE001  # files of secrets and of certificates: tried again
            name = type(error).__name__
        self._logger.warning(LogEvent.OUTAGE_STARTED, scope="log", error_type=name)
        return None

    def _rest(self, delay_s: float) -> None:
        """Wait, and beat meanwhile."""
        until = time.monotonic() + delay_s
        while (left_s := until - time.monotonic()) > 0 and not self._closing.is_set():
            self.beat = time.monotonic()
            self._closing.wait(min(left_s, 1.0))

    def _tell(self, future: "asyncio.Future[None]", batch: _Batch) -> None:
        if batch.error is not None and has_ended(batch.error):
            self.failed(batch.error, batch.client)
        self._call(_settle, future, batch.error)

    def _call(self, say: Callable[..., Any], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(say, *arguments)
        except RuntimeError:  # the loop is closed: nobody waits any more
            if not self._loop.is_closed():
                raise

    # ---- the end ----

    async def close(self) -> None:
        """Wait a little for what is on its way, then end. Idempotent."""
        if self._closed:
            return
        if self._calls:
            await asyncio.wait(tuple(self._calls), timeout=_FLUSH_S)
        self._closed = True
        self._room.set()
        self._closing.set()
        await asyncio.to_thread(self._end)
        for future in tuple(self._calls):
            _settle(future, KafkaError(KafkaError._DESTROY))  # noqa: SLF001  # the same

    def _end(self) -> None:
        self._thread.join(_ENDS_S)  # it may be building a client, which takes as long as it likes
        _purge(self._client)


def _purge(client: Producer) -> None:
    """Give up what it holds. One that has ended may refuse even that, and holds nothing then."""
    with suppress(KafkaException, RuntimeError):
        client.purge(blocking=False)


def _settle(future: "asyncio.Future[None]", error: KafkaError | None) -> None:
    if future.done():  # cancelled meanwhile
        return
    if error is None:
        future.set_result(None)
    elif has_ended(error):
        future.set_exception(_replacing(error))
    else:
        future.set_exception(known_topic(error))


def _replacing(error: KafkaError) -> Outage:
    return Outage(
        f"Kafka has ended our producer ({error.name()}): a new one takes over", scope="log"
    )


def _to_ms(time_: datetime) -> int:
    return int(time_.astimezone(UTC).timestamp() * 1000)
