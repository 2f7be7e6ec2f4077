"""What a contender is told, and the work that it does for each message.

Standard library only: contenders import it inside environments that hold nothing of ours.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from stream.effects import EffectFile
from stream.values import key_number, number_of

SESSION_TIMEOUT_MS = 6_000
"""After how long a broker gives up a silent member, alike for all: a killed one leaves its
partition that much later to the one that follows it."""

COMMIT_EVERY_S = 1.0
"""How often to commit, for those who can be told: it bounds what a kill repeats."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a contender is told, as one JSON argument.

    Attributes:
        servers: addresses of the broker.
        topic: to read, one partition, from its start.
        group: to join; what is committed there is not read again.
        concurrency: handlers that may run at once.
        delay_s: what a handler awaits.
        effects: file to append effects to.
        folder: for whatever else the contender wants to write.
        profile: where to leave a profile of the process, '' for none.
    """

    servers: str
    topic: str
    group: str
    concurrency: int
    delay_s: float
    effects: str
    folder: str
    profile: str = ""

    @classmethod
    def from_command_line(cls) -> "Job":
        """The job that the harness gave to this process."""
        return cls(**json.loads(sys.argv[1]))

    def argument(self) -> str:
        """For the command line of a contender."""
        return json.dumps(asdict(self))

    def work(self) -> "Work":
        """The handler's body."""
        return Work(self.delay_s, EffectFile(Path(self.effects)))


class Work:
    """The body of every contender's handler: wait, then say that it was done."""

    def __init__(self, delay_s: float, effects: EffectFile) -> None:
        """Wait `delay_s` a message."""
        self._delay_s = delay_s
        self._effects = effects

    async def wait(self, value: bytes, key: bytes) -> None:
        """Handle a message on the event loop."""
        began = time.monotonic()
        await asyncio.sleep(self._delay_s)
        self.done(value, key, began)

    def block(self, value: bytes, key: bytes) -> None:
        """Handle a message in a thread."""
        began = time.monotonic()
        time.sleep(self._delay_s)
        self.done(value, key, began)

    def done(self, value: bytes, key: bytes, began: float) -> None:
        """Say that the message whose handler began then has been handled."""
        self._effects.ended(number_of(value), key_number(key), began)
