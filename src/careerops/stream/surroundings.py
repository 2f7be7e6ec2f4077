"""What a dispatcher needs of its worker."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from careerops.domain.verdicts import Record, Verdict
from careerops.ops.metrics import Metrics
from careerops.ports.clock import Clock
from careerops.ports.eventlog import Delivery
from careerops.stream.message import Message
from careerops.stream.scopes import Scope

HandOver = Callable[[Message, tuple[Record, ...], Verdict | None], None]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a dispatcher needs of its worker.

    Attributes:
        spawn: run a coroutine as a supervised task.
        hand_over: pass a message's outputs and verdict to the settler, in order.
        attempt: record durably that a suspect is about to run.
        rest: record durably that a suspect does not run any more, and is not settled yet.
        decided: the verdict on a message whose id was in flight already when it came.
        drop: a message whose partition was taken away is not held any more.
        room: something waits that ran or was to run: more may be taken in.
        outstanding: how many outcomes are decided and not durable yet.
        out: a scope was found out, by this error; called again each time.
        clock, metrics: of the process.
    """

    spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
    hand_over: HandOver
    attempt: Callable[[int, Delivery], Awaitable[None]]
    rest: Callable[[int, Delivery], Awaitable[None]]
    decided: Callable[[Message], Awaitable[Verdict | None]]
    drop: Callable[[Message], None]
    room: Callable[[], None]
    outstanding: Callable[[], int]
    out: Callable[[Scope, Exception], None]
    clock: Clock
    metrics: Metrics
