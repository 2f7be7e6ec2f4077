"""The recorder's process: starting it, commanding it, reading what it wrote."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.chaos.evidence import Effect, Run

_SCRIPT = Path(__file__).with_name("recorder.py")


@dataclass(slots=True)
class Outside:
    """A running recorder, at `url`, that writes to `path`."""

    url: str
    path: Path
    process: "subprocess.Popen[str]"

    def command(self, what: str, behaviour: str, *, times: int = 1, delay_s: float = 0.0) -> None:
        """Let the next `times` calls of `what` (`run`, `effect`) meet `behaviour`; 0 are all."""
        order = {"what": what, "behaviour": behaviour, "times": times, "delay_s": delay_s}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def seen(self) -> int:
        """Calls so far, of either kind."""
        with urllib.request.urlopen(f"{self.url}/counts", timeout=10) as answer:  # noqa: S310  # our own recorder on loopback
            return sum(json.load(answer).values())

    def lines(self) -> list[dict[str, Any]]:
        """What was written so far."""
        return [json.loads(line) for line in self.path.read_text().splitlines()]


@contextmanager
def outside(path: Path) -> Iterator[Outside]:
    """A recorder that writes to `path`, for as long as the block runs."""
    process = subprocess.Popen(
        [sys.executable, str(_SCRIPT), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Outside(f"http://127.0.0.1:{int(process.stdout.readline())}", path, process)
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()


def runs_of(lines: list[dict[str, Any]]) -> list[Run]:
    """The calls of the model, in the order of their arrival."""
    ends = {line["call"]: line for line in lines if line["what"] == "end"}
    return [
        Run(
            number=line["number"],
            token=line["token"],
            at=line["at"],
            end=ends[line["call"]]["at"] if line["call"] in ends else None,
            outcome=line["outcome"],
            repair=line["repair"],
            dropped=ends.get(line["call"], {}).get("dropped", True),
        )
        for line in lines
        if line["what"] == "run"
    ]


def effects_of(lines: list[dict[str, Any]], outcome: str = "accepted") -> list[Effect]:
    """The messages that the world took, or with `refused` did not, in the order of arrival."""
    return [
        Effect(line["number"], line["token"], line["at"], line["channel"], line["lost"])
        for line in lines
        if line["what"] == "effect" and line["outcome"] == outcome
    ]
