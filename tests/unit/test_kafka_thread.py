"""How a member leaves its group between two rounds, and how it turns back to another log."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from careerops.adapters.kafka import thread as threads
from careerops.adapters.kafka.listener import Turn
from careerops.adapters.kafka.thread import Callbacks, ConsumerThread
from support.kafka_logs import Deaf

TOPIC = "raw_inbox_stream"
FIRST = 1  # the epoch of the first assignment
ACCEPTED = None
MOVING = [
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError.STALE_MEMBER_EPOCH,
]


class Coordinated:
    """A consumer with two partitions whose commits are answered as `script` says, one a poll.

    Attributes:
        commits: what it was asked to commit, in order.
        takes_away: partitions that the next poll takes away.
        gives_back: whether it also gives them back at once.
    """

    def __init__(self, script: list[int | None]) -> None:
        self.commits: list[dict[int, int]] = []
        self.takes_away: list[int] = []
        self.gives_back = False
        self.closed = False
        self._script = deque(script)
        self._unanswered: deque[list[TopicPartition]] = deque()
        self._on: dict[str, Callable[..., None]] = {}

    def build(self, callbacks: Callbacks) -> Any:
        """What a thread is given to make it."""
        self._on |= callbacks
        return self

    def subscribe(self, _: list[str], **callbacks: Callable[..., None]) -> None:
        """Joins, and is given both at once."""
        self._on |= callbacks
        self._on["on_assign"](self, [TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)])

    def commit(self, *, offsets: list[TopicPartition], asynchronous: bool) -> None:
        """Unanswered until it is polled."""
        self.commits.append({place.partition: place.offset for place in offsets})
        if asynchronous:
            self._unanswered.append(offsets)

    def poll(self, _: float) -> None:
        """One answer a call, and what is taken away."""
        if self.takes_away:
            places = [TopicPartition(TOPIC, p) for p in self.takes_away]
            self.takes_away.clear()
            self._on["on_lost"](self, places)
            if self.gives_back:
                self._on["on_assign"](self, places)
        if self._unanswered and self._script:
            code = self._script.popleft()
            error = None if code is None else KafkaError(code)
            self._on["on_commit"](error, self._unanswered.popleft())

    def close(self) -> None:
        """Over."""
        self.closed = True


async def left(consumer: Coordinated) -> None:
    """A member leaves as soon as it has joined, with something settled in each partition."""
    thread = ConsumerThread(consumer.build, TOPIC, "", Deaf())
    thread.commit({(0, FIRST): 10, (1, FIRST): 2})
    thread._stopping.set()
    thread.start()
    await thread.stop()
    assert consumer.closed


@pytest.mark.parametrize("code", MOVING)
async def test_a_commit_of_the_round_before_is_said_again(code: int) -> None:
    """What is settled would come again otherwise, though its member left in good order."""
    consumer = Coordinated([code, code, ACCEPTED])
    await left(consumer)
    assert consumer.commits == [{0: 10, 1: 2}] * 3


@pytest.mark.parametrize("gives_back", [False, True])
async def test_what_is_taken_away_meanwhile_is_not_committed_any_more(*, gives_back: bool) -> None:
    """It may be at work elsewhere, or was, and further."""
    consumer = Coordinated([KafkaError.REBALANCE_IN_PROGRESS, ACCEPTED])
    consumer.takes_away = [0]
    consumer.gives_back = gives_back
    await left(consumer)
    assert consumer.commits == [{0: 10, 1: 2}, {1: 2}]


async def test_a_refusal_for_good_is_not_argued_with() -> None:
    """It is delivered again, and its verdict spares the second run."""
    consumer = Coordinated([KafkaError.UNKNOWN_MEMBER_ID, ACCEPTED])
    await left(consumer)
    assert consumer.commits == [{0: 10, 1: 2}]


async def test_brokers_that_do_not_answer_hold_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process has its own time to end."""
    monkeypatch.setattr(threads, "_LEAVE_S", 0.0)
    consumer = Coordinated([])
    await left(consumer)
    assert consumer.commits == [{0: 10, 1: 2}]


class Sought(Coordinated):
    """A consumer of one log whose commits say which; it does as it is told and answers at once.

    Attributes:
        known: what was committed before: partition -> (offset, the log's id).
        sought: where it was placed, in order.
    """

    def __init__(self, known: dict[int, tuple[int, str]]) -> None:
        super().__init__([ACCEPTED] * 9)
        self.known = known
        self.sought: list[tuple[int, int]] = []
        self.said: list[str | None] = []
        self.away = 0

    def committed(self, places: list[TopicPartition], *, timeout: float) -> list[TopicPartition]:
        """What is known of them."""
        del timeout
        if self.away:
            self.away -= 1
            raise KafkaException(KafkaError(KafkaError._TRANSPORT))
        return [TopicPartition(TOPIC, p.partition, *self.known[p.partition]) for p in places]

    def seek(self, place: TopicPartition) -> None:
        """Placed there."""
        self.sought.append((place.partition, place.offset))

    def commit(self, *, offsets: list[TopicPartition], asynchronous: bool) -> None:
        """With what each says of its log."""
        self.said += [place.metadata for place in offsets]
        super().commit(offsets=offsets, asynchronous=asynchronous)

    def consume(self, *_: Any) -> list[Any]:
        """Nothing comes."""
        return []

    def list_topics(self, *_: Any, **__: Any) -> None:
        """Nothing is asked."""


class Hearing(Deaf):
    """Keeps what it is told of turns, and ends the thread after `wanted` of them."""

    def __init__(self, wanted: int) -> None:
        self.turns: list[Turn] = []
        self.over = asyncio.Event()
        self._wanted = wanted

    def turned_back(self, turns: list[Turn]) -> None:
        """Kept."""
        self.turns += turns
        if len(self.turns) >= self._wanted:
            self.over.set()


@pytest.mark.parametrize("away", [0, 3])
async def test_a_commit_of_another_log_is_begun_at_its_start(away: int) -> None:
    """Partition 0 was committed of a topic that is no more; some brokers keep no word of it."""
    consumer, hearing = Sought({0: (40, "old"), 1: (7, "")}), Hearing(1)
    consumer.away = away
    thread = ConsumerThread(consumer.build, TOPIC, "", hearing)
    thread.turn_back({}, "new")
    thread.start()
    await hearing.over.wait()
    await thread.stop()
    assert hearing.turns == [(0, FIRST, FIRST + 1, 0)]
    assert consumer.sought == [(0, 0)]


async def test_what_is_turned_back_is_sought_and_older_commits_are_dropped() -> None:
    """Under an epoch of its own; commits say of which log they are."""
    consumer, hearing = Sought({0: (40, "new"), 1: (7, "new")}), Hearing(1)
    thread = ConsumerThread(consumer.build, TOPIC, "", hearing)
    thread.turn_back({(0, FIRST): 3, (1, FIRST + 9): 0}, "new")
    thread.start()
    await hearing.over.wait()
    thread.commit({(0, FIRST): 40, (1, FIRST): 8})
    thread.commit({(0, FIRST + 1): 3})
    await thread.stop()
    assert hearing.turns == [(0, FIRST, FIRST + 1, 3)]
    assert consumer.sought == [(0, 3)]
    committed = {p: at for commit in consumer.commits for p, at in commit.items()}
    assert committed == {0: 3, 1: 8}
    assert set(consumer.said) == {"new"}
