"""What holds for every test, whatever this run was started by."""

import signal
from collections.abc import Iterator
from types import FrameType

import pytest

from support.cli import end_what_was_started


def _to_children_only(_: int, __: FrameType | None) -> None:
    """Nothing: who had us started without this signal shall not end the run by it."""


def _undo_what_was_inherited() -> None:
    """Let the programs that tests start have every signal's default action.

    `nohup`, cron and the background jobs of a script start us with signals ignored, and whoever we
    start inherits that. A signal that has a handler is given back its default by exec(2); ours
    does nothing, so that the run itself goes on ignoring what it was told to ignore.
    """
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _to_children_only)


_undo_what_was_inherited()


@pytest.fixture(autouse=True)
def _no_command_outlives_its_test() -> Iterator[None]:
    """A test that fails before it ends what it started takes no port and no core from the next."""
    yield
    end_what_was_started()
