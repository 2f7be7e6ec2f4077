"""What becomes of the producer, and of what it had in hand, when its client has ended for good."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from careerops.adapters.kafka import producer as producers
from careerops.adapters.kafka.producer import KafkaProducer
from careerops.domain.errors import ConfigurationError, Outage
from careerops.domain.verdicts import Record

FATAL = KafkaError(KafkaError._FATAL)  # as `produce` raises it: `fatal()` is False
FENCED = KafkaError(KafkaError._FENCED)
SEQUENCE = KafkaError(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, "planted", fatal=True)
ENDS = [FATAL, FENCED, SEQUENCE]
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Client:
    """A producer's client: what is produced is acknowledged by the next poll, unless it is told.

    Attributes:
        written: values that were acknowledged.
        silent: acknowledges nothing.
        full: takes nothing.
        refusal: what becomes of each record instead.
        error, poll_error: what producing and polling raise from now on.
    """

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.silent = self.full = False
        self.error: KafkaError | None = None
        self.refusal: KafkaError | None = None
        self.poll_error: BaseException | None = None
        self._waiting: list[tuple[bytes, Callable[..., None]]] = []
        self.taken = threading.Event()
        self._lock = threading.Lock()

    def produce(self, _: str, *, value: bytes, on_delivery: Any, **__: Any) -> None:
        """Taken, if anything is."""
        self.taken.set()
        if self.error is not None:
            raise KafkaException(self.error)
        if self.full:
            raise BufferError
        with self._lock:
            self._waiting.append((value, on_delivery))

    def poll(self, _: float) -> int:
        """Acknowledge what waits."""
        if self.poll_error is not None:
            raise self.poll_error
        with self._lock:
            served, self._waiting = ([], self._waiting) if self.silent else (self._waiting, [])
        for value, delivered in served:
            if self.refusal is None:
                self.written.append(value)
            delivered(self.refusal, None)
        if not served:
            threading.Event().wait(0.001)
        return len(served)

    def purge(self, *, blocking: bool) -> None:
        """Nothing: an ended client holds nothing that it could tell of."""


class Factory:
    """Builds clients; `failures` are raised by the next builds, each once."""

    def __init__(self, prepare: Callable[[Client], None] = lambda _: None) -> None:
        self.clients: list[Client] = []
        self.failures: list[Exception] = []
        self.prepare = prepare

    def __call__(self) -> Any:
        """The next client."""
        if self.failures:
            raise self.failures.pop(0)
        client = Client()
        if self.clients:
            self.prepare(client)
        self.clients.append(client)
        return client


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nothing is waited for: the delays before each build are noted instead."""
    delays: list[float] = []
    monkeypatch.setattr(KafkaProducer, "_rest", lambda _, delay_s: delays.append(delay_s))
    monkeypatch.setattr(producers, "_LAST_WORDS_S", 0.0)
    return delays


@contextlib.asynccontextmanager
async def producing(factory: Factory) -> Any:
    """A producer, closed in the end, and an event that is set when its client was replaced."""
    replaced = asyncio.Event()
    producer = KafkaProducer(factory, "", lambda: NOW, lambda _: replaced.set())
    try:
        yield producer, replaced
    finally:
        await asyncio.wait_for(producer.close(), 20)


def records(*values: bytes) -> list[Record]:
    """One call's records."""
    return [Record("raw_inbox_stream", "k", value) for value in values]


async def until_written(producer: KafkaProducer, values: list[Record]) -> int:
    """Write them as the engine does, again after each outage; how many outages there were."""
    for outages in range(1000):
        try:
            await producer.publish(values)
        except Outage as outage:
            assert outage.scope == "log"  # noqa: PT017  # what is caught is the point
            await asyncio.sleep(0)
        else:
            return outages
    raise AssertionError("an outage without an end")


@pytest.mark.parametrize("error", ENDS, ids=lambda error: error.name())
async def test_a_client_that_refuses_for_good_is_replaced(error: KafkaError) -> None:
    """The call that met it is an outage, and written again by the next client."""
    factory = Factory()
    async with producing(factory) as (producer, replaced):
        factory.clients[0].error = error
        with pytest.raises(Outage) as out:
            await producer.publish(records(b"a", b"b"))
        assert out.value.scope == "log"
        await replaced.wait()
        await producer.publish(records(b"a", b"b"))
    assert [client.written for client in factory.clients] == [[], [b"a", b"b"]]


@pytest.mark.parametrize(
    "error",
    [*map(KafkaException, ENDS), RuntimeError("Producer closed"), ValueError("shape")],
    ids=repr,
)
async def test_polling_that_raises_ends_no_thread(error: Exception) -> None:
    """Whatever was in hand is an outage at once, and the next client writes it."""
    factory = Factory()
    async with producing(factory) as (producer, replaced):
        first = factory.clients[0]
        first.silent = True
        in_hand = asyncio.ensure_future(producer.publish(records(b"a", b"b")))
        await asyncio.to_thread(first.taken.wait)
        first.poll_error = error
        with pytest.raises(Outage):
            await in_hand
        await replaced.wait()
        await producer.publish(records(b"a", b"b"))
        assert producer._thread.is_alive()
    assert factory.clients[1].written == [b"a", b"b"]


