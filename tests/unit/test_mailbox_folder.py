"""Maildirs and folders of .eml files: names, order, and files that move while they are read."""

import asyncio
import os
import shutil
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from careerops.adapters.mailbox.eml import EmlMailbox
from careerops.adapters.mailbox.folder import FolderMailbox, MailFile
from careerops.adapters.mailbox.maildir import MaildirMailbox
from careerops.domain.errors import ConfigurationError, Outage
from careerops.ports.mailbox import CaughtUp, FetchedMail
from support.adapters import context
from support.mailboxes import age, letter, read_all, read_until_caught_up
from support.waiting import HANG_S, until


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """An empty Maildir."""
    for name in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
    return tmp_path / "Maildir"


def over_maildir(path: Path, **options: Any) -> MaildirMailbox:
    """The adapter, quick to notice changes."""
    given = MaildirMailbox.Options.model_validate({"path": path, "poll_s": 0.05} | options)
    return MaildirMailbox(given, context(real_time=True))


def over_eml(path: Path, **options: Any) -> EmlMailbox:
    """Likewise."""
    given = EmlMailbox.Options.model_validate({"path": path, "poll_s": 0.05} | options)
    return EmlMailbox(given, context(real_time=True))


def locators(mails: list[FetchedMail]) -> list[str]:
    """Where they were."""
    return [mail.locator for mail in mails]


async def test_a_maildir_is_read_in_order_of_delivery(maildir: Path) -> None:
    """By the time in the name as a number, then by the name; what has none comes last."""
    for name in ("new/10.b.h", "cur/9.z.h:2,S", "cur/10.a.h:2,", "new/odd", "new/.hidden"):
        (maildir / name).write_bytes(letter(0))
    (maildir / "new" / "11.folder").mkdir()
    (maildir / "tmp" / "8.unfinished").write_bytes(b"half")
    (maildir / "new" / "12.dangling").symlink_to(maildir / "nowhere")
    mails = await read_all(over_maildir(maildir))
    assert locators(mails) == ["9.z.h", "10.a.h", "10.b.h", "odd"]
    assert mails[0].received_at == datetime.fromtimestamp(9, UTC)
    assert mails[3].received_at is None
    assert {mail.labels for mail in mails} == {("INBOX",)}
    assert {mail.cursor for mail in mails} == {None}


async def test_subfolders_are_read_on_request(maildir: Path) -> None:
    """Maildir++ and plain ones, each mail under its folder's name."""
    for folder in (".Jobs", "Archive/2026"):
        (maildir / folder / "cur").mkdir(parents=True)
        (maildir / folder / "cur" / "1.x.h:2,S").write_bytes(letter(1))
    (maildir / "cur" / "1.x.h:2,S").write_bytes(letter(0))
    assert locators(await read_all(over_maildir(maildir))) == ["1.x.h"]
    found = await read_all(over_maildir(maildir, recursive=True))
    assert sorted((mail.locator, mail.labels[0]) for mail in found) == [
        (".Jobs/1.x.h", "Jobs"),
        ("1.x.h", "INBOX"),
        ("Archive/2026/1.x.h", "Archive/2026"),
    ]
    outer = over_maildir(maildir.parent, recursive=True)
    assert len(await read_all(outer)) == 3
    with pytest.raises(ConfigurationError, match="recursive"):
        await over_maildir(maildir.parent).check()


