"""The tracker against a model that cannot be wrong: a list of what was delivered."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from careerops.adapters.kafka.tracker import _REMEMBERED, Tracker

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def time_of(offset: int) -> datetime:
    """When the record at `offset` was appended."""
    return START + timedelta(seconds=offset)


class AgainstAModel(RuleBasedStateMachine):
    """Deliveries with gaps, settlements in any order, repeats, ends, and new assignments."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = 0
        self.assign(0)

    @initialize(start=st.integers(0, 50))
    def begin(self, start: int) -> None:
        """The first assignment starts anywhere."""
        self.assign(start)

    def assign(self, position: int) -> None:
        """Begin anew at `position`, as after a rebalance."""
        self.tracker = Tracker()
        self.epoch += 1
        self.next = position
        self.delivered: list[int] = []
        self.settled: set[int] = set()
        self.seen_end: int | None = None

    @rule(gap=st.integers(0, 5))
    def deliver(self, gap: int) -> None:
        """The next record; what lies in the gap does not exist (markers, compaction)."""
        offset = self.next + gap
        assert not self.tracker.goes_back(offset, offset * 7)
        assert self.tracker.deliver(offset, time_of(offset), offset * 7)
        self.delivered.append(offset)
        self.next = offset + 1

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        """A refetch hands over what was had: it is not taken twice."""
        offset = data.draw(st.sampled_from(self.delivered))
        assert not self.tracker.goes_back(offset, offset * 7)
        assert not self.tracker.deliver(offset, time_of(offset), offset * 7)

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def another_record_at_a_known_offset(self, data: st.DataObject) -> None:
        """The log is another one, be the one that was had settled or not."""
        offset = data.draw(st.sampled_from(self.delivered))
        assert self.tracker.goes_back(offset, offset * 7 + 1)

    @precondition(lambda self: self.tracker.watermark is not None)
    @rule(data=st.data())
    def a_record_that_was_passed(self, data: st.DataObject) -> None:
        """In a gap, or before the assignment began: it was not there, so it is another log's."""
        offset = data.draw(st.integers(0, max(self.next - 1, 0)))
        if offset < self.next and offset not in self.delivered:
            assert self.tracker.goes_back(offset, offset * 7)
            assert self.tracker.ends_before(offset)
        assert not self.tracker.ends_before(self.next)

    @rule(gap=st.integers(0, 5))
    def reach_the_end(self, gap: int) -> None:
        """The partition ends here, perhaps behind markers."""
        self.next += gap
        self.tracker.reach(self.next)
        self.seen_end = self.next

    @precondition(lambda self: set(self.delivered) - self.settled)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        """Any of those not settled."""
        offset = data.draw(st.sampled_from(sorted(set(self.delivered) - self.settled)))
        assert self.tracker.is_pending(offset)
        assert self.tracker.settle(offset)
        self.settled.add(offset)

    @precondition(lambda self: self.settled)
    @rule(data=st.data())
    def settle_again(self, data: st.DataObject) -> None:
        """Repeating changes nothing."""
        assert not self.tracker.settle(data.draw(st.sampled_from(sorted(self.settled))))

    @rule()
    def settle_what_never_came(self) -> None:
        """Nor does a stranger."""
        assert not self.tracker.settle(self.next + 1000)

    @precondition(lambda self: self.tracker.watermark is not None)
    @rule()
    def move_to_another_member(self) -> None:
        """The next assignment begins where this one's commit left it."""
        self.assign(self.tracker.watermark or 0)

    @invariant()
    def the_watermark_never_passes_what_is_not_settled(self) -> None:
        """And stands as high as it may."""
        open_ = [offset for offset in self.delivered if offset not in self.settled]
        watermark = self.tracker.watermark
        if open_:
            assert watermark == open_[0]
        elif self.delivered or self.seen_end is not None:
            assert watermark == self.next
        else:
            assert watermark is None

    @invariant()
    def the_counts_are_those_of_the_model(self) -> None:
        """Unsettled, holes, span and the oldest."""
        open_ = [offset for offset in self.delivered if offset not in self.settled]
        above = [offset for offset in self.settled if open_ and offset > open_[0]]
        standing = self.tracker.standing()
        assert standing.unsettled == self.tracker.unsettled == len(open_)
        assert standing.holes == len(above)
        assert self.tracker.span == len(open_) + len(above)
        assert standing.oldest == (time_of(open_[0]) if open_ else None)


def test_what_came_long_ago_is_not_known_any_more_and_what_came_lately_is() -> None:
    """Memory is bounded; delivered twice is better than never."""
    tracker = Tracker()
    for offset in range(3 * _REMEMBERED):
        assert tracker.deliver(offset, START, offset)
    assert tracker.goes_back(0, 0)
    lately = range(2 * _REMEMBERED, 3 * _REMEMBERED, 1000)
    assert not any(tracker.goes_back(offset, offset) for offset in lately)
    assert all(tracker.goes_back(offset, offset + 1) for offset in lately)


TestTracker = AgainstAModel.TestCase
TestTracker.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
