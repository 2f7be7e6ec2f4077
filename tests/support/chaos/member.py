"""One process of the program, and everything that may be done to it."""

import itertools
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from support.chaos.lane import MemberSpec
from support.cli import Home

FAULTY_PROGRAM: Final = Path(__file__).with_name("faulty_program")
NOTES: Final = "notes.jsonl"
_NUMBERS: Final = itertools.count(1)


class Member:
    """A process of the program that can be killed, stopped and ordered to do so itself.

    Attributes:
        process: the one that runs, or ran last.
        number: which process of this test run that is; its id may be given to another one later.
        started: when it was, in seconds since 1970.
    """

    def __init__(self, home: Home, spec: MemberSpec, environment: dict[str, str]) -> None:
        """It runs in `home`, with `environment` added to what plants the faults."""
        self.spec = spec
        self._orders = home.folder / f"orders-{spec.name}.json"
        planted = {
            "PYTHONPATH": str(FAULTY_PROGRAM),
            "CHAOS_NOTES": str(home.folder / NOTES),
            "CHAOS_ORDERS": str(self._orders),
            "PYTHONFAULTHANDLER": "1",  # a crash of a library says where
        }
        self._home = Home(home.folder, {**home.environment, **planted, **environment})
        self.process: subprocess.Popen[bytes] | None = None
        self.number = 0
        self.started = 0.0

    @property
    def pid(self) -> int:
        """The id of the process that runs, or ran last; it may be another's when that has ended."""
        assert self.process is not None
        return self.process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs (or is stopped)."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it, without any order left from before."""
        self._orders.unlink(missing_ok=True)
        self.started = time.time()
        self.number = next(_NUMBERS)
        self._home.environment["CHAOS_MEMBER"] = str(self.number)
        self.process = self._home.start(self.spec.command)

    def send(self, number: signal.Signals) -> float:
        """Send a signal to this one process, unless it has ended; returns when it was sent."""
        assert self.process is not None
        at = time.time()
        self.process.send_signal(number)
        return at

    def order(self, point: str, nth: int, number: signal.Signals) -> None:
        """Let it send itself a signal at the `nth` passing of `point` from now on."""
        order = {"point": point, "nth": nth, "signal": number.name}
        fresh = self._orders.with_suffix(".new")
        fresh.write_text(json.dumps(order))
        fresh.replace(self._orders)

    def wait(self, timeout_s: float) -> int | None:
        """Its exit status, None if it runs longer than `timeout_s`."""
        assert self.process is not None
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def is_stopped(self) -> bool:
        """Whether it is stopped by a signal (state T in `/proc/[pid]/stat`, proc(5))."""
        if not self.alive:
            return False
        stat = Path(f"/proc/{self.pid}/stat").read_text()
        return stat[stat.rfind(")") + 2] == "T"

    def clear(self) -> None:
        """End it and what it has started; nothing if it has ended, and its id may be another's."""
        if self.process is not None and self.alive:
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()


def notes(folder: Path) -> Iterator[dict[str, Any]]:
    """What the spies of all members have written so far."""
    path = folder / NOTES
    if path.exists():
        yield from map(json.loads, path.read_text().splitlines())
