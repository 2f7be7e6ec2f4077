"""Position and settled-ahead against a set that remembers every offset."""

import sqlite3

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from careerops.adapters.sqlite import groups, overview, records
from careerops.adapters.sqlite.schema import migrate
from careerops.domain.errors import Fenced

TOPIC, GROUP = "mails", "readers"


class GroupMachine(RuleBasedStateMachine):
    """Members come and go, settle in any order, with repeats; the oldest settled is trimmed."""

    def __init__(self) -> None:
        super().__init__()
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        migrate(self.connection, [TOPIC])
        self.published = 0
        self.trimmed = 0
        self.settled: set[int] = set()
        self.running: set[int] = set()
        self.deaths: dict[int, int] = {}
        self.delivered = 0
        self.member = groups.join(self.connection, (TOPIC, GROUP), "one", 0)

    def teardown(self) -> None:
        """The end of one run."""
        self.connection.close()

    @property
    def unsettled(self) -> list[int]:
        """What is to be delivered to a new member."""
        return [n for n in range(1, self.published + 1) if n not in self.settled]

    @rule(number=st.integers(1, 6))
    def publish(self, number) -> None:
        """More records."""
        records.append(self.connection, TOPIC, [("k", 0, b"", b"")] * number)
        self.published += number

    @rule(more=st.integers(1, 6))
    def deliver(self, more) -> None:
        """Hand over some more."""
        self.delivered = min(self.delivered + more, self.published + 1)
        groups.deliver(self.connection, self.member, self.delivered)

    @precondition(lambda self: self.published > self.trimmed)
    @rule(data=st.data())
    def settle(self, data) -> None:
        """Some that exist, settled or not, in any order."""
        offsets = data.draw(
            st.lists(st.integers(self.trimmed + 1, self.published), min_size=1, max_size=8)
        )
        place = groups.progress(self.connection, TOPIC, GROUP, self.member.epoch)
        fresh = groups.unsettled(self.connection, place, offsets)
        assert fresh == set(offsets) - self.settled
        groups.mark_settled(self.connection, place, fresh)
        self.settled |= fresh
        self.running -= fresh
        self.deaths = {n: d for n, d in self.deaths.items() if n not in fresh}

    @precondition(lambda self: bool(self.unsettled))
    @rule(data=st.data())
    def attempt(self, data) -> None:
        """One that runs alone."""
        offset = data.draw(st.sampled_from(self.unsettled))
        groups.attempt(self.connection, self.member.group_id, self.member.epoch, offset)
        self.running.add(offset)

    @precondition(lambda self: bool(self.unsettled))
    @rule(data=st.data())
    def rest(self, data) -> None:
        """One that waits, whether it ran before or not."""
        offset = data.draw(st.sampled_from(self.unsettled))
        groups.rest(self.connection, self.member.group_id, self.member.epoch, offset)
        self.running.discard(offset)

    @rule(clean=st.booleans())
    def next_member(self, clean) -> None:
        """The member leaves, or is gone when its lease expires."""
        before = self.member
        if clean:
            groups.leave(self.connection, before.group_id, before.epoch)
        else:
            for offset in self.running:
                self.deaths[offset] = self.deaths.get(offset, 0) + 1
        self.running.clear()
        self.member = groups.join(
            self.connection, (TOPIC, GROUP), "next", 2 * before.epoch * groups.LEASE_US
        )
        assert self.member.epoch > before.epoch
        self.delivered = 0 if clean else self.delivered
        assert self.member.suspects_below == self.delivered
        assert self.member.deaths == self.deaths
        found = records.read(self.connection, TOPIC, self.member.position, 10**6)
        fresh = [r.offset for r in found if r.offset not in self.member.settled_ahead]
        assert fresh == self.unsettled
        try:
            groups.progress(self.connection, TOPIC, GROUP, before.epoch)
        except Fenced:
            return
        raise AssertionError("the member before was not fenced")

    @rule()
    def trim(self) -> None:
        """All that may go."""
        limit = groups.lowest_position(self.connection, TOPIC, self.published + 1)
        number = records.trim_chunk(self.connection, TOPIC, limit)
        self.trimmed += number
        assert self.trimmed == limit - 1

    @invariant()
    def the_position_is_the_first_unsettled(self) -> None:
        """And the table holds no more than what is settled above it."""
        (info,) = overview.Overview([TOPIC], lambda _: False).topics(self.connection, 0)
        (group,) = info.groups
        expected = self.unsettled[0] if self.unsettled else self.published + 1
        assert group.position == expected
        assert group.lag == len(self.unsettled)
        assert group.settled_ahead == sum(offset > expected for offset in self.settled)
        assert (info.start, info.end) == (self.trimmed + 1, self.published + 1)


TestGroups = GroupMachine.TestCase
TestGroups.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_a_group_behind_the_oldest_record_starts_with_what_is_left() -> None:
    """What was trimmed away under it is not lag: nothing of it will ever come."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, [TOPIC])
    records.append(connection, TOPIC, [("k", 0, b"", b"")] * 5)
    member = groups.join(connection, (TOPIC, GROUP), "one", 0)
    groups.leave(connection, member.group_id, member.epoch)
    assert records.trim_chunk(connection, TOPIC, 4) == 3
    assert groups.join(connection, (TOPIC, GROUP), "two", 0).position == 4
    (info,) = overview.Overview([TOPIC], lambda _: False).topics(connection, 0)
    assert [(group.position, group.lag) for group in info.groups] == [(4, 2)]
    connection.close()


def test_what_waits_when_its_member_dies_is_not_counted() -> None:
    """Of two that were tried, the one that did not run any more."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, [TOPIC])
    records.append(connection, TOPIC, [("k", 0, b"", b"")] * 2)
    for life in range(3):
        member = groups.join(connection, (TOPIC, GROUP), "one", 2 * life * groups.LEASE_US)
        assert member.deaths == ({2: life} if life else {})
        for offset in (1, 2):
            groups.attempt(connection, member.group_id, member.epoch, offset)
        groups.rest(connection, member.group_id, member.epoch, 1)
    connection.close()


def test_who_lost_the_group_cannot_say_that_something_waits() -> None:
    """As with every other word of it."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, [TOPIC])
    records.append(connection, TOPIC, [("k", 0, b"", b"")])
    old = groups.join(connection, (TOPIC, GROUP), "one", 0)
    new = groups.join(connection, (TOPIC, GROUP), "two", 2 * groups.LEASE_US)
    groups.attempt(connection, new.group_id, new.epoch, 1)
    with pytest.raises(Fenced):
        groups.rest(connection, old.group_id, old.epoch, 1)
    third = groups.join(connection, (TOPIC, GROUP), "three", 4 * groups.LEASE_US)
    assert third.deaths == {1: 1}
    connection.close()
