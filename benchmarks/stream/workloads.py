"""What is to be done: how long a message takes, how many may run, whose order is to be kept.

A workload whose keys are fewer than its slots, or of which one has half the messages, is bound by
the depth of its keys; the others by their slots. Those have ten keys a slot: a message seldom
finds its key busy, and often enough for a consumer that ignores keys to be caught.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from stream.judge import floor_rate

_TURNS = 10


@dataclass(frozen=True, slots=True)
class Workload:
    """One line of the benchmark.

    Attributes:
        name: as the command line and the table call it.
        concurrency: handlers that may run at once.
        delay_s: what a handler awaits.
        keys: how many there are; they take turns at random, in blocks in which each has its
            share, so that no key gets far ahead of the others by chance.
        hot: share of the messages that one of them has, 0 for its ordinary share.
        markers: whether the topic is written in transactions of a few records, some aborted.
    """

    name: str
    concurrency: int
    delay_s: float
    keys: int
    hot: float = 0.0
    markers: bool = False

    @property
    def slots_rate(self) -> float:
        """Messages a second if every slot is always busy."""
        return self.concurrency / self.delay_s

    @property
    def bound_by_keys(self) -> bool:
        """Whether order, not slots, sets the ceiling."""
        return self.keys < self.concurrency or self.hot > 0

    @property
    def best_rate(self) -> float:
        """Messages a second that a consumer which keeps order could reach."""
        if not self.bound_by_keys:
            return self.slots_rate
        return min(self.slots_rate, floor_rate(self.key_numbers(10_000), self.delay_s))

    def key_numbers(self, count: int) -> list[int]:
        """The key of each of `count` messages; the same list for the same workload."""
        found: list[int] = []
        for block in self._blocks():
            found.extend(block)
            if len(found) >= count:
                break
        return found[:count]

    def _blocks(self) -> Iterator[list[int]]:
        chance = random.Random(self.name)  # noqa: S311  # repeatable, guards nothing
        if self.hot:
            others = (self.keys - 1) * _TURNS
            block = [0] * round(others * self.hot / (1 - self.hot))
            block += list(range(1, self.keys)) * _TURNS
        else:
            block = list(range(self.keys)) * _TURNS
        while True:
            chance.shuffle(block)
            yield list(block)


WORKLOADS = (
    Workload("100x50ms", concurrency=100, delay_s=0.05, keys=1_000),
    Workload("1000x1s", concurrency=1_000, delay_s=1.0, keys=10_000),
    Workload("1000x50ms", concurrency=1_000, delay_s=0.05, keys=10_000),
    Workload("20keys", concurrency=100, delay_s=0.05, keys=20),
    Workload("hotkey", concurrency=100, delay_s=0.05, keys=1_000, hot=0.5),
    Workload("markers", concurrency=100, delay_s=0.05, keys=1_000, markers=True),
)
