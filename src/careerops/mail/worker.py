"""The parser's own process: mails on stdin, events on stdout, one after the other.

    python -P -m careerops.mail.worker

A mail that kills or stalls this process harms no other one. It ends when its stdin does, so it
never outlives its parent, writes nothing but answers, and says nothing of a mail on stderr.
A test can plant a fault: a `sitecustomize` module on PYTHONPATH that replaces
`careerops.mail.parse.parse_mail`, which is looked up anew for each mail.
"""

import gc
import os
import signal
from typing import BinaryIO

from careerops.domain.errors import Permanent
from careerops.mail import parse
from careerops.mail.wire import FAILED, READY, answer, parsed_answer, read_request

GC_THRESHOLD = 20_000
READ_BYTES = 64 * 1024
"""As much as a pipe holds."""
MEMORY_BYTES = 1024**3
"""Address space of the process: a mail that wants more gets a MemoryError, not the machine."""


def main() -> None:
    """Answer requests until stdin ends."""
    # Ctrl-C, a closed terminal and a stop of the whole group reach this process too; its parent
    # decides when to end. Not every system has SIGHUP.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    limit_memory(MEMORY_BYTES)
    answers = _own_stdout()
    # Every object of a mail dies with it; cycles are rare and the default collects too often.
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    with open(0, "rb", buffering=READ_BYTES, closefd=False) as requests:
        serve(requests, answers)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer every request of a stream, each before the next is read."""
    _send(answers, answer(READY))
    while (request := read_request(requests)) is not None:
        try:
            frame = parsed_answer(parse.parse_mail(request))
        except Permanent as error:
            frame = answer(FAILED, str(error).encode())
        except Exception as error:  # noqa: BLE001  # told to the parent; the mail is at fault, the process goes on
            frame = answer(FAILED, f"the mail cannot be parsed ({type(error).__name__})".encode())
        del request
        _send(answers, frame)


def limit_memory(limit_bytes: int) -> None:
    """Cap the address space of this process, where the system can."""
    try:
        import resource  # noqa: PLC0415  # absent on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = limit_bytes if hard == resource.RLIM_INFINITY else min(limit_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _own_stdout() -> BinaryIO:
    """The stdout, for answers alone: whatever else is printed in this process goes nowhere."""
    own = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return os.fdopen(own, "wb")


def _send(answers: BinaryIO, frame: bytes) -> None:
    answers.write(frame)
    answers.flush()


if __name__ == "__main__":
    main()