@pytest.mark.parametrize("error", ENDS, ids=lambda error: error.name())
async def test_an_error_that_the_client_tells_of_replaces_it(error: KafkaError) -> None:
    """By its callback, which may be the only one to hear of it."""
    factory = Factory()
    async with producing(factory) as (producer, replaced):
        producer.failed(error)
        await replaced.wait()
        assert len(factory.clients) == 2


@pytest.mark.parametrize(
    "code",
    [
        KafkaError._INCONSISTENT,
        KafkaError.INVALID_PRODUCER_EPOCH,
        KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER,
        KafkaError.UNKNOWN_PRODUCER_ID,
    ],
)
async def test_a_record_that_failed_for_its_producer_replaces_it(code: int) -> None:
    """Such a client may fail every record from then on and never call that fatal."""
    factory = Factory()
    async with producing(factory) as (producer, replaced):
        factory.clients[0].refusal = KafkaError(code)
        with pytest.raises(Outage):
            await producer.publish(records(b"a"))
        await replaced.wait()
        await producer.publish(records(b"a"))
    assert factory.clients[1].written == [b"a"]


async def test_an_error_that_passes_replaces_nothing() -> None:
    """The client goes on by itself."""
    factory = Factory()
    async with producing(factory) as (producer, _):
        producer.failed(KafkaError(KafkaError._ALL_BROKERS_DOWN))
        await producer.publish(records(b"a"))
    assert [client.written for client in factory.clients] == [[b"a"]]


async def test_whoever_waits_for_room_in_an_ended_client_learns_of_it() -> None:
    """Nothing will ever be acknowledged there, so no room comes."""
    factory = Factory()
    async with producing(factory) as (producer, replaced):
        first = factory.clients[0]
        first.full = True
        waiting = asyncio.ensure_future(producer.publish(records(b"a")))
        await asyncio.to_thread(first.taken.wait)
        producer.failed(FATAL)
        with pytest.raises(Outage):
            await waiting
        await replaced.wait()
        await producer.publish(records(b"a"))
    assert factory.clients[1].written == [b"a"]


async def test_the_rest_of_a_call_is_never_written_by_the_next_client() -> None:
    """Its second half before its first would be out of order: all of it is written again."""
    factory = Factory()
    async with producing(factory) as (producer, replaced):
        first = factory.clients[0]
        first.silent = True
        honest = first.produce

        def fills(topic: str, **named: Any) -> None:
            honest(topic, **named)
            first.full = True

        first.produce = fills  # type: ignore[method-assign]  # full after the first record
        call = asyncio.ensure_future(producer.publish(records(b"a", b"b")))
        await asyncio.to_thread(first.taken.wait)
        producer.failed(FATAL)
        with pytest.raises(Outage):
            await call
        await replaced.wait()
        await producer.publish(records(b"a", b"b"))
    assert factory.clients[1].written == [b"a", b"b"]


async def test_clients_that_all_fail_are_built_ever_more_rarely(impatient: list[float]) -> None:
    """No hot loop: the first at once, then with delays that double, up to half a minute."""
    fine = threading.Event()

    def prepare(client: Client) -> None:
        if len(factory.clients) < 10:
            client.poll_error = KafkaException(SEQUENCE)
        else:
            fine.set()

    factory = Factory(prepare)
    async with producing(factory) as (producer, _):
        factory.clients[0].poll_error = KafkaException(SEQUENCE)
        await asyncio.to_thread(fine.wait)
        await until_written(producer, records(b"a"))
    assert impatient == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


@pytest.mark.parametrize(
    "failure",
    [ConfigurationError("kafka: no"), OSError("no such file"), KafkaException(FATAL)],
    ids=repr,
)
async def test_a_client_that_cannot_be_built_is_an_outage(failure: Exception) -> None:
    """A certificate that is being exchanged ends nothing."""
    factory = Factory()
    async with producing(factory) as (producer, replaced):
        factory.failures = [failure] * 3
        factory.clients[0].error = FATAL
        with pytest.raises(Outage):
            await producer.publish(records(b"a"))
        await replaced.wait()
        assert not factory.failures
        await producer.publish(records(b"a"))
    assert factory.clients[1].written == [b"a"]


async def test_it_can_be_closed_while_no_client_can_be_built() -> None:
    """And whoever writes then is told that the log is closed."""
    factory = Factory()
    asked = threading.Event()

    def build() -> Any:
        if factory.clients:
            asked.set()
            raise OSError
        return factory()

    producer = KafkaProducer(build, "", lambda: NOW)
    producer.failed(FATAL)
    await asyncio.to_thread(asked.wait)
    with pytest.raises(Outage, match="new one"):
        await producer.publish(records(b"a"))
    await asyncio.wait_for(producer.close(), 20)
    assert not producer._thread.is_alive()
    with pytest.raises(Outage, match="closed"):
        await producer.publish(records(b"a"))


async def test_closing_frees_whoever_waits_for_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Brokers that take nothing keep no process."""
    monkeypatch.setattr(producers, "_FLUSH_S", 0.0)
    factory = Factory()
    producer = KafkaProducer(factory, "", lambda: NOW)
    factory.clients[0].full = True
    waiting = asyncio.ensure_future(producer.publish(records(b"a")))
    await asyncio.to_thread(factory.clients[0].taken.wait)
    await asyncio.wait_for(producer.close(), 20)
    with pytest.raises(Outage):
        await asyncio.wait_for(waiting, 20)
