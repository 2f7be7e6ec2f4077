"""What every notifier of the registry keeps to: see `careerops.ports.notifier`.

A new kind is picked up from the registry. With an entry in `SETUPS` of `support.places` it is run
against a fake of its vendor, and what was told is read back; without one it is constructed with its
default options, in a folder of its own.
"""

import asyncio
import importlib
import re
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from careerops.domain.errors import Permanent
from careerops.domain.notification import Notification
from careerops.domain.render import render_text, render_title
from careerops.registry import REGISTRY
from support.adapters import event, every_kind, hostile, notification
from support.anything import EDGES, NASTY
from support.places import KINDS, Place, build, opened


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of the registry."""
    return request.param


@pytest.fixture
async def place(
    kind: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Place]:
    """Where it tells; relative paths of default options lie in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    async with opened(kind, tmp_path, capsys) as made:
        yield made


@pytest.fixture
async def notifier(kind: str, place: Place) -> AsyncIterator[Any]:
    """A notifier that can tell."""
    built = build(kind, place)
    yield built
    await built.close()


def assert_told(place: Place, *sent: Notification) -> None:
    """Where it can be read back: these and no others, each in its words."""
    if place.told is None:
        return
    texts = place.told()
    assert len(texts) == len(sent)
    for text, each in zip(texts, sent, strict=True):
        shown = re.sub(r"\s+", " ", text)
        assert re.sub(r"\s+", " ", render_text(each)).strip() in shown


def test_the_channel_is_its_name_or_its_kind(kind: str, place: Place) -> None:
    """It is the identity in the ledger, and stable over restarts."""
    assert build(kind, place).channel == kind
    assert build(kind, place, name="second").channel == "second"


def test_options_are_closed_and_do_not_quote_what_is_wrong(kind: str) -> None:
    """A key that was misplaced is in no error."""
    module, _, class_name = REGISTRY["notifier"][kind].partition(":")
    options = getattr(importlib.import_module(module), class_name).Options
    with pytest.raises(ValidationError) as caught:
        options.model_validate({"acces_token": "PLANTED-KEY"})
    assert "PLANTED-KEY" not in str(caught.value)


async def test_check_is_one_line_and_tells_nobody(notifier: Any, place: Place) -> None:
    """`careerops doctor` calls it, without asking the person; and where data goes is a host."""
    line = await notifier.check()
    assert line
    assert "\n" not in line
    assert re.fullmatch(r"[a-z0-9.:-]*", notifier.egress())
    assert_told(place)


async def test_every_kind_of_notification_is_told(notifier: Any, place: Place) -> None:
    """In order, each once."""
    sent = every_kind()
    for each in sent:
        assert await notifier.send(each) is None
    assert_told(place, *sent)


async def test_a_hostile_notification_is_told_harmlessly(notifier: Any, place: Place) -> None:
    """No line end, escape sequence or tag does anything; the next one is told as ever."""
    await notifier.send(hostile())
    await notifier.send(notification())
    assert_told(place, hostile(), notification())
    if place.told is not None:
        assert "\x1b" not in "".join(place.told())


async def test_any_name_and_any_time_are_told(notifier: Any, place: Place) -> None:
    """Names that look encoded, are markup or nothing at all; years 1 and 9999 in any zone."""
    sent = [
        notification(number, event=event(company=name[:120], role=name[:160]))
        for number, name in enumerate(NASTY)
    ]
    sent += [
        notification(
            100 + number,
            event=event(
                interview={"start": at, "end": EDGES[-1], "zone": zone}, deadline=at, received_at=at
            ),
        )
        for number, (at, zone) in enumerate(product(EDGES, ("Asia/Kolkata", "America/New_York")))
    ]
    for each in sent:
        await notifier.send(each)
    assert_told(place, *sent)


async def test_the_shortest_and_the_longest_notification_are_told(
    notifier: Any, place: Place
) -> None:
    """Nothing known, and everything at its bound."""
    bare = notification(
        1, event=event(company="", role="", summary="", evidence="", interview=None)
    )
    long = notification(2, event=event(summary="x" * 400, evidence="y" * 400, role="z" * 160))
    for each in (bare, long):
        await notifier.send(each)
    assert_told(place, bare, long)


async def test_sends_at_once_do_not_disturb_each_other(notifier: Any, place: Place) -> None:
    """The ledger sends one at a time for an account, and several accounts at once."""
    many = [
        notification(n, event=event(role=f"Role {n:02d}", interview=None), account="me")
        for n in range(12)
    ]
    await asyncio.gather(*(notifier.send(each) for each in many))
    if place.told is not None:
        told = "\n".join(place.told())
        assert [told.count(render_title(each)) for each in many] == [1] * 12


async def test_another_accounts_notification_is_never_told_to_ours(kind: str, place: Place) -> None:
    """A personal channel refuses it; a file or terminal of the operator's takes all."""
    ours = build(kind, place, account="ann")
    theirs = notification(account="bob")
    if place.personal:
        with pytest.raises(Permanent) as caught:
            await ours.send(theirs)
        assert caught.value.reason == "no_recipient"
        assert_told(place)
    else:
        await ours.send(theirs)
        assert_told(place, theirs)
    await ours.close()


async def test_it_may_be_closed_unused_and_twice(kind: str, place: Place) -> None:
    """Shutting down after a failed start does."""
    built = build(kind, place)
    await built.close()
    await built.close()
    assert_told(place)
