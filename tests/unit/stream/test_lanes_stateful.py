"""Lanes against a model: order within a key, nothing leaks, partitions come and go."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from careerops.domain.envelope import Envelope
from careerops.domain.topics import RAW_INBOX
from careerops.ports.eventlog import Delivery, LogRecord
from careerops.stream.lanes import Lane, Lanes, LaneState
from careerops.stream.message import Message
from support.engine import WHEN

KEYS = "abc"
PARTITIONS = (0, 1)


class AgainstAModel(RuleBasedStateMachine):
    """Messages arrive, run, wait, finish, and are taken away with their partition."""

    def __init__(self) -> None:
        super().__init__()
        self.lanes = Lanes(history_slots=2)
        self.offset = 0
        self.epochs = dict.fromkeys(PARTITIONS, 1)
        self.suspects_come = dict.fromkeys(PARTITIONS, True)
        self.waiting: dict[tuple[int, int, str], list[Message]] = {}
        self.running: list[Lane] = []
        self.held: list[Lane] = []
        self.done: list[Message] = []

    @rule(
        partition=st.sampled_from(PARTITIONS),
        key=st.sampled_from(KEYS),
        intake=st.integers(0, 1),
        suspect=st.booleans(),
    )
    def add(self, partition: int, key: str, intake: int, *, suspect: bool) -> None:
        """Suspects come first in their partition, as they have the lowest offsets."""
        suspect = suspect and self.suspects_come[partition]
        self.suspects_come[partition] = suspect
        self.offset += 1
        record = LogRecord(RAW_INBOX, partition, self.offset, key, WHEN, (), b"")
        epoch, deaths = self.epochs[partition], int(suspect)
        delivery = Delivery(record, "g", epoch, deaths, suspect)
        message = Message(delivery, Envelope(str(self.offset), "t", "s", WHEN), intake)
        self.lanes.add(message)
        self.waiting.setdefault((intake, partition, key), []).append(message)

    @rule()
    def take(self) -> None:
        """The first of a key, and one suspect at a time."""
        lane = self.lanes.take()
        if lane is None:
            return
        assert lane.state is LaneState.RUNNING
        assert lane not in self.running
        assert lane.head is self.waiting[lane.key][0]
        if lane.head.alone:
            assert not any(each.head.alone for each in self.running)
        self.running.append(lane)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        """Any of those that run."""
        lane = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        message = lane.head
        self.lanes.advance(lane)
        assert self.waiting[lane.key].pop(0) is message
        self.done.append(message)

    @precondition(lambda self: [lane for lane in self.running if not lane.head.revoked])
    @rule(data=st.data())
    def hold(self, data: st.DataObject) -> None:
        """It has to wait for something; one that was taken away never does."""
        lane = data.draw(st.sampled_from([e for e in self.running if not e.head.revoked]))
        self.running.remove(lane)
        self.lanes.hold(lane)
        self.held.append(lane)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """It may go on."""
        self.lanes.release(self.held.pop(data.draw(st.integers(0, len(self.held) - 1))))

    @rule(intake=st.integers(0, 1), partition=st.sampled_from(PARTITIONS))
    def forget(self, intake: int, partition: int) -> None:
        """The partition is another's: what runs goes on, the rest is gone."""
        share = (intake, partition)
        ours = {key: left for key, left in self.waiting.items() if key[:2] == share}
        heads = {lane.key: lane.head for lane in self.running if lane.share == share}
        dropped, gone = self.lanes.forget(share)
        expected = [m for key, left in ours.items() for m in left if m is not heads.get(key)]
        assert {id(m) for m in dropped} == {id(m) for m in expected}
        assert all(lane.state is LaneState.GONE for lane in gone)
        assert all(head.revoked for head in heads.values())
        for key in ours:
            self.waiting[key] = [heads[key]] if key in heads else []
        for lane in [each for each in self.held if each.share == share]:
            self.held.remove(lane)
            self.lanes.release(lane)  # a timer that fires late does nothing
            assert lane.state is LaneState.GONE
        self.epochs[partition] += 1

    @invariant()
    def nothing_leaks(self) -> None:
        """As many lanes as keys with messages, and every count is the model's."""
        assert len(self.lanes) == sum(bool(left) for left in self.waiting.values())
        assert self.lanes.running == len(self.running)
        assert self.lanes.held == len(self.held)
        for intake in (0, 1):
            waiting = sum(len(e.queue) for e in self.held if e.key[0] == intake)
            assert self.lanes.held_messages[intake] == waiting

    @invariant()
    def order_holds_within_a_key(self) -> None:
        """What ended of one key under one assignment ended in its order."""
        last: dict[tuple[object, ...], int] = {}
        for message in self.done:
            record = message.delivery.record
            key = (message.intake, record.partition, record.key)
            assert last.get(key, 0) < record.offset
            last[key] = record.offset

    def teardown(self) -> None:
        """Whatever happened, all that is left can be run to its end: no lane is stuck."""
        for lane in self.held:
            self.lanes.release(lane)
        while len(self.lanes):
            while (lane := self.lanes.take()) is not None:
                self.running.append(lane)
            assert self.running, "lanes are left and none can run"
            self.lanes.advance(self.running.pop())


TestLanes = AgainstAModel.TestCase
TestLanes.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
