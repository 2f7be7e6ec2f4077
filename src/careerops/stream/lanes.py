"""Key lanes: concurrency inside a partition, order within a key.

A lane holds the messages of one key in order and is in exactly one state:

    READY --take--> RUNNING --advance--> READY (more) or gone (empty)
                    RUNNING --hold-----> HELD  --release--> READY

HELD is parked on a timer or waiting for a scope; which of them is its holder's business.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum

from careerops.stream.message import Message


class LaneState(Enum):
    """Where a lane stands."""

    READY = "ready"
    RUNNING = "running"
    HELD = "held"


LaneKey = tuple[int, int, str]


@dataclass(slots=True, eq=False)
class Lane:
    """The messages of one key, oldest first; never empty while it exists."""

    key: LaneKey
    queue: deque[Message] = field(default_factory=deque)
    state: LaneState = LaneState.READY

    @property
    def head(self) -> Message:
        """The message to run, running, or held."""
        return self.queue[0]


class Lanes:
    """All lanes of a worker, and the order in which they get to run.

    Suspects (see `Delivery.suspect`) go first and alone, then live mail, then history.
    """

    def __init__(self, history_slots: int) -> None:
        """Let at most `history_slots` messages of history run at once."""
        self._lanes: dict[LaneKey, Lane] = {}
        self._suspects: deque[Lane] = deque()
        self._live: deque[Lane] = deque()
        self._history: deque[Lane] = deque()
        self._history_slots = history_slots
        self._history_running = 0
        self._running = 0
        self._suspect_running = False
        self.held = 0

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
        if lane is None:
            lane = self._lanes[key] = Lane(key)
            lane.queue.append(message)
            self._enqueue(lane)
        else:
            lane.queue.append(message)

    def take(self) -> Lane | None:
        """The next lane to run, now RUNNING, or None if nothing may start."""
        if self._suspect_running:
            return None
        if self._suspects:
            return None if self._running else self._start(self._suspects.popleft())
        if self._live:
            return self._start(self._live.popleft())
        if self._history and self._history_running < self._history_slots:
            return self._start(self._history.popleft())
        return None

    def advance(self, lane: Lane) -> None:
        """The head of a RUNNING lane is done."""
        self._stop(lane)
        lane.queue.popleft()
        if lane.queue:
            self._enqueue(lane)
        else:
            del self._lanes[lane.key]

    def hold(self, lane: Lane) -> None:
        """The head of a RUNNING lane has to wait; others go on."""
        self._stop(lane)
        lane.state = LaneState.HELD
        self.held += 1

    def release(self, lane: Lane) -> None:
        """A HELD lane may run again."""
        self.held -= 1
        self._enqueue(lane)

    def _enqueue(self, lane: Lane) -> None:
        lane.state = LaneState.READY
        head = lane.head
        if head.delivery.suspect:
            self._suspects.append(lane)
        elif head.intake == 0:
            self._live.append(lane)
        else:
            self._history.append(lane)

    def _start(self, lane: Lane) -> Lane:
        lane.state = LaneState.RUNNING
        self._running += 1
        self._history_running += lane.head.intake != 0
        self._suspect_running = lane.head.delivery.suspect
        return lane

    def _stop(self, lane: Lane) -> None:
        if lane.state is not LaneState.RUNNING:
            raise RuntimeError(f"a lane that is {lane.state.value} cannot stop running")
        self._running -= 1
        self._history_running -= lane.head.intake != 0
        self._suspect_running = False
