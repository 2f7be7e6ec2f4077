"""Whatever a notifier does wrong, for as long as it likes: nothing is lost, flooded or frozen.

Every kind of the registry is run by the sender for an hour of simulated time, over its real vendor
or a fake of it. A new kind is picked up from the registry, as in `test_notifier`.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from careerops.domain.errors import OutcomeUnknown
from careerops.domain.notification import Notification
from support.hour import BAD, Hour, all_bad, one_bad
from support.places import KINDS, build, opened
from support.telling import Channel, World


class Wrong:
    """A real notifier that, after it has really told, ends as `ending` says.

    Attributes:
        told: how often each notification was delivered.
        silent: sends that never return.
        only: the one notification that it happens to, '' = all.
    """

    channel = "phone"

    def __init__(self, inner: Any, ending: Callable[["Wrong"], Awaitable[object]]) -> None:
        self._inner = inner
        self._ending = ending
        self.told: Counter[str] = Counter()
        self.silent = 0
        self.only = BAD.notification_id
        self.mended = False
        self.released = asyncio.Event()

    async def send(self, notification: Notification) -> object:
        """Tell, then go wrong."""
        answer = await self._inner.send(notification)
        self.told[notification.notification_id] += 1
        if self.mended or self.only not in ("", notification.notification_id):
            return answer
        return await self._ending(self)

    async def close(self) -> None:
        """Close the real one."""
        self.released.set()
        await self._inner.close()


def _raises(error: Callable[[], BaseException]) -> Callable[[Wrong], Awaitable[object]]:
    async def ending(wrong: Wrong) -> object:
        del wrong
        raise error()

    return ending


def _returns(value: object) -> Callable[[Wrong], Awaitable[object]]:
    async def ending(wrong: Wrong) -> object:
        del wrong
        return value

    return ending


async def _never(wrong: Wrong) -> object:
    wrong.silent += 1
    try:
        return await asyncio.Event().wait()
    finally:
        wrong.silent -= 1


async def _cancels_itself(wrong: Wrong) -> object:
    del wrong
    inner = asyncio.ensure_future(asyncio.Event().wait())
    inner.cancel()
    return await inner


async def _ignores_its_end(wrong: Wrong) -> object:
    """As a loop with a bare `except:` does."""
    with suppress(asyncio.CancelledError):
        await _never(wrong)
    while not wrong.released.is_set():
        with suppress(asyncio.CancelledError):
            await wrong.released.wait()
    return None


ENDINGS: dict[str, Callable[[Wrong], Awaitable[object]]] = {
    "RuntimeError": _raises(lambda: RuntimeError("a bug")),
    "OSError": _raises(lambda: OSError(24, "Too many open files")),
    "KeyError": _raises(lambda: KeyError("messages")),
    "group": _raises(lambda: ExceptionGroup("tasks", [ValueError("a bug")])),
    "TimeoutError": _raises(TimeoutError),
    "StopAsyncIteration": _raises(StopAsyncIteration),
    "CancelledError": _raises(asyncio.CancelledError),
    "cancels-itself": _cancels_itself,
    "OutcomeUnknown": _raises(lambda: OutcomeUnknown("nobody knows")),
    "True": _returns(value=True),
    "False": _returns(value=False),
    "text": _returns(""),
    "dict": _returns({}),
    "object": _returns(object()),
    "never": _never,
    "ignores-its-end": _ignores_its_end,
}
ALWAYS = ["RuntimeError", "CancelledError", "OutcomeUnknown", "dict", "never"]
TWICE = 2


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("kind", KINDS)
async def test_one_notification_that_goes_wrong_for_ever_harms_no_other(
    kind: str,
    ending: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Told twice at most, the others as ever; one alert, an entry to be found, a living sender."""
    monkeypatch.chdir(tmp_path)
    async with opened(kind, tmp_path, capsys) as place:
        phone = Wrong(build(kind, place), ENDINGS[ending])
        mail = Channel(channel="mail")
        world = World(phone, others=[mail], per_hour=1000)
        hour = Hour(world, lambda: phone.silent, monkeypatch)
        await one_bad(world, hour, phone.told.__contains__, mail)
        assert 1 <= phone.told.pop(BAD.notification_id) <= TWICE
        assert set(phone.told.values()) == {1}
        await phone.close()


@pytest.mark.parametrize("ending", ALWAYS)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_notifier_that_always_goes_wrong_floods_nobody(
    kind: str,
    ending: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each told twice at most in an hour, and told as ever once it is mended."""
    monkeypatch.chdir(tmp_path)
    async with opened(kind, tmp_path, capsys) as place:
        phone = Wrong(build(kind, place), ENDINGS[ending])
        phone.only = ""
        mail = Channel(channel="mail")
        world = World(phone, others=[mail], per_hour=1000)
        hour = Hour(world, lambda: phone.silent, monkeypatch)

        def mend() -> None:
            phone.mended = True

        await all_bad(world, hour, phone.told.__contains__, mail, mend)
        assert max(phone.told.values()) <= TWICE
        if place.told is not None:
            assert len(place.told()) == sum(phone.told.values())
        await phone.close()
