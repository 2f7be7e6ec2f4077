"""Key lanes: concurrency inside a partition, order within a key.

A lane holds the messages of one key in order and is in exactly one state:

    READY --take--> RUNNING --advance--> READY (more) or GONE (empty)
                    RUNNING --hold-----> HELD  --release--> READY
    READY, HELD --forget--> GONE

HELD is parked on a timer or waiting for a scope; which of them is its holder's business.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from careerops.stream.message import Message


class LaneState(Enum):
    """Where a lane stands."""

    READY = "ready"
    RUNNING = "running"
    HELD = "held"
    GONE = "gone"


Share = tuple[int, int]
"""(intake, partition): what can be taken away as a whole."""
LaneKey = tuple[int, int, str]


@dataclass(slots=True, eq=False)
class Lane:
    """The messages of one key, oldest first; empty only when it is GONE."""

    key: LaneKey
    queue: deque[Message] = field(default_factory=deque)
    state: LaneState = LaneState.READY

    @property
    def head(self) -> Message:
        """The message to run, running, or held."""
        return self.queue[0]

    @property
    def share(self) -> Share:
        """The intake and partition of its messages."""
        return self.key[:2]


class Lanes:
    """All lanes of a worker, and the order in which they get to run.

    Suspects (see `Message.alone`) go first, one at a time, and what came after them in their
    partition waits until they are past; then live mail goes, then history.

    Attributes:
        held: how many lanes are HELD.
        held_messages: messages in HELD lanes, by intake.
    """

    def __init__(self, history_slots: int) -> None:
        """Let at most `history_slots` messages of history run at once."""
        self.held = 0
        self.held_messages: Counter[int] = Counter()
        self._lanes: dict[LaneKey, Lane] = {}
        self._suspects: deque[Lane] = deque()
        self._live: deque[Lane] = deque()
        self._history: deque[Lane] = deque()
        self._behind: dict[Share, list[Lane]] = {}
        self._suspected: Counter[Share] = Counter()
        self._history_slots = history_slots
        self._history_running = 0
        self._running = 0
        self._suspect_running = False

    def __len__(self) -> int:
        return len(self._lanes)

    @property
    def running(self) -> int:
        """How many lanes have a handler at work."""
        return self._running

    def add(self, message: Message) -> None:
        """Append `message` to the lane of its partition and key."""
        record = message.delivery.record
        key = (message.intake, record.partition, record.key)
        lane = self._lanes.get(key)
        fresh = lane is None
        if lane is None:
            lane = self._lanes[key] = Lane(key)
        lane.queue.append(message)
        if lane.state is LaneState.HELD:
            self.held_messages[message.intake] += 1
        elif message.alone:
            self._suspected[lane.share] += 1
        if fresh:
            self._enqueue(lane)

    def take(self) -> Lane | None:
        """The next lane to run, now RUNNING, or None if nothing may start."""
        if self._suspects and not self._suspect_running:
            lane = _next(self._suspects)
            if lane is not None:
                return self._start(lane)
        while (lane := _next(self._live)) is not None:
            if not self._is_behind_suspects(lane):
                return self._start(lane)
        while self._history_running < self._history_slots:
            lane = _next(self._history)
            if lane is None or not self._is_behind_suspects(lane):
                return None if lane is None else self._start(lane)
        return None

    def advance(self, lane: Lane) -> None:
        """The head of a RUNNING lane is done."""
        self._stop(lane)
        done = lane.queue.popleft()
        if lane.queue:
            self._enqueue(lane)
        else:
            self._remove(lane)
        if done.alone:
            self._cleared(lane.share, 1)

    def hold(self, lane: Lane) -> None:
        """The head of a RUNNING lane has to wait; others go on."""
        self._stop(lane)
        lane.state = LaneState.HELD
        self.held += 1
        self.held_messages[lane.key[0]] += len(lane.queue)
        self._cleared(lane.share, _suspects_of(lane))

    def release(self, lane: Lane) -> None:
        """A HELD lane may run again; one that was forgotten meanwhile stays gone."""
        if lane.state is not LaneState.HELD:
            return
        self._not_held(lane)
        if suspects := _suspects_of(lane):
            self._suspected[lane.share] += suspects
        self._enqueue(lane)

    def forget(self, share: Share) -> tuple[list[Message], list[Lane]]:
        """Drop everything of `share` that does not run, and what runs is the last of its lane.

        Returns:
            The dropped messages, and the lanes that are gone.
        """
        dropped: list[Message] = []
        gone: list[Lane] = []
        for lane in [each for each in self._lanes.values() if each.share == share]:
            kept = [lane.queue.popleft()] if lane.state is LaneState.RUNNING else []
            for message in kept:
                message.revoked = True
            dropped += lane.queue
            if lane.state is LaneState.HELD:
                self._not_held(lane)
            lane.queue = deque(kept)
            if not kept:
                self._remove(lane)
                gone.append(lane)
        self._suspected[share] = sum(map(_suspects_of, self._of(share)))
        self._cleared(share, 0)
        return dropped, gone

    def _of(self, share: Share) -> Iterator[Lane]:
        return (lane for lane in self._lanes.values() if lane.share == share)

    def _remove(self, lane: Lane) -> None:
        lane.state = LaneState.GONE
        del self._lanes[lane.key]

    def _not_held(self, lane: Lane) -> None:
        self.held -= 1
        self.held_messages[lane.key[0]] -= len(lane.queue)

    def _is_behind_suspects(self, lane: Lane) -> bool:
        """Whether `lane` has to wait for suspects of its partition; it is put aside then."""
        if not self._suspected or not self._suspected[lane.share]:
            return False
        self._behind.setdefault(lane.share, []).append(lane)
        return True

    def _cleared(self, share: Share, number: int) -> None:
        """So many suspects of `share` are past, or wait: what came after the last may go on."""
        if not self._suspected and not self._behind:
            return
        self._suspected[share] -= number
        if self._suspected[share] <= 0:
            del self._suspected[share]
            for lane in self._behind.pop(share, ()):
                if lane.state is LaneState.READY:
                    self._enqueue(lane)

    def _enqueue(self, lane: Lane) -> None:
        lane.state = LaneState.READY
        head = lane.head
        if head.alone:
            self._suspects.append(lane)
        elif head.intake == 0:
            self._live.append(lane)
        else:
            self._history.append(lane)

    def _start(self, lane: Lane) -> Lane:
        lane.state = LaneState.RUNNING
        self._running += 1
        self._history_running += lane.head.intake != 0
        self._suspect_running = self._suspect_running or lane.head.alone
        return lane

    def _stop(self, lane: Lane) -> None:
        if lane.state is not LaneState.RUNNING:
            raise RuntimeError(f"a lane that is {lane.state.value} cannot stop running")
        self._running -= 1
        self._history_running -= lane.head.intake != 0
        if lane.head.alone:
            self._suspect_running = False


def _next(lanes: deque[Lane]) -> Lane | None:
    """The first of `lanes` that is still to run."""
    while lanes:
        lane = lanes.popleft()
        if lane.state is LaneState.READY:
            return lane
    return None


def _suspects_of(lane: Lane) -> int:
    return sum(message.alone for message in lane.queue)
