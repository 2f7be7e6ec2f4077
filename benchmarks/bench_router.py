"""Our router against plain round-robin and litellm's: what becomes of scarce quota.

    python benchmarks/bench_router.py [--mails 600] [--concurrency 32] [--only NAME]

A local provider, four keys in three scopes (two keys share one), 30 requests a minute and scope
which nobody is told of, and a backlog of mails. All contenders run side by side, each with such a
provider of its own, in real time: about eight minutes.

- *Share of the quota*: calls served, of those that could have been in the whole windows that the
  backlog took.
- *429s*: calls that were refused, and the most that one scope gave in one window.
- *Wasted*: calls beside the one that each mail needs.
- *Drained*: seconds until the last mail was answered; the ideal is a window for each full quota.

Ours is the classify service: its engine, handler, chain, prompt, checks and pool over credentials,
with a log in memory and quotas in an SQLite file. The others only send. Exits 1 where a target of
ours is missed: 0.98 of the quota, no 429 with limits configured, at most one a scope and window
where they have to be learnt.
"""

import argparse
import math
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from router.peers import PEERS, Peer, Result, fetched, judge, wait
from router.server import LIMIT, SCOPES, WINDOW_S
from stream.environments import NotInstalled

LATENCY_S = 0.5
LOADING_S = 20.0
"""The first begins when the slowest of them has read its packages."""
APART_S = 4.0
"""Each begins so long after the one before: a burst of one would delay the calls of another."""
SHARE = 0.98


def main() -> int:
    """Run all, print the table, say what was missed."""
    options = _options()
    peers = [peer for peer in PEERS if not options.only or peer.name in options.only]
    with ExitStack() as servers:
        ports = {peer: servers.enter_context(_provider()) for peer in peers}
        results = _race(ports, options.mails, options.concurrency)
    ideal_s = (math.ceil(options.mails / (LIMIT * len(set(SCOPES.values())))) - 1) * WINDOW_S
    print(f"{options.mails} mails, ideal {ideal_s + LATENCY_S:.1f} s")
    print(f"{'':34} share of quota   429s   most a scope and window   wasted   drained")
    for peer, result in results.items():
        print(
            f"{peer.title:34} {result.share:14.3f} {result.refused:6} {result.worst:25}"
            f" {result.wasted(options.mails):8} {result.drained_s:8.1f} s"
        )
        if result.served < options.mails:
            print(f"{'':34} ended after {result.served} mails")
    complaints = [
        line for peer, result in results.items() for line in missed_by(peer, result, options.mails)
    ]
    for line in complaints:
        print(f"missed: {line}")
    return 1 if complaints else 0


@contextmanager
def _provider() -> Iterator[int]:
    """The port of a provider in a process of its own."""
    command = [sys.executable, "-P", "-m", "router.server", str(LATENCY_S)]
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parent)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        if server.stdout is None or server.stdin is None:
            raise RuntimeError("no pipes")
        yield int(server.stdout.readline())
        server.stdin.close()


def _race(ports: dict[Peer, int], mails: int, concurrency: int) -> dict[Peer, Result]:
    running = {}
    start_at = time.time() + LOADING_S
    for number, (peer, port) in enumerate(ports.items()):
        try:
            running[peer] = peer.start(port, mails, concurrency, start_at + number * APART_S)
        except NotInstalled as error:
            print(f"{peer.title}: {error}", file=sys.stderr)
    wait(list(running.values()))
    return {peer: judge(fetched(ports[peer], peer.name), LATENCY_S) for peer in running}


def missed_by(peer: Peer, result: Result, mails: int) -> list[str]:
    """The targets that `peer` missed, for a person; nothing binds a peer that is not ours."""
    if not peer.ours:
        return []
    allowed = 0 if peer.knows else 1
    return [
        f"{peer.title}: {text}"
        for text, bad in (
            (f"{result.share:.3f} of the quota, wanted {SHARE}", result.share < SHARE),
            (f"{result.served} mails answered of {mails}", result.served < mails),
            (f"{result.worst} refusals of a scope in a window", result.worst > allowed),
        )
        if bad
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mails", type=int, default=600)
    parser.add_argument("--concurrency", type=int, default=32)
    names = [peer.name for peer in PEERS]
    parser.add_argument("--only", action="append", choices=names, help="may be given repeatedly")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
