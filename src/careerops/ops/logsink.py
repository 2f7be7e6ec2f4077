"""Where log lines go: one stream, a line at a time, never an error to who logs."""

import os
import sys
import threading
from typing import Final, TextIO

_LOCK_WAIT_S: Final = 1.0


class LogSink:
    """Writes whole lines to a stream from any thread.

    Losing a line is better than losing a mail: a stream that is closed, full or blocked costs
    lines, which are counted, and never raises. Reentrant, because a warning may be
    issued (by a finaliser) while a line is being written.

    Attributes:
        lost: lines that were not written and not reported yet.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to `stream`; None is whatever `sys.stderr` is when a line is written."""
        self._stream = stream
        self._lock = threading.RLock()
        self._silenced = False
        self.lost = 0

    def write_line(self, line: str, reported: int = 0) -> None:
        """Write `line` and a newline and flush; waits at most 1 s for another thread's line.

        `reported` is the number of lost lines that `line` tells of.
        """
        if self._silenced or not self._lock.acquire(timeout=_LOCK_WAIT_S):
            self.lost += 1
            return
        stream = self._stream or sys.stderr
        try:
            stream.write(line + "\n")
            stream.flush()
            self.lost -= reported
        except BrokenPipeError:
            self.lost += 1
            self._silence(stream)
        except (OSError, ValueError, AttributeError):  # full, closed, or no stderr at all
            self.lost += 1
        finally:
            self._lock.release()

    def _silence(self, stream: TextIO) -> None:
        """Nobody reads any more: point the stream at nothing.

        What is left in its buffer would otherwise fail again when the interpreter flushes it at
        exit, and turn the process's exit status into 120.
        """
        self._silenced = True
        try:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, stream.fileno())
            os.close(nothing)
        except (OSError, ValueError):
            return
