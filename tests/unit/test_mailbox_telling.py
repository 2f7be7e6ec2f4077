"""Mailboxes over files say when their place is away, and when it is read again."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from careerops.ports.mailbox import FetchedMail, MailboxState, MendingMailbox, Standing
from support.mailboxes import LIVE, FileSource, letter
from support.waiting import until


@pytest.mark.parametrize("kind", LIVE, ids=lambda kind: kind.kind)
async def test_a_place_that_goes_away_is_said_and_so_is_its_return(
    kind: type[FileSource], tmp_path: Path
) -> None:
    """An unmounted drive is not a quiet mailbox."""
    source = kind(tmp_path)
    source.deliver(letter(0))
    mailbox = source.mailbox()
    assert isinstance(mailbox, MendingMailbox)
    said: list[Standing] = []
    mailbox.watch(said.append)
    mails: list[FetchedMail] = []
    assert not await mailbox.secret_changed()

    async def follow() -> None:
        async with aclosing(mailbox.fetch(None, frozenset(), follow=True)) as stream:
            async for item in stream:
                mails.extend([item] if isinstance(item, FetchedMail) else [])

    def state() -> MailboxState | None:
        return said[-1].state if said else None

    task = asyncio.create_task(follow())
    await until(lambda: state() is MailboxState.FOLLOWING, "it to be followed")
    assert MailboxState.READING in {standing.state for standing in said}
    away = source.place.with_name("away")
    source.place.rename(away)
    await until(lambda: state() is MailboxState.DOWN, "its absence to be said")
    assert "FileNotFoundError" in said[-1].reason
    assert "\n" not in said[-1].reason
    away.rename(source.place)
    await until(lambda: state() is MailboxState.FOLLOWING, "its return to be said")
    source.deliver(letter(1))
    await until(lambda: len(mails) == 2, "the mail that came later")
    assert not task.done()
    task.cancel()
    await asyncio.wait({task})
