"""IMAP while it is followed: how fast, and through what failures. Against Dovecot."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from careerops.adapters.mailbox.imap import ImapMailbox
from careerops.domain.errors import ConfigurationError
from careerops.ports.mailbox import CaughtUp, FetchedMail
from support.dovecot import PASSWORD, Dovecot, dovecot
from support.imap_places import PASSWORD_VARIABLE, Proxy, imap_mailbox
from support.mailboxes import letter, unix
from support.waiting import until, usual

__all__ = ["dovecot"]

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The users' password, where the adapter looks for it."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)


class Follower:
    """A mailbox being followed.

    Attributes:
        mails: what was yielded so far.
        caught_up: how often it was read to the end.
        cursor: the last one.
    """

    def __init__(self) -> None:
        self.mails: list[FetchedMail] = []
        self.caught_up = 0
        self.cursor: str | None = None

    @property
    def subjects(self) -> list[int]:
        """The numbers of the letters read, in the order read."""
        return [number_of(mail) for mail in self.mails]

    async def run(self, mailbox: ImapMailbox) -> None:
        """Follow until cancelled."""
        async with aclosing(mailbox.fetch(self.cursor, frozenset(), follow=True)) as stream:
            async for item in stream:
                self.cursor = item.cursor
                if isinstance(item, CaughtUp):
                    self.caught_up += 1
                else:
                    self.mails.append(item)


def number_of(mail: FetchedMail) -> int:
    """The number in the subject of a letter."""
    return int(mail.raw.split(b"Subject: Letter ")[1].split(b"\r\n")[0])


@asynccontextmanager
async def following(mailbox: Any) -> AsyncIterator[Follower]:
    """A follower that has caught up once."""
    follower = Follower()
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(follower.run(mailbox))
        await until(lambda: follower.caught_up == 1, "the first sync")
        yield follower
        task.cancel()


@pytest.mark.parametrize("connection", ["plain", "tls", "starttls"])
async def test_a_new_mail_is_yielded_within_a_second(dovecot: Dovecot, connection: str) -> None:
    """IDLE tells of it at once, in the clear and in TLS."""
    user = dovecot.add_user()
    ways: dict[str, dict[str, Any]] = {
        "plain": {},
        "tls": {"host": "localhost", "tls": "implicit", "port": dovecot.tls_port},
        "starttls": {"host": "localhost", "tls": "starttls"},
    }
    options = {"ca_file": dovecot.ca_file, "poll_s": 3600} | ways[connection]
    delays: list[float] = []
    async with following(imap_mailbox(dovecot.port, user, **options)) as follower:
        for number in range(3):
            await asyncio.to_thread(dovecot.append, user, letter(number))
            appended = time.monotonic()
            await until(lambda: len(follower.mails) == number + 1, "the mail")  # noqa: B023  # awaited in this turn
            delays.append(time.monotonic() - appended)
    assert usual(delays) < 1.0
    assert follower.subjects == [0, 1, 2]


async def test_without_idle_the_server_is_asked_again_and_again(dovecot: Dovecot) -> None:
    """Polling is the fallback, and the connection stays one."""
    user = dovecot.add_user()
    async with Proxy.to(dovecot.port) as proxy:
        async with following(imap_mailbox(proxy.port, user, idle=False)) as follower:
            for number in range(3):
                await asyncio.to_thread(dovecot.append, user, letter(number))
                await until(lambda: len(follower.mails) == number + 1, "the mail")  # noqa: B023  # awaited in this turn
        assert proxy.connections == 1
        assert b"IDLE" not in proxy.upstream


async def test_idle_is_renewed_before_the_server_would_end_it(dovecot: Dovecot) -> None:
    """DONE and IDLE again, over the same connection, and mail comes through afterwards."""
    user = dovecot.add_user()
    async with Proxy.to(dovecot.port) as proxy:
        async with following(imap_mailbox(proxy.port, user, idle_check_s=0.1)) as follower:
            await until(lambda: proxy.upstream.count(b" IDLE\r\n") >= 4, "IDLE to be renewed")
            await asyncio.to_thread(dovecot.append, user, letter(0))
            await until(lambda: follower.caught_up == 2, "the mail and the end")
        assert proxy.connections == 1
        assert follower.subjects == [0]


async def test_a_connection_cut_during_idle_is_made_again(dovecot: Dovecot) -> None:
    """Mail that came while it was down is read, and nothing twice."""
    user = dovecot.add_user()
    dovecot.append(user, letter(0))
    async with Proxy.to(dovecot.port) as proxy:
        async with following(imap_mailbox(proxy.port, user)) as follower:
            for number in (1, 2, 3):
                proxy.cut()
                await asyncio.to_thread(dovecot.append, user, letter(number))
                await until(lambda: len(follower.mails) > number, "the mail")  # noqa: B023  # awaited in this turn
        assert proxy.connections >= 4
    assert follower.subjects == [0, 1, 2, 3]


async def test_a_half_open_connection_is_noticed(dovecot: Dovecot) -> None:
    """A peer that vanished without a word is found out by asking it."""
    user = dovecot.add_user()
    async with Proxy.to(dovecot.port) as proxy:
        mailbox = imap_mailbox(proxy.port, user, idle_check_s=0.3, timeout_s=0.5)
        async with following(mailbox) as follower:
            proxy.stall()
            await asyncio.to_thread(dovecot.append, user, letter(0))
            await until(lambda: len(follower.mails) == 1, "the mail over a new connection")
        assert proxy.connections >= 2


async def test_every_mail_arrives_although_each_connection_is_cut(dovecot: Dovecot) -> None:
    """Wherever in the answer to a FETCH the cut falls, no mail is lost or read twice."""
    user = dovecot.add_user()
    sizes = [2_000 + 137 * number for number in range(60)]
    dovecot.append(user, *(letter(n, size=size) for n, size in enumerate(sizes)))
    async with Proxy.to(dovecot.port) as proxy:
        proxy.cut_after = 30_000
        follower = Follower()
        mailbox = imap_mailbox(proxy.port, user)
        # Until the first mail, an unreachable server is the caller's business.
        async with aclosing(mailbox.fetch(None, frozenset(), follow=True)) as stream:
            async with asyncio.timeout(60):
                async for item in stream:
                    if isinstance(item, CaughtUp):
                        break
                    follower.mails.append(item)
        assert proxy.connections > 5
    assert follower.subjects == list(range(60))
    assert all(
        unix(mail.raw) == unix(letter(number, size=sizes[number]))
        for number, mail in enumerate(follower.mails)
    )


async def test_two_folders_are_followed_at_once(dovecot: Dovecot) -> None:
    """Each over its own connection, whatever letters its name has, with one cursor for both."""
    user = dovecot.add_user()
    # Bewerbungen & Köln, as Dovecot stores it.
    stored = "Bewerbungen &- K&APY-ln"
    dovecot.append(user, letter(0), folder=f'"{stored}"')
    dovecot.append(user, letter(1))
    mailbox = imap_mailbox(dovecot.port, user, folders=["INBOX", "Bewerbungen & Köln"])
    async with following(mailbox) as follower:
        assert sorted(follower.subjects) == [0, 1]
        await asyncio.to_thread(dovecot.append, user, letter(2), folder=f'"{stored}"')
        await until(lambda: len(follower.mails) == 3, "the folder's mail")
        await asyncio.to_thread(dovecot.append, user, letter(3))
        await until(lambda: len(follower.mails) == 4, "the INBOX's mail")
        await until(lambda: follower.caught_up == 3, "the end of both")
    assert {mail.labels for mail in follower.mails} == {("INBOX",), ("Bewerbungen & Köln",)}
    assert follower.cursor is not None
    again = [item async for item in mailbox.fetch(follower.cursor, frozenset(), follow=False)]
    assert [type(item) for item in again] == [CaughtUp]


async def test_a_changed_password_is_read_again(dovecot: Dovecot, tmp_path: Path) -> None:
    """Refused credentials while following: slowly again, with what the secret's file says then."""
    user = dovecot.add_user()
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    async with Proxy.to(dovecot.port) as proxy:
        mailbox = imap_mailbox(proxy.port, user, password=f"file:{secret}")
        async with following(mailbox) as follower:
            await asyncio.to_thread(dovecot.set_password, user, "changed")
            proxy.cut()
            await until(lambda: proxy.connections >= 4, "refused attempts")
            secret.write_text("changed")
            await until(lambda: len(_logins(proxy)) > 4, "an attempt with the new password")
            with dovecot.connect(user, "changed") as client:
                client.append("INBOX", "", "", letter(0))
            await until(lambda: len(follower.mails) == 1, "the mail")
    with pytest.raises(ConfigurationError, match="refuses the username or the password"):
        await anext(imap_mailbox(dovecot.port, user).fetch(None, frozenset(), follow=True))


