"""Our stream engine against its peers, on one real broker in one run: `make bench-stream`.

    python benchmarks/bench_stream.py [--seconds 60] [--only NAME] [--workload NAME] [--quick]

Every contender is a process of its own that reads the same topic of one partition and awaits in
its handler. Peers are installed from hashed pins into environments of their own
(`stream/environments.py`), and used as their documentation recommends (`stream/peer_*.py`).

- *Rate*: messages a second in steady state. The topic is written before, is longer than the run,
  and the first seconds do not count.
- *Ceiling*: the same awaits under a bare asyncio semaphore in the same run, without a broker.
  Where the keys are the limit it is the longest chain of one key times the delay, over the
  messages that were handled; a consumer that ignores keys exceeds it and shows so out of order.
- *CPU*: user and system seconds of the contender's processes during the steady run. The broker's
  are not in it.
- *Out of order*: messages whose handler began before that of the message before them, of the
  same key, had ended.
- *Lost, repeated*: on a topic of its own as long as the contender handles in `--kill-seconds`,
  it gets a SIGKILL when half is handled, starts again with the same group, and goes on until all
  is handled or nothing comes for half a minute. Messages that were never handled are lost;
  handlers that ended for a message a second time are repeats.
- *Catch-up*: seconds from that restart to the end of the last message. The session of the killed
  process, 6 s for everybody, is in it, and the other half of the messages is.

Everybody commits about once a second where that can be said, and reads committed records only
where that can be had. The best figure of a column is marked, whoever has it. Exits 1 if a target
of ours is missed or one of ours fails. The figures of all workloads go to a JSON file.

Run it on a machine that does nothing else: 6 contenders at 6 workloads, and two that do one message
at a time at the first, take an hour and a quarter.
"""

import argparse
import json
import pstats
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stream import topics
from stream.broker import running_broker
from stream.contenders import CEILING, ENTRANTS, Entrant
from stream.environments import CACHE, NotInstalled
from stream.measure import killed, steady, warm_up_s
from stream.report import Row, missed, table
from stream.runs import BenchmarkFailed, Place
from stream.workloads import WORKLOADS, Workload

_SPARE_S = 5.0
_LEAST_KILLED = 50
_PROFILED = 25


@dataclass(slots=True)
class Benchmark:
    """One run of the benchmark.

    Attributes:
        servers: the broker.
        folder: for what is written during the run.
        seconds: of a steady run.
        kill_seconds: how long the run with a kill would take without one; 0 for no such run.
        profile: where to leave profiles, None for none.
    """

    servers: str
    folder: Path
    seconds: float
    kill_seconds: float
    profile: Path | None = None
    _ceilings: dict[tuple[int, float], float] = field(default_factory=dict)

    def run(self, workload: Workload, entrants: Sequence[Entrant]) -> list[Row]:
        """Measure `entrants` at `workload`, one after another."""
        ceiling = self._ceiling(workload)
        running_s = warm_up_s(workload, self.seconds) + self.seconds + _SPARE_S
        place = self._filled(workload, int(workload.slots_rate * running_s))
        try:
            return [self._row(entrant, workload, place, ceiling) for entrant in entrants]
        finally:
            topics.delete(self.servers, place.topic)

    def _ceiling(self, workload: Workload) -> float:
        """Messages a second of the bare semaphore, measured once for the same awaits."""
        key = (workload.concurrency, workload.delay_s)
        if key not in self._ceilings:
            place = Place("", "", 0, self.folder)
            self._ceilings[key] = steady(CEILING, workload, place, self.seconds).rate
        return self._ceilings[key]

    def _filled(self, workload: Workload, count: int) -> Place:
        topic = f"bench-{workload.name}-{count}-{time.time_ns()}"
        _say(f"{workload.name}: writing {count:,} messages")
        topics.create(self.servers, topic)
        topics.fill(self.servers, topic, workload, count)
        return Place(self.servers, topic, count, self.folder)

    def _row(self, entrant: Entrant, workload: Workload, place: Place, ceiling: float) -> Row:
        _say(f"{workload.name}: {entrant.title}")
        result = Row(entrant)
        try:
            profile = str(self.profile / f"{workload.name}.prof") if self.profile else ""
            figures = steady(entrant, workload, place, self.seconds, profile)
            bound = min(ceiling, figures.floor) if workload.bound_by_keys else ceiling
            result = Row(entrant, bound, figures)
            if self.kill_seconds <= 0:
                return result
            _say(f"{workload.name}: {entrant.title}: {figures.rate:,.0f}/s; now with a kill")
            count = max(_LEAST_KILLED, int(figures.rate * self.kill_seconds))
            shorter = self._filled(workload, min(count, place.count))
            try:
                return Row(entrant, bound, figures, killed(entrant, workload, shorter))
            finally:
                topics.delete(self.servers, shorter.topic)
        except (BenchmarkFailed, NotInstalled) as error:
            return Row(entrant, result.ceiling, result.steady, error=str(error))


def main() -> int:
    """Measure what the command line names, print tables, write the file."""
    options = _options()
    # Whoever ends this ends broker and contenders with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    workloads = [w for w in WORKLOADS if options.workload in (None, w.name)]
    entrants = [e for e in ENTRANTS if not options.only or e.name in options.only]
    results: dict[str, list[Row]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="bench-stream-") as name,
        running_broker(options.servers, Path(name) / "broker") as servers,
    ):
        folder = Path(name)
        profile = folder if options.profile else None
        bench = Benchmark(servers, folder, options.seconds, options.kill_seconds, profile)
        for workload in workloads:
            taking_part = [e for e in entrants if not e.serial or workload is WORKLOADS[0]]
            results[workload.name] = bench.run(workload, taking_part)
            print(table(workload, results[workload.name]), end="\n\n", flush=True)
            _write(options.json, options.seconds, results)
            if profile:
                _print_profile(profile / f"{workload.name}.prof")
    complaints = missed(results)
    for complaint in complaints:
        print(f"missed: {complaint}")
    return 1 if complaints else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    names = [entrant.name for entrant in ENTRANTS]
    parser.add_argument("--seconds", type=float, default=60.0, help="of a steady run")
    parser.add_argument("--kill-seconds", type=float, default=20.0, help="0: no kill")
    parser.add_argument("--only", action="append", choices=names, help="may be given repeatedly")
    parser.add_argument("--workload", choices=[workload.name for workload in WORKLOADS])
    parser.add_argument("--quick", action="store_true", help="5 s each: shows that all run")
    parser.add_argument("--servers", default="", help="a broker that runs already, host:port")
    parser.add_argument("--json", type=Path, default=CACHE / "results.json")
    parser.add_argument("--profile", action="store_true", help="profile the last of ours")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.kill_seconds = 5.0, 4.0
    return options


def _write(path: Path, seconds: float, results: dict[str, list[Row]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figures = {
        workload: {row.entrant.name: row.as_json() for row in rows}
        for workload, rows in results.items()
    }
    path.write_text(json.dumps({"seconds": seconds, "workloads": figures}, indent=1) + "\n")


def _print_profile(path: Path) -> None:
    if path.exists():
        pstats.Stats(str(path)).sort_stats("tottime").print_stats(_PROFILED)


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
