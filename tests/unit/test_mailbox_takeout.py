"""An archive of mail: read as a stream, resumable at every mail, hostile ones refused."""

import zipfile
from pathlib import Path

import pytest

from careerops.adapters.mailbox.takeout import TakeoutMailbox, TakeoutOptions
from careerops.adapters.memory.database import MemoryDatabase
from careerops.domain.errors import ConfigurationError
from careerops.ops.context import PartContext
from careerops.ops.metrics import Metrics
from careerops.ports.mailbox import CaughtUp, FetchedMail
from support.mails import career_mail, mixed, write_mbox


def archive(tmp_path: Path) -> Path:
    """Two mbox members of 3 and 2 mails, one .eml, and things that are no mail."""
    write_mbox(tmp_path / "a.mbox", mixed(2, 1))
    write_mbox(tmp_path / "b.mbox", mixed(0, 2, seed=2))
    path = tmp_path / "takeout.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(tmp_path / "a.mbox", "Takeout/Mail/All mail.mbox")
        file.writestr("Takeout/archive_browser.html", "<p>no mail</p>")
        file.writestr("Takeout/Mail/broken.mbox", "this is no mbox\n" * 20)
        file.write(tmp_path / "b.mbox", "Takeout/Mail/Spam.mbox")
        file.writestr("Takeout/single.eml", career_mail(77)[1].as_bytes())
    return path


def mailbox(path: Path) -> TakeoutMailbox:
    """The adapter over `path`."""
    database = MemoryDatabase()
    context = PartContext(database.clock, database.cache, Metrics(), database.documents)
    return TakeoutMailbox(TakeoutOptions(path=path), context)


async def read(
    box: TakeoutMailbox, cursor: str | None = None, known: frozenset[str] = frozenset()
) -> tuple[list[FetchedMail], str | None]:
    """All mails from `cursor` on, and the last cursor."""
    mails: list[FetchedMail] = []
    async for item in box.fetch(cursor, known, follow=False):
        if isinstance(item, CaughtUp):
            return mails, item.cursor
        mails.append(item)
    raise AssertionError("it ended without catching up")


async def test_all_mails_are_read_in_order_and_broken_members_passed_over(tmp_path: Path) -> None:
    """Mbox members and single mails; each with a place of its own."""
    mails, _ = await read(mailbox(archive(tmp_path)))
    assert len(mails) == 6
    assert len({mail.locator for mail in mails}) == 6
    assert b"(77)" in mails[-1].raw
    assert all(mail.size == len(mail.raw) for mail in mails)


async def test_reading_on_from_every_cursor_loses_nothing_and_repeats_nothing(
    tmp_path: Path,
) -> None:
    """An interrupted import goes on where it was."""
    box = mailbox(archive(tmp_path))
    mails, end = await read(box)
    for number, mail in enumerate(mails):
        rest, _ = await read(box, mail.cursor)
        assert [each.raw for each in rest] == [each.raw for each in mails[number + 1 :]]
    assert await read(box, end) == ([], end)
    assert len((await read(box, "nonsense"))[0]) == 6
    assert len((await read(box, None, frozenset({mails[0].locator})))[0]) == 5


async def test_what_is_no_archive_of_mail_is_refused_in_one_line(tmp_path: Path) -> None:
    """Missing, not a zip, without mail, or a bomb."""
    with pytest.raises(ConfigurationError, match="does not exist"):
        await read(mailbox(tmp_path / "nowhere.zip"))
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(ConfigurationError, match=r"no \.zip archive"):
        await mailbox(tmp_path / "text.zip").check()
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as file:
        file.writestr("readme.txt", "x")
    with pytest.raises(ConfigurationError, match="holds no mbox"):
        await mailbox(tmp_path / "empty.zip").check()
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bomb.mbox", bytes(5_000_000))
    with pytest.raises(ConfigurationError, match="no mail"):
        await mailbox(tmp_path / "bomb.zip").check()


async def test_the_check_says_what_is_in_it(tmp_path: Path) -> None:
    """For doctor."""
    assert (await mailbox(archive(tmp_path)).check()).startswith("4 mail files, ")
