"""The first sync of an IMAP folder: recent mail first, history afterwards. Against Dovecot."""

import time
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from careerops.ports.mailbox import CaughtUp, FetchedMail
from support.dovecot import PASSWORD, Dovecot, dovecot
from support.imap_places import PASSWORD_VARIABLE, Proxy, imap_mailbox
from support.mailboxes import letter, read_all, unix

__all__ = ["dovecot"]

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The users' password, where the adapter looks for it."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)


def days_ago(days: float) -> datetime:
    """A moment in the past."""
    return datetime.now(UTC) - timedelta(days=days)


def with_history(server: Dovecot) -> str:
    """A user with mails 0 to 9, of which 2, 5 and 8 are recent: not in order of arrival."""
    user = server.add_user()
    for number in range(10):
        age = 1 if number in {2, 5, 8} else 30
        server.append(user, letter(number), received_at=days_ago(age))
    return user


def numbers(mails: list[FetchedMail]) -> list[int]:
    """The numbers in the subjects."""
    return [int(mail.raw.split(b"Subject: Letter ")[1].split(b"\r\n")[0]) for mail in mails]


async def test_recent_mails_come_first_and_older_ones_as_history(dovecot: Dovecot) -> None:
    """By the server's time of arrival, each mail once."""
    mails = await read_all(imap_mailbox(dovecot.port, with_history(dovecot)))
    assert numbers(mails) == [2, 5, 8, 0, 1, 3, 4, 6, 7, 9]
    assert [mail.backfill for mail in mails] == [False] * 3 + [True] * 7
    ages = [(datetime.now(UTC) - mail.received_at).days for mail in mails if mail.received_at]
    assert ages == [1] * 3 + [30] * 7


async def test_an_interruption_at_any_mail_loses_none_and_changes_no_kind(
    dovecot: Dovecot,
) -> None:
    """The cursor knows both places, of the recent mails and of the history."""
    user = with_history(dovecot)
    mailbox = imap_mailbox(dovecot.port, user)
    mails = await read_all(mailbox)
    history = {number for number in range(10) if number not in {2, 5, 8}}
    for taken in range(1, 11):
        rest = await read_all(mailbox, mails[taken - 1].cursor)
        assert set(numbers(rest)) >= set(numbers(mails[taken:]))
        assert set(numbers([mail for mail in rest if mail.backfill])) <= history
        assert len(set(numbers(rest))) == len(rest)


async def test_new_mail_does_not_wait_for_history(dovecot: Dovecot) -> None:
    """What arrives during a long first sync is told before the history is through."""
    user = dovecot.add_user()
    old = [letter(number, size=20_000) for number in range(400)]
    dovecot.append(user, *old, received_at=days_ago(30))
    order: list[int] = []
    mailbox = imap_mailbox(dovecot.port, user)
    async with aclosing(mailbox.fetch(None, frozenset(), follow=False)) as stream:
        async for item in stream:
            if isinstance(item, CaughtUp):
                break
            order.append(numbers([item])[0])
            if len(order) == 1:
                dovecot.append(user, letter(1000))
            assert item.backfill == (order[-1] != 1000)
    assert sorted(order) == [*range(400), 1000]
    assert order.index(1000) < 350


async def test_without_history_older_mails_are_never_read(dovecot: Dovecot) -> None:
    """And never become recent later."""
    user = with_history(dovecot)
    mailbox = imap_mailbox(dovecot.port, user, history=False)
    async with aclosing(mailbox.fetch(None, frozenset(), follow=False)) as stream:
        items = [item async for item in stream]
    assert numbers([item for item in items if isinstance(item, FetchedMail)]) == [2, 5, 8]
    dovecot.append(user, letter(10))
    assert numbers(await read_all(mailbox, items[-1].cursor)) == [10]


async def test_mails_copied_from_elsewhere_today_are_history_by_their_own_date(
    dovecot: Dovecot,
) -> None:
    """A mailbox moved to another provider does not ring the phone for every old mail."""
    user = dovecot.add_user()
    for number, age in enumerate((40, 1)):
        date = f"Date: {format_datetime(days_ago(age))}\r\n".encode()
        dovecot.append(user, date + letter(number))
    dovecot.append(user, b"Date: once upon a time\r\n" + letter(2))
    mails = await read_all(imap_mailbox(dovecot.port, user))
    assert [mail.backfill for mail in mails] == [True, False, False]


async def test_old_mail_that_arrives_after_the_first_sync_is_told(dovecot: Dovecot) -> None:
    """What the server has held back for weeks is new to the person."""
    user = dovecot.add_user()
    mailbox = imap_mailbox(dovecot.port, user)
    async with aclosing(mailbox.fetch(None, frozenset(), follow=False)) as stream:
        items = [item async for item in stream]
    dovecot.append(user, letter(0), received_at=days_ago(30))
    (mail,) = await read_all(mailbox, items[-1].cursor)
    assert not mail.backfill


async def test_deleted_mails_leave_no_hole_to_fall_into(dovecot: Dovecot) -> None:
    """UIDs with gaps, and a last mail that is gone, are no obstacle."""
    user = dovecot.add_user()
    dovecot.append(user, *(letter(number) for number in range(8)))
    dovecot.expunge(user, 1, 4, 5, 8)
    mailbox = imap_mailbox(dovecot.port, user)
    mails = await read_all(mailbox)
    assert numbers(mails) == [1, 2, 5, 6]
    dovecot.expunge(user, 7)
    dovecot.append(user, letter(8))
    assert set(numbers(await read_all(mailbox, mails[-1].cursor))) == {1, 2, 5, 8}


async def test_a_thousand_mails_in_seconds_and_without_a_trace(dovecot: Dovecot) -> None:
    """Complete, in order, pipelined; and not one command that could change the mailbox."""
    user = dovecot.add_user()
    sent = [letter(number, size=4096) for number in range(1000)]
    dovecot.append(user, *sent)
    before = dovecot.mail_files(user)
    began = time.monotonic()
    async with Proxy.to(dovecot.port) as proxy:
        mails = await read_all(imap_mailbox(proxy.port, user))
        commands = [line.split(b" ", 1)[1] for line in proxy.upstream.splitlines() if b" " in line]
    assert time.monotonic() - began < 20
    assert [unix(mail.raw) for mail in mails] == [unix(raw) for raw in sent]
    assert dovecot.mail_files(user) == before
    words = {b" ".join(command.split(b" ")[:2]).split(b" AUTH")[0] for command in commands}
    assert words <= {
        b"CAPABILITY",
        b"AUTHENTICATE PLAIN",
        b'EXAMINE "INBOX"',
        b"UID SEARCH",
        b"UID FETCH",
        b"LOGOUT",
    }
    assert not any(b"BODY[" in command for command in commands)
