"""What the calls for one answer used: who asks opens a bill, whoever pays writes on it.

The bill follows the call through tasks and awaits in a context variable, so that the classifiers
between need not know of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from careerops.llm.budget import Spent

NOTHING: Final = Spent()


@dataclass(slots=True)
class Bill:
    """What was used so far."""

    spent: Spent = NOTHING


_OPEN: ContextVar[Bill | None] = ContextVar("careerops_bill", default=None)


@contextmanager
def billed() -> Iterator[Bill]:
    """Within it, what is charged is on this bill and on none around it."""
    bill = Bill()
    token = _OPEN.set(bill)
    try:
        yield bill
    finally:
        _OPEN.reset(token)


def charge(spent: Spent) -> None:
    """Write `spent` on the open bill, if there is one."""
    bill = _OPEN.get()
    if bill is not None:
        bill.spent += spent
