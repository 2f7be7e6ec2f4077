"""Scopes that go out and come back, over lanes: nothing is stuck, nobody is let go twice."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from careerops.adapters.memory.clock import FakeClock
from careerops.domain.envelope import Envelope
from careerops.domain.topics import RAW_INBOX
from careerops.ports.eventlog import Delivery, LogRecord
from careerops.stream.lanes import Lane, Lanes, LaneState
from careerops.stream.message import Message
from careerops.stream.retry import RetryPolicy
from careerops.stream.scopes import OutageBoard, Scope, ScopeState
from support.engine import WHEN

NAMES = ("llm", "quota")
NEEDS = (frozenset({"llm"}), frozenset({"quota"}), frozenset(NAMES))


@dataclass
class Hand:
    """Time that is moved by hand, without an event loop."""

    elapsed_s: float = 0.0
    start: FakeClock = field(default_factory=FakeClock)

    def now(self) -> datetime:
        """UTC."""
        return self.start.now() + timedelta(seconds=self.elapsed_s)

    def monotonic(self) -> float:
        """Seconds."""
        return self.elapsed_s

    async def sleep(self, delay_s: float) -> None:
        """Never called."""
        raise NotImplementedError


class Outages(RuleBasedStateMachine):
    """The board and the lanes, driven as the dispatcher drives them."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Hand()
        self.lanes = Lanes(history_slots=100)
        self.board = OutageBoard(self.clock, RetryPolicy(jitter=0.0), crowd=3)
        self.number = 0
        self.out: set[str] = set()
        self.needs: dict[int, frozenset[str]] = {}
        self.poison: set[int] = set()
        self.running: list[Lane] = []
        self.timers: list[tuple[float, str, int]] = []
        self.waits: dict[Lane, str] = {}

    # ---- as the dispatcher does ----

    def needs_of(self, lane: Lane) -> frozenset[str]:
        """By the head's number."""
        return self.needs[lane.head.delivery.record.offset]

    def let_go(self, lanes: list[Lane]) -> None:
        """Each that is let go had waited, and is let go once."""
        for lane in lanes:
            assert lane.state is LaneState.HELD
            del self.waits[lane]
            self.lanes.release(lane)
            assert lane.state is LaneState.READY

    def came_back(self, lane: Lane, but: str = "") -> None:
        """It came back without an outage of any scope but one."""
        released, over = self.board.returned(lane, but=but)
        self.let_go(released)
        for scope in over:
            assert not scope.waiting

    def found_out(self, lane: Lane, name: str, *, exact: bool) -> None:
        """It waits from now on."""
        self.came_back(lane, but=name)
        self.lanes.hold(lane)
        self.waits[lane] = name
        retry_at = self.clock.now() + timedelta(seconds=7) if exact else None
        scope = self.board.fail(name, lane, retry_at, exact=exact)
        if scope is not None:
            self.timers.append((scope.due, name, scope.generation))

    # ---- what happens ----

    @rule(need=st.sampled_from(NEEDS), key=st.sampled_from("abcdefgh"), poison=st.booleans())
    def arrive(self, need: frozenset[str], key: str, *, poison: bool) -> None:
        """A message; poison finds its scope out always."""
        self.number += 1
        self.needs[self.number] = need
        if poison and len(self.poison) < 2:
            self.poison.add(self.number)
        record = LogRecord(RAW_INBOX, 0, self.number, key, WHEN, (), b"")
        envelope = Envelope(str(self.number), "t", "s", WHEN)
        self.lanes.add(Message(Delivery(record, "g", 1), envelope, self.number % 2))

    @rule()
    def take(self) -> None:
        """Whatever may run begins; what is behind an outage waits."""
        while (lane := self.lanes.take()) is not None:
            blocked = self.board.blocking(self.needs_of(lane))
            at_work = any(blocked in self.needs_of(each) for each in self.running)
            if (
                blocked is None
                or self.board.is_released(lane)
                or (not at_work and self.tried_at_once(blocked, lane))
            ):
                self.running.append(lane)
                return
            self.lanes.hold(lane)
            self.waits[lane] = blocked
            self.board.wait(blocked, lane)

    def tried_at_once(self, name: str, lane: Lane) -> bool:
        """Only while one message alone accuses a scope that is down, and it is not this one."""
        scope = self.board.scopes[name]
        tried = self.board.try_at_once(name, lane)
        if tried:
            assert scope.state is ScopeState.DOWN
            assert scope.released == {lane}
            assert len(scope.witnesses - {lane.head.envelope.id}) == 1
        return tried

    @precondition(lambda self: self.running)
    @rule(data=st.data(), exact=st.booleans())
    def end(self, data: st.DataObject, *, exact: bool) -> None:
        """A handler returns: by an outage if what it needs is out, or as it is poison."""
        lane = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        needs = sorted(self.needs_of(lane))
        bad = [name for name in needs if name in self.out]
        if lane.head.delivery.record.offset in self.poison:
            bad = needs
        if bad:
            self.found_out(lane, bad[0], exact=exact and bad[0] == "quota")
        else:
            self.came_back(lane)
            self.lanes.advance(lane)

    @rule(name=st.sampled_from(NAMES))
    def toggle(self, name: str) -> None:
        """Something goes out, or works again."""
        self.out ^= {name}

    @precondition(lambda self: self.timers)
    @rule()
    def time_passes(self) -> None:
        """Up to the next timer, which may be that of an outage that is over."""
        self.timers.sort()
        due, name, generation = self.timers.pop(0)
        self.clock.elapsed_s = max(self.clock.elapsed_s, due)
        scope = self.board.scopes.get(name)
        waiting = list(scope.waiting) if scope is not None else []
        probes = self.board.probe(name, generation)
        if probes and scope is not None:
            assert scope.due <= self.clock.elapsed_s  # never before its time
            self.is_fair(scope, waiting, probes)
        if probes:
            self.timers.append((self.clock.elapsed_s + 600, name, generation))
        self.let_go(probes)

    def is_fair(self, scope: Scope, waiting: list[Lane], probes: list[Lane]) -> None:
        """One probe, of those that waited one that failed least: nobody is passed over twice.

        Live mail goes before history, and among equals who has waited longest.
        """
        if scope.exact:
            assert len(probes) == min(3, len(waiting))
            return
        (probe,) = probes
        least = min((lane.head.outages, lane.head.intake) for lane in waiting)
        equals = [lane for lane in waiting if (lane.head.outages, lane.head.intake) == least]
        assert probe is equals[0]

    @rule(partition=st.just(0), intake=st.integers(0, 1))
    def forget(self, partition: int, intake: int) -> None:
        """A partition is taken away, with all that waits of it."""
        _, gone = self.lanes.forget((intake, partition))
        for lane in gone:
            self.waits.pop(lane, None)
        for lane in self.board.forget(gone):
            del self.waits[lane]
            self.lanes.release(lane)
        # What runs and was taken away comes back as any other and is over then.
        for lane in [each for each in self.running if each.head.revoked]:
            self.running.remove(lane)
            self.came_back(lane)
            self.lanes.advance(lane)

    # ---- what always holds ----

    @invariant()
    def who_waits_waits_in_one_place(self) -> None:
        """In the scope it was blocked by, once, held; who was let go waits nowhere."""
        found = Counter(lane for scope in self.board.scopes.values() for lane in scope.waiting)
        assert found == Counter(dict.fromkeys(self.waits, 1))
        for lane, name in self.waits.items():
            assert lane.state is LaneState.HELD
            assert lane in self.board.scopes[name].waiting
        assert self.lanes.held == len(self.waits)

    @invariant()
    def somebody_will_wake_who_waits(self) -> None:
        """A timer of its own while it is down, else somebody who is out to try it."""
        for scope in self.board.scopes.values():
            timed = any(name == scope.name and g == scope.generation for _, name, g in self.timers)
            if scope.state is not ScopeState.RAMPING:
                assert timed
            if scope.state is not ScopeState.DOWN:
                assert scope.released

    @invariant()
    def who_is_out_to_try_can_come_back(self) -> None:
        """Nothing released is held or gone."""
        for scope in self.board.scopes.values():
            for lane in scope.released:
                assert lane.state in (LaneState.READY, LaneState.RUNNING)

    def teardown(self) -> None:
        """All works again: after its timers and as many turns as messages, nothing is left."""
        self.out.clear()
        self.poison.clear()
        for _ in range(4 * self.number + 20):
            self.take()
            while self.running:
                lane = self.running.pop()
                self.came_back(lane)
                self.lanes.advance(lane)
            if self.timers:
                self.time_passes()
        assert len(self.lanes) == 0
        assert not self.board.scopes
        assert not self.waits


