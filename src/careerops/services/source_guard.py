"""One mailbox's failures kept apart from those of everything it shares a process with."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine

from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.mailbox import CaughtUp, FetchedMail


class SourceError(Exception):
    """The mailbox itself failed with `error`, and not what its mails are written to."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(type(error).__name__)
        self.error = error


Items = AsyncGenerator[FetchedMail | CaughtUp, None]


async def guarded(fetch: Callable[[], Items]) -> Items:
    """What the stream that `fetch` gives yields; closed with it.

    Raises:
        SourceError: whatever it raises, a cancellation that nobody asked for too.
    """
    try:
        stream = fetch()
    except Exception as error:  # noqa: BLE001  # an adapter of a third party may fail before its first item too
        raise SourceError(error) from None
    try:
        while True:
            try:
                item = await anext(stream)
            except StopAsyncIteration:
                return
            except asyncio.CancelledError as error:
                if _is_asked_to_end():
                    raise
                raise SourceError(error) from None
            except Exception as error:  # noqa: BLE001  # one mailbox's adapter may raise anything; the others are read all the same
                raise SourceError(error) from None
            yield item
    finally:
        await _close(stream)


async def vital(work: Coroutine[object, object, None]) -> None:
    """`work`; that it is cancelled though nobody asked is an error: task groups do not see it.

    Raises:
        SourceError: that it was.
    """
    try:
        await work
    except asyncio.CancelledError as error:
        if _is_asked_to_end():
            raise
        raise SourceError(error) from None


async def _close(stream: Items) -> None:
    """Close what ends anyway: that this fails too is worth a line and nothing more."""
    try:
        await stream.aclose()
    except asyncio.CancelledError:
        if _is_asked_to_end():
            raise
    except Exception as error:  # noqa: BLE001  # an adapter of a third party may raise anything when it is closed
        get_logger("ingest").warning(LogEvent.SOURCE_LOST, error_type=type(error).__name__)


def _is_asked_to_end() -> bool:
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
