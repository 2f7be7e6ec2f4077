"""A contender as a process of its own: its processor time, its end by order and by force."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _CHILD_SYSTEM = 1, 11, 14
_LAST_LINES = 15


class Contender:
    """A running contender and whatever processes it starts."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], output: Path) -> None:
        """Start `command` in a session of its own; what it prints goes to `output`."""
        self._output = output
        with output.open("ab") as file:
            self._process = subprocess.Popen(
                command,
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self._process.poll() is not None

    def cpu_s(self) -> float:
        """Processor seconds of it and of its descendants so far."""
        return tree_cpu_s(self._process.pid)

    def kill(self) -> None:
        """SIGKILL it and all that it started."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self, patience_s: float) -> None:
        """Ask it to end, and kill it if it has not after `patience_s`."""
        if not self.ended:
            self._process.terminate()
            try:
                self._process.wait(patience_s)
            except subprocess.TimeoutExpired:
                self.kill()

    def last_words(self) -> str:
        """The end of what it printed."""
        lines = self._output.read_text(errors="replace").splitlines()
        return "\n".join(lines[-_LAST_LINES:])


def tree_cpu_s(root: int) -> float:
    """Processor seconds of process `root` and of its descendants (proc(5), /proc/PID/stat)."""
    stats = {int(path.name): _stat(path) for path in Path("/proc").glob("[0-9]*")}
    children: dict[int, list[int]] = {}
    for process, fields in stats.items():
        if fields:
            children.setdefault(int(fields[_PARENT]), []).append(process)
    ticks, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        fields = stats.get(process) or []
        ticks += sum(int(field) for field in fields[_USER : _CHILD_SYSTEM + 1])
        waiting += children.get(process, [])
    return ticks / _TICKS


def _stat(folder: Path) -> list[str]:
    """The fields behind the command's name, from the state on; [] if the process has gone."""
    try:
        return (folder / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