def test_no_newcomer_tries_beside_one_that_was_let_go() -> None:
    """Though that one, history, has not begun: live mail is taken first, and waits."""
    clock, lanes = Hand(), Lanes(history_slots=9)
    board = OutageBoard(clock, RetryPolicy(jitter=0.0))

    def add(number: int, intake: int) -> None:
        record = LogRecord(RAW_INBOX, 0, number, str(number), WHEN, (), b"")
        envelope = Envelope(str(number), "t", "s", WHEN)
        lanes.add(Message(Delivery(record, "g", 1), envelope, intake))

    def take() -> Lane:
        lane = lanes.take()
        assert lane is not None
        return lane

    def fail(lane: Lane) -> Scope | None:
        lanes.hold(lane)
        return board.fail("llm", lane, None)

    for number in range(3):
        add(number, 1)
    first, *others = [take() for _ in range(3)]
    scope = fail(first)
    assert scope is not None
    for lane in others:
        fail(lane)
    for lane in board.probe("llm", scope.generation):
        lanes.release(lane)
    probe = take()
    for lane in board.returned(probe)[0]:
        lanes.release(lane)
    lanes.advance(probe)
    fail(take())
    assert (scope.state, len(scope.released), len(scope.witnesses)) == (ScopeState.DOWN, 1, 1)
    add(9, 0)
    newcomer = take()
    assert newcomer.head.intake == 0
    assert not board.try_at_once("llm", newcomer)


TestOutages = Outages.TestCase
TestOutages.settings = settings(max_examples=120, stateful_step_count=50, deadline=None)
