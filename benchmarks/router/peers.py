"""Running a contender against the provider, and judging what came in there."""

import json
import math
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from router.server import LIMIT, SCOPES, WINDOW_S
from stream.environments import python_of

HERE = Path(__file__).resolve().parent
LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True)
class Peer:
    """One contender.

    Attributes:
        name: its path at the provider.
        title: as the table calls it.
        module: what is run.
        environment: name of its pins; '' for our own environment.
        knows: whether it is told the limits.
    """

    name: str
    title: str
    module: str
    environment: str = ""
    knows: bool = True

    @property
    def ours(self) -> bool:
        """Whether targets bind it."""
        return self.name.startswith("ours")

    def start(
        self, port: int, mails: int, concurrency: int, start_at: float
    ) -> "subprocess.Popen[bytes]":
        """Start it; its first call is at `start_at` (seconds since 1970)."""
        python = python_of(self.environment, HERE / "requirements") if self.environment else None
        job = {
            "base_url": f"http://127.0.0.1:{port}/{self.name}/v1",
            "keys": list(SCOPES),
            "scopes": list(SCOPES.values()),
            "limit": LIMIT if self.knows else 0,
            "mails": mails,
            "concurrency": concurrency,
            "start_at": start_at,
        }
        path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
        environment = {"PYTHONPATH": path, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        return subprocess.Popen(
            [str(python or sys.executable), "-P", "-m", self.module, json.dumps(job)],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=sys.stderr,
        )


PEERS = (
    Peer("ours-configured", "CareerOps, limits configured", "router.ours"),
    Peer("ours-learning", "CareerOps, limits learnt", "router.ours", knows=False),
    Peer("round-robin", "plain round-robin", "router.peer_round_robin"),
    Peer("litellm", "litellm Router, limits configured", "router.peer_litellm", "litellm"),
    Peer(
        "litellm-unaware",
        "litellm Router, no limits",
        "router.peer_litellm",
        "litellm",
        knows=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a contender.

    Attributes:
        drained_s: from its first call to the end of its last one that was served.
        share: of the quota of all scopes that it used, over the whole windows of that time.
        refused: calls that were answered by 429.
        worst: the most 429s that one scope gave in one window.
        served: calls that were answered.
    """

    drained_s: float
    share: float
    refused: int
    worst: int
    served: int

    def wasted(self, mails: int) -> int:
        """Calls beside the one that each of `mails` needs."""
        return self.refused + max(0, self.served - mails)


def judge(calls: Sequence[dict[str, Any]], latency_s: float) -> Result:
    """What `calls`, as the provider saw them, amount to."""
    begin = calls[0]["at"]
    served = [call["at"] - begin for call in calls if call["served"]]
    refused = [call for call in calls if not call["served"]]
    windows = max(1, math.floor(served[-1] / WINDOW_S))
    # The last window has only what is left: it says nothing about the quota.
    full = sum(at < windows * WINDOW_S for at in served)
    by_window = Counter(
        (call["scope"], math.floor((call["at"] - begin) / WINDOW_S)) for call in refused
    )
    return Result(
        drained_s=served[-1] + latency_s,
        share=full / (windows * LIMIT * len(set(SCOPES.values()))),
        refused=len(refused),
        worst=max(by_window.values(), default=0),
        served=len(served),
    )


def fetched(port: int, name: str) -> list[dict[str, Any]]:
    """The calls of a contender, as the provider saw them."""
    url = f"http://127.0.0.1:{port}/{name}/calls"
    with urllib.request.urlopen(url, timeout=30) as response:  # our own address
        calls: list[dict[str, Any]] = json.load(response)
    return calls


def wait(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Wait until all have ended; kill what has not after an hour."""
    deadline = time.monotonic() + LONGEST_S
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
