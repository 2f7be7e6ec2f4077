"""What every `Mailbox` promises, as tests; a module of tests derives a class a kind or two."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from blockbuster import blockbuster_ctx
from pydantic import ValidationError

from careerops.domain.errors import ConfigurationError
from careerops.ports.mailbox import CaughtUp, FetchedMail
from support.mailboxes import (
    Source,
    letter,
    open_descriptors,
    read_all,
    read_until_caught_up,
    unix,
)
from support.waiting import until

FOLLOW_S = 10.0


def raws(mails: list[FetchedMail]) -> list[bytes]:
    """What was read, without the difference that line ends make."""
    return [unix(mail.raw) for mail in mails]


def letters(*numbers: int) -> list[bytes]:
    """What was delivered, likewise."""
    return [unix(letter(number)) for number in numbers]


class MailboxContract:
    """What holds for every kind; a deriving class has the fixture `source`."""

    @pytest.fixture
    def source(self) -> Source:
        """An empty place."""
        raise NotImplementedError

    async def test_yields_mails_in_order_then_that_it_caught_up(self, source: Source) -> None:
        """The source's order, every byte, and the end."""
        for number in range(7):
            source.deliver(letter(number))
        mails = await read_all(source.mailbox())
        assert raws(mails) == letters(*range(7))
        assert [mail.size for mail in mails] == [len(mail.raw) for mail in mails]
        assert len({mail.locator for mail in mails}) == 7
        assert not any(mail.backfill for mail in mails)

    async def test_a_cursor_or_the_locators_of_any_position_resume_without_loss(
        self, source: Source
    ) -> None:
        """Whatever was committed after any mail, what follows it is read."""
        for number in range(6):
            source.deliver(letter(number))
        mailbox = source.mailbox()
        mails = await read_all(mailbox)
        for taken in range(len(mails) + 1):
            cursor = mails[taken - 1].cursor if taken else None
            known = frozenset(mail.locator for mail in mails[:taken] if mail.cursor is None)
            told = letters(*range(taken))
            rest = [raw for raw in raws(await read_all(mailbox, cursor, known)) if raw not in told]
            assert rest == letters(*range(taken, 6))

    async def test_what_was_caught_up_with_is_not_read_again(self, source: Source) -> None:
        """The last position is the end, and stays it when more comes."""
        for number in range(3):
            source.deliver(letter(number))
        mailbox = source.mailbox()
        async with aclosing(mailbox.fetch(None, frozenset(), follow=False)) as stream:
            mails, cursor = await read_until_caught_up(stream)
        known = frozenset(mail.locator for mail in mails if mail.cursor is None)
        assert await read_all(mailbox, cursor, known) == []
        source.deliver(letter(3))
        assert raws(await read_all(mailbox, cursor, known)) == letters(3)

    async def test_a_cursor_that_is_none_of_ours_begins_anew(self, source: Source) -> None:
        """A cursor damaged or from elsewhere costs repeats, not mail."""
        source.deliver(letter(0))
        for cursor in ("", "null", "[]", "{", '{"offset": "x"}', '{"folders": {"INBOX": 3}}', "\0"):
            assert raws(await read_all(source.mailbox(), cursor)) == letters(0)

    async def test_known_locators_are_left_out(self, source: Source) -> None:
        """What is known is not read again, and locators are the same each time."""
        for number in range(5):
            source.deliver(letter(number))
        mails = await read_all(source.mailbox())
        known = frozenset(mail.locator for mail in mails[1:4])
        assert raws(await read_all(source.mailbox(), None, known)) == letters(0, 4)

    async def test_an_oversized_mail_is_its_head_and_its_size(self, source: Source) -> None:
        """Above the limit 64 KiB are carried, and the neighbours are whole."""
        large = letter(1, size=300_000)
        for raw in (letter(0), large, letter(2)):
            source.deliver(raw)
        mails = await read_all(source.mailbox(max_mail_bytes=100_000))
        assert [len(mail.raw) for mail in mails][1] == 64 * 1024
        assert mails[1].size in {len(large), len(unix(large))}
        assert unix(large).startswith(unix(mails[1].raw.rstrip(b"\r")))
        assert raws([mails[0], mails[2]]) == letters(0, 2)

    async def test_a_mail_at_the_limit_is_whole(self, source: Source) -> None:
        """The limit itself is allowed."""
        raw = letter(0, size=80_000)
        source.deliver(raw)
        (mail,) = await read_all(source.mailbox(max_mail_bytes=len(raw)))
        assert unix(mail.raw) == unix(raw)

    async def test_reading_changes_nothing(self, source: Source) -> None:
        """Bytes, names, flags and times of change are as before."""
        for number in range(4):
            source.deliver(letter(number))
        before = source.snapshot()
        mailbox = source.mailbox()
        await mailbox.check()  # type: ignore[attr-defined]  # beside the port, for `doctor`
        assert len(await read_all(mailbox)) == 4
        async with aclosing(mailbox.fetch(None, frozenset(), follow=True)) as stream:
            assert len((await read_until_caught_up(stream))[0]) == 4
        assert source.snapshot() == before

    async def test_a_missing_place_is_one_line_that_names_it(self, source: Source) -> None:
        """Nobody has to search for what is wrong."""
        mailbox, named = source.missing()
        for follow in (False, True):
            with pytest.raises(ConfigurationError) as caught:
                await anext(mailbox.fetch(None, frozenset(), follow=follow))
            assert named in str(caught.value)
            assert "\n" not in str(caught.value)
        with pytest.raises(ConfigurationError):
            await mailbox.check()  # type: ignore[attr-defined]  # beside the port, for `doctor`

    async def test_closing_midway_leaves_nothing_open(self, source: Source) -> None:
        """No task, file or connection outlives the generator."""
        source.deliver_all(letter(number) for number in range(300))
        await read_all(source.mailbox())
        before = open_descriptors()
        for follow in (False, True):
            stream = source.mailbox().fetch(None, frozenset(), follow=follow)
            assert isinstance(await anext(stream), FetchedMail)
            await stream.aclose()
            await all_closed(before)
            assert asyncio.all_tasks() == {asyncio.current_task()}

    async def test_cancelling_while_it_waits_leaves_nothing_open(self, source: Source) -> None:
        """Nor does anything outlive a follower that is cancelled."""
        source.deliver(letter(0))
        await read_all(source.mailbox())
        before = open_descriptors()
        caught_up = asyncio.Event()

        async def follow() -> None:
            stream: AsyncGenerator[FetchedMail | CaughtUp, None]
            async with aclosing(source.mailbox().fetch(None, frozenset(), follow=True)) as stream:
                async for item in stream:
                    if isinstance(item, CaughtUp):
                        caught_up.set()

        task = asyncio.create_task(follow())
        async with asyncio.timeout(FOLLOW_S):
            await caught_up.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await all_closed(before)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    async def test_the_event_loop_is_never_blocked(self, source: Source) -> None:
        """Files and names are looked up in threads."""
        for number in range(3):
            source.deliver(letter(number))
        mailbox = source.mailbox()
        with blockbuster_ctx("careerops"):
            await mailbox.check()  # type: ignore[attr-defined]  # beside the port, for `doctor`
            assert len(await read_all(mailbox)) == 3
            async with aclosing(mailbox.fetch(None, frozenset(), follow=True)) as stream:
                await read_until_caught_up(stream)

    async def test_the_name_is_kind_account_and_place(self, source: Source) -> None:
        """It keys the cursor, so it stays the same."""
        assert source.mailbox().name.startswith(f"{source.kind}:me:")
        assert source.mailbox().name == source.mailbox().name
        assert source.mailbox().name != source.missing()[0].name or source.kind == "imap"

    async def test_the_check_is_one_line_for_a_person(self, source: Source) -> None:
        """`doctor` prints it."""
        source.deliver(letter(0))
        line = await source.mailbox().check()  # type: ignore[attr-defined]  # beside the port
        assert line
        assert "\n" not in line
        assert any(char.isdigit() for char in line)

    def test_unknown_and_senseless_keys_are_refused(self, source: Source) -> None:
        """A misspelt key is not a silent default."""
        for options in ({"pth": "x"}, {"max_mail_bytes": 10}, {"poll_s": 0}):
            with pytest.raises(ValidationError):
                source.mailbox(**options)


class LiveMailboxContract(MailboxContract):
    """What holds besides for places that may be empty and that more mail comes to."""

    async def test_an_empty_place_is_caught_up_at_once(self, source: Source) -> None:
        """No mail is no error."""
        assert await read_all(source.mailbox()) == []

    async def test_following_sees_what_comes_and_says_when_it_caught_up(
        self, source: Source
    ) -> None:
        """Each arrival is read once, each time to the end."""
        source.deliver(letter(0))
        async with (
            asyncio.timeout(FOLLOW_S),
            aclosing(source.mailbox().fetch(None, frozenset(), follow=True)) as stream,
        ):
            assert raws((await read_until_caught_up(stream))[0]) == letters(0)
            for number in (1, 2):
                source.deliver(letter(number))
                assert raws((await read_until_caught_up(stream))[0]) == letters(number)


async def all_closed(before: set[str]) -> None:
    """Wait until nothing is open that was not open before.

    Raises:
        AssertionError: something stays open; it says what.
    """
    left = set[str]()

    def closed() -> bool:
        left.clear()
        left.update(open_descriptors() - before)
        return not left

    try:
        await until(closed, "files and connections to close")
    except AssertionError as error:
        raise AssertionError(f"still open: {sorted(left)}") from error
