"""Lanes, retry delays and dead letters, each by its laws."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.domain.envelope import MAX_DEAD_LETTER_HEADER_BYTES, Envelope
from careerops.domain.errors import Permanent
from careerops.domain.topics import RAW_INBOX
from careerops.ports.eventlog import Delivery, LogRecord
from careerops.stream.deadletter import dead_letter, notes_of, replayed
from careerops.stream.lanes import Lane, Lanes
from careerops.stream.message import Message
from careerops.stream.retry import RetryPolicy

WHEN = datetime(2026, 1, 5, tzinfo=UTC)


def record(offset: int, key: str, headers: tuple[tuple[str, bytes], ...] = ()) -> LogRecord:
    """A record of the live topic."""
    return LogRecord(RAW_INBOX, 0, offset, key, WHEN, headers, b"value")


def message(offset: int, key: str, *, intake: int = 0, suspect: bool = False) -> Message:
    """A message as the worker would hold it."""
    delivery = Delivery(record(offset, key), "g", 1, deaths=int(suspect), suspect=suspect)
    return Message(delivery, Envelope(str(offset), "t", "s", WHEN), intake)


@given(st.data())
def test_lanes_keep_order_within_a_key_and_leak_none(data: st.DataObject) -> None:
    """Whatever is taken, held, released and finished: a key's messages end in their order."""
    keys = data.draw(st.lists(st.sampled_from("abc"), max_size=20))
    lanes = Lanes(history_slots=2)
    for offset, key in enumerate(keys):
        lanes.add(message(offset, key, intake=data.draw(st.integers(0, 1))))
    running: list[Lane] = []
    held: list[Lane] = []
    done: list[Message] = []
    while len(lanes):
        lane = lanes.take()
        if lane is not None:
            running.append(lane)
        step = data.draw(st.sampled_from(["finish", "hold", "release"]))
        if step == "hold" and running and lane is not None:
            held.append(running.pop())
            lanes.hold(held[-1])
        elif step == "release" and held:
            lanes.release(held.pop(0))
        elif running:
            each = running.pop(data.draw(st.integers(0, len(running) - 1)))
            done.append(each.head)
            lanes.advance(each)
        elif lane is None and held:
            lanes.release(held.pop(0))
        assert lanes.running == len(running)
        assert lanes.held == len(held)
    assert len(done) == len(keys)
    for intake in (0, 1):
        for key in "abc":
            offsets = [
                m.delivery.record.offset
                for m in done
                if m.delivery.record.key == key and m.intake == intake
            ]
            assert offsets == sorted(offsets)


def test_one_suspect_runs_at_a_time_and_its_partition_waits_behind_it() -> None:
    """What came after it in its partition starts when it is past; another partition goes on."""
    lanes = Lanes(history_slots=1)
    lanes.add(message(1, "a", suspect=True))
    lanes.add(message(2, "b", suspect=True))
    lanes.add(message(3, "c"))
    lanes.add(message(1, "d", intake=1))
    first, other = lanes.take(), lanes.take()
    assert first is not None
    assert other is not None
    assert (first.key, other.key) == ((0, 0, "a"), (1, 0, "d"))
    assert lanes.take() is None
    lanes.advance(first)
    second = lanes.take()
    assert second is not None
    assert second.key == (0, 0, "b")
    assert lanes.take() is None
    lanes.advance(second)
    third = lanes.take()
    assert third is not None
    assert third.key == (0, 0, "c")


def test_a_suspect_that_has_to_wait_holds_nobody_up() -> None:
    """Parked it cannot kill; when it may run again, what starts later waits for it again."""
    lanes = Lanes(history_slots=1)
    lanes.add(message(1, "a", suspect=True))
    lanes.add(message(2, "b"))
    lanes.add(message(3, "c"))
    suspect = lanes.take()
    assert suspect is not None
    assert lanes.take() is None
    lanes.hold(suspect)
    running = lanes.take()
    assert running is not None
    assert running.key == (0, 0, "b")
    lanes.release(suspect)
    assert lanes.take() is suspect
    assert lanes.take() is None
    lanes.advance(suspect)
    assert lanes.take() is not None


def test_a_lane_that_does_not_run_cannot_be_finished() -> None:
    """A double finish is a bug in the caller and is not passed over."""
    lanes = Lanes(history_slots=1)
    lanes.add(message(0, "a"))
    lane = lanes.take()
    assert lane is not None
    lanes.hold(lane)
    with pytest.raises(RuntimeError):
        lanes.advance(lane)


@given(st.integers(1, 60), st.floats(0, 1))
def test_delays_grow_and_stay_under_their_cap(failures: int, jitter: float) -> None:
    """Our own delays are bounded; jitter only shortens them."""
    policy = RetryPolicy(jitter=jitter)
    assert 0 <= policy.delay_s(failures) <= policy.max_delay_s


@given(st.floats(0, 10_000))
def test_a_delay_asked_for_is_never_undercut(asked_s: float) -> None:
    """A server's own delay is a lower bound, and is not stretched by more than two seconds."""
    assert asked_s <= RetryPolicy().delay_s(1, asked_s) <= asked_s + 2


def test_nothing_stays_parked_beyond_the_limit() -> None:
    """Attempts or time, whichever comes first."""
    policy = RetryPolicy()
    assert not policy.exhausted(2, 599)
    assert policy.exhausted(3, 0)
    assert policy.exhausted(1, 601)


def test_a_dead_letters_headers_are_bounded_and_what_we_add_is_kept() -> None:
    """Original headers are cut before our own notes are."""
    huge = tuple((f"h{n}", b"x" * 10_000) for n in range(20))
    letter = dead_letter(
        record(3, "k", huge),
        stage="classify",
        reason="r",
        attempts=1,
        at=WHEN,
        error=Permanent("x"),
        explanation="e" * 10_000,
    )
    assert sum(len(n) + len(v) for n, v in letter.headers) <= MAX_DEAD_LETTER_HEADER_BYTES
    assert notes_of(letter.headers)["stage"] == "classify"


def test_a_replay_restores_topic_bytes_and_headers_and_counts() -> None:
    """Replayed twice, the record is the original with `careerops-replay: 2`."""
    original = record(3, "k", (("ce_id", b"1"),))
    times = 0
    for _ in range(2):
        letter = dead_letter(
            original, stage="s", reason="r", attempts=0, at=WHEN, error=None, explanation=""
        )
        again, times = replayed(letter.headers, letter.value, letter.key)
        original = LogRecord(again.topic, 0, 9, again.key, WHEN, again.headers, again.value)
    assert times == 2
    assert again.topic == RAW_INBOX
    assert again.headers == (("ce_id", b"1"), ("careerops-replay", b"2"))
