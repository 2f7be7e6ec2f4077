"""Fault points: places of the program at which it may be told to kill or stop itself."""

import contextlib
import functools
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BEFORE_HANDLE = "before_handle"
AFTER_EFFECT = "after_effect"
AFTER_PRODUCE = "after_produce"
BEFORE_COMMIT = "before_commit"
AFTER_COMMIT = "after_commit"
BEFORE_CURSOR = "before_cursor"
PRODUCER_FATAL = "producer_fatal"
"""Here nobody is killed: a producer has a fatal error in the middle of a call."""
IN_BETWEEN = "in_between"
"""Between the two halves of what a breakage has torn apart."""

BREAKAGES: dict[str, Callable[[], None]] = {}
"""Name -> what plants it; filled by the modules of the lanes."""


class _Order:
    """What to do at which passing of which point; obeyed once."""

    def __init__(self) -> None:
        self._path = Path(os.environ["CHAOS_ORDERS"]) if "CHAOS_ORDERS" in os.environ else None
        self._read_at = 0
        self.point, _, nth = os.environ.get("CHAOS_KILL", "").partition(":")
        self.left = int(nth or 1)
        self.signal = signal.SIGKILL

    def refresh(self) -> None:
        """Read a new order, if there is one; it replaces the one before."""
        if self._path is None or not self._path.exists():
            return
        changed = self._path.stat().st_mtime_ns
        if changed != self._read_at:
            self._read_at = changed
            order = json.loads(self._path.read_text())
            self.point, self.left = order["point"], order["nth"]
            self.signal = signal.Signals[order["signal"]]


_ORDER = _Order()
_NOTES = (
    os.open(os.environ["CHAOS_NOTES"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    if "CHAOS_NOTES" in os.environ
    else -1
)

_MEMBER = int(os.environ.get("CHAOS_MEMBER", "0"))


def note(what: str, **facts: Any) -> None:
    """One line for the harness; what was written survives the death of this process."""
    if _NOTES >= 0:
        who = {"member": _MEMBER, "pid": os.getpid()}
        line = {"at": time.time(), **who, "what": what, **facts}
        with contextlib.suppress(OSError):  # a full disk is the program's trouble, not the spy's
            os.write(_NOTES, json.dumps(line).encode() + b"\n")


def passing(point: str) -> None:
    """The program is at `point`: do as ordered."""
    if ordered(point):
        os.kill(os.getpid(), _ORDER.signal)


def ordered(point: str) -> bool:
    """The program is at `point`: whether something is to happen there, now."""
    _ORDER.refresh()
    if _ORDER.point != point:
        return False
    _ORDER.left -= 1
    if _ORDER.left > 0:
        return False
    _ORDER.point = ""
    note("fired", point=point, signal=_ORDER.signal.name)
    return True


def around(owner: Any, name: str, *, before: str = "", after: str = "") -> None:
    """Let the coroutine function `name` of `owner` pass a point before and one after it."""
    honest = getattr(owner, name)

    @functools.wraps(honest)
    async def pointed(*arguments: Any, **named: Any) -> Any:
        if before:
            passing(before)
        result = await honest(*arguments, **named)
        if after:
            passing(after)
        return result

    setattr(owner, name, pointed)


def spy_on(subscription: Any, log: Any) -> None:
    """Note every delivery and every acknowledged settlement."""
    receive, settle = subscription.receive, log.settle

    @functools.wraps(receive)
    async def received(self: Any, limit: int) -> Any:
        deliveries = await receive(self, limit)
        for delivery in deliveries:
            note("delivered", **_place(delivery))
        return deliveries

    @functools.wraps(settle)
    async def settled(self: Any, settlements: Any) -> None:
        await settle(self, settlements)
        for settlement in settlements:
            note("settled", **_place(settlement.delivery))

    subscription.receive, log.settle = received, settled


def _place(delivery: Any) -> dict[str, Any]:
    record = delivery.record
    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    return {"group": delivery.group, "epoch": delivery.epoch, **place}


def install() -> None:
    """Plant the points that are the same on every log."""
    from careerops.adapters.notifier.whatsapp import WhatsAppNotifier  # noqa: PLC0415  # imported where the program is
    from careerops.services.classify import ClassifyHandler  # noqa: PLC0415  # the same
    from careerops.services.notify import NotifyHandler  # noqa: PLC0415  # the same
    from careerops.services.research import ResearchHandler  # noqa: PLC0415  # the same

    for handler in (ClassifyHandler, ResearchHandler, NotifyHandler):
        around(handler, "handle", before=BEFORE_HANDLE)
    around(WhatsAppNotifier, "send", after=AFTER_EFFECT)


def break_as_told() -> None:
    """Plant the breakage that the environment names, around everything else."""
    name = os.environ.get("CHAOS_BREAK")
    if name:
        BREAKAGES[name]()
