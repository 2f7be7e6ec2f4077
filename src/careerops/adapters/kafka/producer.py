"""The producer: records acknowledged by all in-sync replicas, in order, with one future a call."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from careerops.adapters.kafka.clients import error_of, known_topic
from careerops.domain.errors import Outage
from careerops.domain.verdicts import Record

_POLL_S: Final = 0.1
_FLUSH_S: Final = 3.0


class _Batch:
    """The records of one call on their way; counted down by whichever thread learns of one."""

    __slots__ = ("_done", "_left", "_lock", "error")

    def __init__(self, size: int, done: Callable[["_Batch"], None]) -> None:
        self._left = size
        self._lock = threading.Lock()
        self._done = done
        self.error: KafkaError | None = None

    def delivered(self, error: KafkaError | None, _: Message) -> None:
        """One record was acknowledged, or will never be."""
        if error is not None:
            self.error = error
        self.left_out(1)

    def left_out(self, number: int) -> None:
        """So many records need not be waited for."""
        with self._lock:
            self._left -= number
            over = self._left == 0
        if over:
            self._done(self)


class KafkaProducer:
    """Writes records; a thread of its own serves the acknowledgements."""

    def __init__(
        self, build: Callable[[], Producer], prefix: str, now: Callable[[], datetime]
    ) -> None:
        """`build` makes the client, again after an error that ends one for good.

        Raises:
            ConfigurationError: as `build`.
        """
        self._build = build
        self._prefix = prefix
        self._now = now
        self._loop = asyncio.get_running_loop()
        self._client = build()
        self._calls: set[asyncio.Future[None]] = set()
        self._room = asyncio.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="kafka-producer", daemon=True)
        self.beat = time.monotonic()
        self._thread.start()

    async def publish(self, records: Sequence[Record]) -> None:
        """Append `records` in order; returns once all are acknowledged.

        Raises:
            Permanent: the brokers refuse one for good (`too_large`, `unknown_topic`).
            Outage: they cannot be reached or refuse us (scope `log`). Some may be written.
        """
        if self._closed:
            raise Outage("the log is closed", scope="log")
        if not records:
            return
        future: asyncio.Future[None] = self._loop.create_future()
        self._calls.add(future)
        future.add_done_callback(self._calls.discard)
        batch = _Batch(len(records), lambda done: self._tell(future, done.error))
        time_ms = _to_ms(self._now())
        for number, record in enumerate(records):
            try:
                await self._produce(record, time_ms, batch)
            except KafkaException as exception:
                error = error_of(exception)
                if error.fatal():
                    self._replace()
                batch.error = error
                batch.left_out(len(records) - number)
                break
        await future

    async def _produce(self, record: Record, time_ms: int, batch: _Batch) -> None:
        while True:
            try:
                self._client.produce(
                    self._prefix + record.topic,
                    value=record.value,
                    key=record.key.encode("utf-8", "surrogateescape"),
                    headers=list(record.headers),
                    timestamp=time_ms,
                    on_delivery=batch.delivered,
                )
            except BufferError:
                # The client holds as much as it may: go on once something was acknowledged.
                self._room.clear()
                await self._room.wait()
            else:
                return

    def _replace(self) -> None:
        """A client with a fatal error delivers nothing any more; what it held has failed."""
        self._client.purge(blocking=False)
        self._client = self._build()

    def _serve(self) -> None:
        while not self._closed:
            self.beat = time.monotonic()
            if self._client.poll(_POLL_S):
                self._call(self._room.set)

    def _tell(self, future: asyncio.Future[None], error: KafkaError | None) -> None:
        self._call(_settle, future, error)

    def _call(self, say: Callable[..., Any], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(say, *arguments)
        except RuntimeError:  # the loop is closed: nobody waits any more
            if not self._loop.is_closed():
                raise

    async def close(self) -> None:
        """Wait a little for what is on its way, then end. Idempotent."""
        if self._closed:
            return
        if self._calls:
            await asyncio.wait(tuple(self._calls), timeout=_FLUSH_S)
        self._closed = True
        await asyncio.to_thread(self._end)
        for future in tuple(self._calls):
            _settle(future, KafkaError(KafkaError._DESTROY))  # noqa: SLF001  # the client's own codes have such names

    def _end(self) -> None:
        self._thread.join()
        self._client.purge(blocking=False)


def _settle(future: asyncio.Future[None], error: KafkaError | None) -> None:
    if future.done():  # cancelled meanwhile
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(known_topic(error))


def _to_ms(time_: datetime) -> int:
    return int(time_.astimezone(UTC).timestamp() * 1000)