async def test_a_mail_that_moves_before_it_is_read_is_found_again(
    maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From new to cur, and from flag to flag, by its base name, and read once."""
    for number in range(3):
        (maildir / "new" / f"{number}.x.h").write_bytes(letter(number))
    listing = MaildirMailbox.listing
    moves = [("new/1.x.h", "cur/1.x.h:2,"), ("cur/1.x.h:2,", "cur/1.x.h:2,S")]

    def listed_then_moved(mailbox: MaildirMailbox) -> list[MailFile]:
        files = listing(mailbox)
        if moves:
            before, after = moves.pop(0)
            (maildir / before).rename(maildir / after)
        return files

    mailbox = over_maildir(maildir)
    monkeypatch.setattr(MaildirMailbox, "_inspected", lambda _: [])
    monkeypatch.setattr(MaildirMailbox, "listing", listed_then_moved)
    mails = await read_all(mailbox)
    assert sorted(locators(mails)) == ["0.x.h", "1.x.h", "2.x.h"]
    assert not moves


async def test_a_mail_flagged_while_followed_is_not_read_again(maildir: Path) -> None:
    """Its name changes, its base name does not."""
    (maildir / "new" / "1.x.h").write_bytes(letter(1))
    async with (
        asyncio.timeout(HANG_S),
        aclosing(over_maildir(maildir).fetch(None, frozenset(), follow=True)) as stream,
    ):
        assert len((await read_until_caught_up(stream))[0]) == 1
        (maildir / "new" / "1.x.h").rename(maildir / "cur" / "1.x.h:2,S")
        (maildir / "new" / "2.x.h").write_bytes(letter(2))
        assert locators((await read_until_caught_up(stream))[0]) == ["2.x.h"]


def refusing(monkeypatch: pytest.MonkeyPatch, name: str, error: OSError) -> list[bool]:
    """Let opening files of this name fail while the returned list is not empty."""
    refused = [True]
    opened = os.open

    def refuse(path: str, flags: int, *args: int, **kwargs: Any) -> int:
        if refused and isinstance(path, str) and name in path:
            raise error
        return opened(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", refuse)
    return refused


@pytest.mark.parametrize(
    "error", [PermissionError(13, "denied"), OSError(5, "error"), FileNotFoundError(2, "gone")]
)
async def test_an_unreadable_mail_is_logged_once_and_tried_again(
    maildir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: OSError,
) -> None:
    """It holds up no other, and its name is nobody's business in the log."""
    for number in range(3):
        (maildir / "new" / f"{number}.secret.h").write_bytes(letter(number))
    refused = refusing(monkeypatch, "1.secret", error)
    assert locators(await read_all(over_maildir(maildir))) == ["0.secret.h", "2.secret.h"]
    capsys.readouterr()
    async with (
        asyncio.timeout(HANG_S),
        aclosing(over_maildir(maildir).fetch(None, frozenset(), follow=True)) as stream,
    ):
        assert len((await read_until_caught_up(stream))[0]) == 2
        refused.clear()
        assert locators((await read_until_caught_up(stream))[0]) == ["1.secret.h"]
    logged = capsys.readouterr().err
    assert logged.count("email_deferred") == (not isinstance(error, FileNotFoundError))
    assert "secret" not in logged


async def test_a_folder_that_vanishes_while_followed_is_waited_for(
    maildir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unmounted disk is no reason to stop; without following it is an outage."""
    mailbox = over_maildir(maildir, recursive=True)
    logged: list[str] = []

    def is_logged() -> bool:
        logged.append(capsys.readouterr().err)
        return "source_lost" in "".join(logged)

    async with (
        asyncio.timeout(HANG_S),
        aclosing(mailbox.fetch(None, frozenset(), follow=True)) as stream,
    ):
        await read_until_caught_up(stream)
        away = shutil.move(maildir, maildir.with_name("away"))
        waiting = asyncio.create_task(read_until_caught_up(stream))
        await until(is_logged, "the loss to be logged")
        shutil.move(away, maildir)
        (maildir / "new" / "1.x.h").write_bytes(letter(1))
        assert len((await waiting)[0]) == 1
    assert "".join(logged).count("source_lost") == 1


async def test_a_listing_that_fails_is_an_outage_without_following(
    maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the start and later."""

    def fail(_: MaildirMailbox) -> list[MailFile]:
        raise OSError(5, "input/output error")

    monkeypatch.setattr(MaildirMailbox, "listing", fail)
    for patched in (False, True):
        if patched:
            monkeypatch.setattr(FolderMailbox, "_inspected", lambda _: [])
        with pytest.raises(Outage) as caught:
            await anext(over_maildir(maildir).fetch(None, frozenset(), follow=False))
        assert caught.value.scope == "mailbox:maildir:me"


async def test_permission_is_explained(maildir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root reads everything, so the refusal is played."""

    def refuse(_: MaildirMailbox) -> None:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(MaildirMailbox, "inspect", refuse)
    with pytest.raises(ConfigurationError, match="permission"):
        await over_maildir(maildir).check()


async def test_names_that_are_not_text_are_locators_that_can_be_stored(maildir: Path) -> None:
    """A file system knows bytes; a database wants Unicode."""
    with open(os.fsencode(maildir) + b"/new/1.\xff\xfe.h", "wb") as file:  # noqa: PTH123, ASYNC230  # a name in bytes; the test may block
        file.write(letter(1))
    (mail,) = await read_all(over_maildir(maildir))
    assert mail.locator.encode() == b"1.\\xff\\xfe.h"
    again = await read_all(over_maildir(maildir), None, frozenset({mail.locator}))
    assert again == []


# --- .eml


async def test_a_folder_of_eml_files_is_read_in_order_of_paths(tmp_path: Path) -> None:
    """At any depth, in any case of the suffix; nothing else is."""
    (tmp_path / "b").mkdir()
    for name in ("b/2.eml", "c.EML", "a.eml", "note.txt", "b/x.eml.tmp"):
        (tmp_path / name).write_bytes(letter(1))
        age(tmp_path / name)
    (tmp_path / "d.eml").mkdir()
    os.mkfifo(tmp_path / "e.eml")
    (tmp_path / "f.eml").symlink_to(tmp_path / "nowhere")
    mails = await read_all(over_eml(tmp_path))
    assert [mail.locator.partition(";")[0] for mail in mails] == ["a.eml", "b/2.eml", "c.EML"]


async def test_a_single_eml_file_is_a_mailbox_of_one(tmp_path: Path) -> None:
    """And another one when it is written anew."""
    path = tmp_path / "one.eml"
    path.write_bytes(letter(1))
    age(path)
    (mail,) = await read_all(over_eml(path))
    assert mail.locator.startswith(f"one.eml;size={len(letter(1))};mtime_ns=")
    known = frozenset({mail.locator})
    assert await read_all(over_eml(path), None, known) == []
    path.write_bytes(letter(2))
    assert [mail.raw for mail in await read_all(over_eml(path), None, known)] == [letter(2)]


async def test_an_eml_file_being_written_is_waited_for(tmp_path: Path) -> None:
    """Half a mail is never yielded while following, and catching up waits for it."""
    whole = letter(1, size=50_000)
    async with (
        asyncio.timeout(20),
        aclosing(over_eml(tmp_path).fetch(None, frozenset(), follow=True)) as stream,
    ):
        assert (await read_until_caught_up(stream))[0] == []

        async def write() -> None:
            with (tmp_path / "1.eml").open("wb", buffering=0) as file:
                for start in range(0, len(whole), 10_000):
                    file.write(whole[start : start + 10_000])
                    # The pace of a slow writer, faster than the time a file must rest.
                    await asyncio.sleep(0.1)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(write())
            item = await anext(stream)
    assert isinstance(item, FetchedMail)
    assert item.raw == whole


async def test_a_file_from_the_future_is_not_waited_for(tmp_path: Path) -> None:
    """A wrong clock does not keep a mail back for ever."""
    path = tmp_path / "1.eml"
    path.write_bytes(letter(1))
    os.utime(path, (4_000_000_000, 4_000_000_000))
    async with (
        asyncio.timeout(HANG_S),
        aclosing(over_eml(tmp_path).fetch(None, frozenset(), follow=True)) as stream,
    ):
        assert isinstance(await anext(stream), FetchedMail)
        assert isinstance(await anext(stream), CaughtUp)


async def test_a_subfolder_that_cannot_be_listed_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is logged; the place itself must be listable."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.eml").write_bytes(letter(1))
        age(tmp_path / name / "1.eml")
    scandir = os.scandir
    refused = str(tmp_path / "a")

    def refuse(path: Any) -> Any:
        if str(path) == refused:
            raise PermissionError(13, "denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert len(await read_all(over_eml(tmp_path))) == 1
    assert capsys.readouterr().err.count("email_deferred") == 1
    refused = str(tmp_path)
    with pytest.raises(ConfigurationError, match="permission"):
        await over_eml(tmp_path).check()


async def test_what_is_neither_file_nor_folder_is_refused(tmp_path: Path) -> None:
    """A pipe would never end."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigurationError, match="neither"):
        await over_eml(tmp_path / "pipe").check()
    with pytest.raises(ConfigurationError, match="does not exist"):
        await over_eml(tmp_path / "pipe" / "x").check()
