"""Who takes part.

Each peer is used as its own documentation recommends for handling messages that wait for
something, with offsets committed after processing, and by key where it offers that; see the
`peer_*.py` beside this file. All commit about once a second where that can be said, have the same
session timeout, and read committed records only, where that can be had.

The Java parallel-consumer (`io.confluent.parallelconsumer:parallel-consumer-core`) does not take
part: it is another language's, and the measure of an await is not the same there. By hand: a
class that subscribes to a topic filled by `topics.fill`, with ordering KEY, `maxConcurrency` of
the workload and a handler that sleeps its delay, run on the class path that Maven resolves.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from stream.environments import python_of


@dataclass(frozen=True, slots=True)
class Entrant:
    """One contender.

    Attributes:
        name: as the command line calls it.
        title: as the table calls it.
        module: what is run.
        environment: name of its pins; '' for our own environment.
        serial: whether it has one message in hand at a time: whatever the workload, it does one
            a delay, so it takes part in the first workload only.
    """

    name: str
    title: str
    module: str
    environment: str = ""
    serial: bool = False

    @property
    def ours(self) -> bool:
        """Whether targets bind it."""
        return self.name.startswith("ours")

    def python(self) -> Path:
        """Its interpreter; a peer's environment is made on first use."""
        return python_of(self.environment) if self.environment else Path(sys.executable)


CEILING = Entrant("ceiling", "bare semaphore, no broker", "stream.peer_semaphore")
BARE = Entrant("ours-bare", "CareerOps, bare engine", "stream.ours_bare")
FULL = Entrant("ours-full", "CareerOps, everything on", "stream.ours_full")

ENTRANTS = (
    BARE,
    FULL,
    Entrant("pyrallel", "pyrallel-consumer 1.0.0", "stream.peer_pyrallel", "pyrallel"),
    Entrant("arroyo", "sentry-arroyo 2.48.0", "stream.peer_arroyo", "arroyo"),
    Entrant(
        "faststream-concurrent",
        "FastStream 0.7.8, concurrent 0.7.2",
        "stream.peer_faststream_concurrent",
        "faststream-concurrent",
    ),
    Entrant("faust", "faust-streaming 0.15.3", "stream.peer_faust", "faust"),
    Entrant("faststream", "FastStream 0.7.8", "stream.peer_faststream", "faststream", serial=True),
    Entrant("quix", "quixstreams 3.28.1", "stream.peer_quix", "quix", serial=True),
)