def _logins(proxy: Proxy) -> list[bytes]:
    return [line for line in proxy.upstream.split(b"\r\n") if b" AUTHENTICATE PLAIN " in line]


async def test_a_restarted_server_is_found_again(dovecot: Dovecot) -> None:
    """Its mail and position are as before."""
    user = dovecot.add_user()
    dovecot.append(user, letter(0))
    async with following(imap_mailbox(dovecot.port, user)) as follower:
        await asyncio.to_thread(dovecot.stop)
        await asyncio.to_thread(dovecot.start)
        await asyncio.to_thread(dovecot.append, user, letter(1))
        await until(lambda: len(follower.mails) == 2, "the mail after the restart")
    assert follower.subjects == [0, 1]


async def test_a_renumbered_folder_is_read_anew(dovecot: Dovecot) -> None:
    """Another UIDVALIDITY: all again under new locators, nothing lost, none of it history."""
    user = dovecot.add_user()
    dovecot.append(user, letter(0), letter(1))
    async with following(imap_mailbox(dovecot.port, user)) as follower:
        await asyncio.to_thread(dovecot.stop)
        dovecot.change_uid_validity(user)
        await asyncio.to_thread(dovecot.start)
        await asyncio.to_thread(dovecot.append, user, letter(2))
        await until(lambda: len(follower.mails) == 5, "everything again")
    assert follower.subjects[:2] == [0, 1]
    assert sorted(follower.subjects[2:]) == [0, 1, 2]
    assert len({mail.locator for mail in follower.mails}) == 5
    assert not any(mail.backfill for mail in follower.mails)
