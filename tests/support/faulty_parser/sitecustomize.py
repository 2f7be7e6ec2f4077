"""Put on PYTHONPATH, it plants faults in the mail parser's process, by words in the mail."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from careerops.ports.mailparser import ParsedMail, ParseRequest

MORE_THAN_ALLOWED_BYTES = 2 * 1024**3


def _loop() -> None:
    while True:
        pass


def _garbage() -> None:
    """Past all buffers, on whatever descriptor the answers go to."""
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b"\1" * 64)
        except OSError:
            continue


def _once() -> None:
    """Die, but only the first time."""
    mark = Path(os.environ["FAULT_ONCE"])
    if not mark.exists():
        mark.touch()
        os.abort()


FAULTS: dict[bytes, Callable[[], object]] = {
    b"FAULT-ABORT": os.abort,
    b"FAULT-KILL": lambda: os.kill(os.getpid(), signal.SIGKILL),
    b"FAULT-EXIT": lambda: os._exit(0),
    b"FAULT-GARBAGE": _garbage,
    b"FAULT-PRINT": lambda: print("what a library may print", flush=True),  # noqa: T201  # the fault itself
    b"FAULT-LOOP": _loop,
    b"FAULT-MEMORY": lambda: bytes(MORE_THAN_ALLOWED_BYTES),
    b"FAULT-ONCE": _once,
}

if "careerops.mail.worker" in sys.orig_argv:
    from careerops.mail import parse

    _honest = parse.parse_mail

    def _faulty(request: "ParseRequest") -> "ParsedMail":
        """Parse, or do what the mail names."""
        for word, fault in FAULTS.items():
            if word in request.raw:
                fault()
        return _honest(request)

    parse.parse_mail = _faulty
