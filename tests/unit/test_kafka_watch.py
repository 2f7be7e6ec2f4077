"""Topics that change while they are read."""

from collections.abc import Mapping
from typing import Any

import pytest

from careerops.adapters.kafka.topics import Shape
from careerops.adapters.kafka.watch import TopicWatch
from careerops.domain.errors import Outage
from careerops.ops.logevents import LogEvent

RAW, LETTERS = "raw_inbox_stream", "dead_letter_queue"


class Brokers:
    """Says what it is told to say, or nothing at all."""

    def __init__(self, **shapes: Shape) -> None:
        self.shapes = shapes
        self.away = False
        self.renewed: list[tuple[str, str, bool]] = []
        self.lines: list[tuple[LogEvent, dict[str, Any]]] = []

    async def ask(self) -> Mapping[str, Shape]:
        """What there is now."""
        if self.away:
            raise Outage("nobody answers", scope="log")
        return self.shapes

    def on_renewed(self, topic: str, log_id: str, *, known: bool) -> None:
        """Kept."""
        self.renewed.append((topic, log_id, known))

    def warning(self, event: LogEvent, **fields: Any) -> None:
        """A line of the log."""
        self.lines.append((event, fields))

    def watch(self) -> TopicWatch:
        """A watch that knows one topic of two partitions and the letters."""
        watch = TopicWatch(self.ask, {RAW: 2, LETTERS: 1}, self.on_renewed)
        watch._logger = self  # type: ignore[assignment]  # all of it that is used
        return watch


async def test_partitions_that_are_added_are_known_and_said_once() -> None:
    """Lag and idle count them, and a person learns that keys have moved."""
    brokers = Brokers(**{RAW: Shape(2, "a"), LETTERS: Shape(1, "b")})
    watch = brokers.watch()
    await watch.look()
    assert brokers.lines == []
    brokers.shapes[RAW] = Shape(6, "a")
    for _ in range(3):
        await watch.look()
    assert watch.partitions == {RAW: 6, LETTERS: 1}
    assert brokers.lines == [(LogEvent.PARTITIONS_ADDED, {"topic": RAW, "count": 6})]


async def test_a_topic_that_was_made_anew_is_told_of_once() -> None:
    """The first id that is heard of is no change, but members have to know it."""
    brokers = Brokers(**{RAW: Shape(2, "a")})
    watch = brokers.watch()
    await watch.look()
    brokers.shapes[RAW] = Shape(1, "z")
    for _ in range(3):
        await watch.look()
    assert brokers.renewed == [(RAW, "a", False), (RAW, "z", True)]
    assert watch.partitions[RAW] == 1
    assert watch.log_id(RAW) == "z"


async def test_brokers_that_give_no_ids_say_nothing_about_logs() -> None:
    """Nor does an old one that is asked in between others."""
    brokers = Brokers(**{RAW: Shape(2, "a")})
    watch = brokers.watch()
    await watch.look()
    brokers.shapes[RAW] = Shape(2)
    await watch.look()
    brokers.shapes[RAW] = Shape(2, "a")
    await watch.look()
    assert brokers.renewed == [(RAW, "a", False)]


async def test_a_topic_that_is_gone_is_kept_as_it_was() -> None:
    """It may be created again in a moment; an outage is no change, either."""
    brokers = Brokers(**{RAW: Shape(2, "a")})
    watch = brokers.watch()
    await watch.look()
    brokers.shapes = {}
    await watch.look()
    brokers.away = True
    with pytest.raises(Outage):
        await watch.look()
    assert watch.partitions[RAW] == 2
    brokers.away, brokers.shapes = False, {RAW: Shape(2, "b")}
    await watch.look()
    assert brokers.renewed[-1] == (RAW, "b", True)
