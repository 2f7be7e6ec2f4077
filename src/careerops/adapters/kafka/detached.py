"""Calls to brokers in threads that nobody has to wait for.

The client blocks in C for as long as brokers say nothing. A thread of the loop's executor would
then keep the process from ending: both the loop and the interpreter wait for those.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

CLOSE_S: Final = 1.0
"""How long a client that belongs to no group may take to close: it has nothing to hand over."""


async def detached(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `call` returns or raises. Cancelled, it runs on, and what it brings is dropped."""
    done: Future[T] = Future()
    done.set_running_or_notify_cancel()

    def work() -> None:
        try:
            done.set_result(call(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  # whoever waits gets it
            done.set_exception(error)

    threading.Thread(target=work, name="kafka-call", daemon=True).start()
    return await asyncio.wrap_future(done)
