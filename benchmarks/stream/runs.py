"""The processes of one contender at one workload, and waiting for what they do."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from stream.contenders import Entrant
from stream.effects import EffectReader
from stream.job import Job
from stream.processes import Contender
from stream.workloads import Workload

_HERE = Path(__file__).resolve().parent
_PATIENCE_S = 60.0
_STOP_S = 15.0
_LOOK_S = 0.05
_SERIAL = count()


class BenchmarkFailed(Exception):
    """A contender did not do what it is to be measured at; says which and what it printed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run takes place.

    Attributes:
        servers: the broker.
        topic: what is read; '' for the ceiling, which reads nothing.
        count: messages in it.
        folder: for what is written during the run.
    """

    servers: str
    topic: str
    count: int
    folder: Path


@dataclass(slots=True)
class Run:
    """A contender's processes, one after another, that share a group and a file of effects."""

    entrant: Entrant
    workload: Workload
    place: Place
    profile: str = ""
    effects: EffectReader = field(init=False)
    _contender: Contender | None = None
    _job: Job = field(init=False)

    def __post_init__(self) -> None:
        """Make the folder of the run."""
        group = f"bench-{self.entrant.name}-{self.workload.name}-{next(_SERIAL)}"
        folder = self.place.folder / group
        folder.mkdir(parents=True)
        self.effects = EffectReader(folder / "effects")
        self._job = Job(
            servers=self.place.servers,
            topic=self.place.topic,
            group=group,
            concurrency=self.workload.concurrency,
            delay_s=self.workload.delay_s,
            effects=str(folder / "effects"),
            folder=str(folder),
            profile=self.profile,
        )

    def start(self) -> None:
        """Start a process."""
        command = [
            str(self.entrant.python()), "-P", "-m", self.entrant.module, self._job.argument()
        ]  # fmt: skip
        output = Path(self._job.folder) / "output"
        self._contender = Contender(command, {"PYTHONPATH": str(_HERE.parent)}, output)

    def until(self, reached: Callable[[], bool], patience_s: float = _PATIENCE_S) -> None:
        """Wait for a condition, as long as the contender lives and gets on.

        Raises:
            BenchmarkFailed: it ended, or handled nothing for `patience_s`.
        """
        lines, since = self.effects.count(), time.monotonic()
        while not reached():
            now, lines_now = time.monotonic(), self.effects.count()
            if lines_now > lines:
                lines, since = lines_now, now
            if self.contender.ended:
                raise self.failed("it ended")
            if now - since > patience_s:
                raise self.failed(f"nothing happens for {patience_s:.0f} s")
            time.sleep(_LOOK_S)

    def failed(self, what: str) -> BenchmarkFailed:
        """An error that says so, with the end of what the contender printed."""
        return BenchmarkFailed(f"{what}\n{self.contender.last_words()}")

    @property
    def contender(self) -> Contender:
        """The process that runs or ran last."""
        if self._contender is None:
            raise RuntimeError("nothing was started")
        return self._contender

    def progress(self) -> tuple[int, float, float]:
        """Lines so far, processor seconds so far, and the time."""
        return self.effects.count(), self.contender.cpu_s(), time.monotonic()

    def kill(self) -> None:
        """SIGKILL."""
        self.contender.kill()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL if that does not help."""
        if self._contender is not None:
            self._contender.stop(_STOP_S)
