"""mbox files: where one mail ends and the next begins, and files that change meanwhile."""

import asyncio
import os
import random
import tracemalloc
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from careerops.adapters.mailbox import mbox_scanner
from careerops.adapters.mailbox.mbox import MboxMailbox
from careerops.adapters.mailbox.mbox_scanner import MboxScanner, NotAnMboxError, ScannedMail
from careerops.domain.errors import ConfigurationError, Outage
from careerops.ports.mailbox import CaughtUp, FetchedMail
from support.adapters import context
from support.mailboxes import (
    age,
    letter,
    mbox_entry,
    open_descriptors,
    read_all,
    read_until_caught_up,
    unix,
)
from support.waiting import until

DATED = b"From maja@example.com Mon Nov 23 10:00:00 2026\n"
HEADERS = b"From: Maja <maja@example.com>\nSubject: x\n\n"
LIMIT = 25 * 1024 * 1024


@pytest.fixture(params=[1, 7, 64, 1 << 20], ids=lambda size: f"blocks of {size}")
def block_bytes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Reads of this size: every seam must be found wherever a block ends."""
    size: int = request.param
    monkeypatch.setattr(mbox_scanner, "BLOCK_BYTES", size)
    return size


def scan(path: Path, offset: int = 0, limit: int = LIMIT) -> list[ScannedMail]:
    """All mails of a file."""
    scanner = MboxScanner.open(path, offset, limit)
    mails: list[ScannedMail] = []
    try:
        while (found := scanner.step()) is not None:
            mails += found
        return mails + scanner.finish()
    finally:
        scanner.close()


def mailbox(path: Path, **options: Any) -> MboxMailbox:
    """The adapter, quick to notice changes."""
    given = MboxMailbox.Options.model_validate({"path": path, "poll_s": 0.05} | options)
    return MboxMailbox(given, context(real_time=True))


SEPARATORS = [
    DATED,
    b"From MAILER-DAEMON Fri Jul  8 12:08:34 2011\n",
    b"From - Mon Nov 23 10:00:00 2026\n",
    b"From 1790000000000000001@xxx Mon Nov 23 10:00:00 +0000 2026\n",
    b"From maja@example.com Mon Nov 23 10:00:00 CET 2026\n",
    b'From "maja lund"@example.com  Mon, Nov 23 10:00 2026\n',
    b"From \n",
    b"From -\n",
    b"From - \r\n",
]
BODY_LINES = [
    b"From here on Monday we meet.\n",
    b"From Monday to Friday, in November at 10:00\n",
    b"From \n",
    b"From maja@example.com\n",
    b"From: someone else\n",
    b"From maja@example.com Mon Nov 23\n",
    b"from maja@example.com Mon Nov 23 10:00:00 2026\n",
]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_what_programs_write_separates_mails(
    tmp_path: Path, separator: bytes, block_bytes: int
) -> None:
    """Spools, Thunderbird, Takeout: with or without date, sender, zone."""
    path = tmp_path / "mbox"
    first, second = HEADERS + b"one\n", HEADERS + b"two\n"
    path.write_bytes(separator + first + b"\n" + separator + second + b"\n")
    assert [mail.raw for mail in scan(path)] == [first, second]


@pytest.mark.parametrize("line", BODY_LINES)
def test_what_people_write_does_not(tmp_path: Path, line: bytes, block_bytes: int) -> None:
    """A line of text that begins so, though it stands after a blank line unquoted."""
    path = tmp_path / "mbox"
    first = HEADERS + b"before\n\n" + line + b"after, 10:00\n"
    path.write_bytes(DATED + first + b"\n" + DATED + HEADERS + b"two\n\n")
    assert [mail.raw for mail in scan(path)] == [first, HEADERS + b"two\n"]


def test_a_separator_needs_a_blank_line_before_it(tmp_path: Path, block_bytes: int) -> None:
    """As RFC 4155 has it; a forwarded mail's own From_ line inside a text is none."""
    path = tmp_path / "mbox"
    first = HEADERS + b"forwarded:\n" + DATED + HEADERS + b"inner\n"
    path.write_bytes(DATED + first + b"\n")
    assert [mail.raw for mail in scan(path)] == [first]


def test_line_ends_of_windows_and_mixed_ones_are_understood(
    tmp_path: Path, block_bytes: int
) -> None:
    """A mail's own line ends stay what they are."""
    path = tmp_path / "mbox"
    crlf = (HEADERS + b"one\n").replace(b"\n", b"\r\n")
    path.write_bytes(
        DATED.replace(b"\n", b"\r\n") + crlf + b"\r\n" + DATED + crlf + b"\n" + DATED + crlf
    )
    assert [mail.raw for mail in scan(path)] == [crlf] * 3


def test_quoting_is_undone_by_one_level(tmp_path: Path, block_bytes: int) -> None:
    """mboxrd: every line of `>`s and `From ` loses one; other lines lose nothing."""
    path = tmp_path / "mbox"
    path.write_bytes(DATED + HEADERS + b">From a\n>>From b\n> From c\n>from d\nx >From e\n\n")
    (mail,) = scan(path)
    assert mail.raw == HEADERS + b"From a\n>From b\n> From c\n>from d\nx >From e\n"


def test_a_file_may_end_anywhere(tmp_path: Path, block_bytes: int) -> None:
    """Without blank line, without line end, inside a separator, with blank lines at both ends."""
    path = tmp_path / "mbox"
    for tail, wanted in (
        (b"two\n\n", b"two\n"),
        (b"two\n", b"two\n"),
        (b"two", b"two"),
        (b"two\n\n\n", b"two\n\n"),
        (b"two\n\nFrom ma", b"two\n\nFrom ma"),
    ):
        path.write_bytes(b"\n\r\n" + DATED + HEADERS + b"one\n\n" + DATED + HEADERS + tail)
        assert [mail.raw for mail in scan(path)] == [HEADERS + b"one\n", HEADERS + wanted]
    for alone in (DATED, DATED.strip(), DATED + b"\n"):
        path.write_bytes(alone)
        assert [mail.raw for mail in scan(path)] == [b""]
    for nothing in (b"", b"\n\n"):
        path.write_bytes(nothing)
        assert scan(path) == []


@pytest.mark.parametrize("text", [b"Subject: x\n\n", b"Fro", b"\0\1\2", b"\nfrom me\n"])
def test_another_file_is_refused(tmp_path: Path, text: bytes, block_bytes: int) -> None:
    """What does not begin with a separator is no mbox."""
    path = tmp_path / "mbox"
    path.write_bytes(text)
    with pytest.raises(NotAnMboxError):
        scan(path)


BODIES = st.lists(
    st.sampled_from(
        [b"text", b"", b"From x", b">From x", b"From x Mon Nov 23 10:00:00 2026", b"\r", b"x" * 90]
    ),
    max_size=8,
).map(lambda lines: b"".join(line + b"\n" for line in lines))


@given(bodies=st.lists(BODIES, min_size=1, max_size=6), block=st.integers(1, 200))
@example(bodies=[b"\n", b"\n\n"], block=3)
def test_whatever_was_written_quoted_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], block: int
) -> None:
    """Law: reading undoes mboxrd's writing, for every text and every size of read."""
    path = tmp_path_factory.mktemp("law") / "mbox"
    mails = [HEADERS + body for body in bodies]
    path.write_bytes(b"".join(mbox_entry(mail) for mail in mails))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox_scanner, "BLOCK_BYTES", block)
        found = scan(path)
        assert [mail.raw for mail in found] == [unix(mail) for mail in mails]
        for index, mail in enumerate(found):
            again = scan(path, mail.start)
            assert [later.raw for later in again] == [later.raw for later in found[index:]]


def test_a_giant_mail_is_cut_in_bounded_memory(tmp_path: Path) -> None:
    """Above the limit only its head is held, however long it goes on."""
    path = tmp_path / "mbox"
    with path.open("wb") as file:
        file.write(mbox_entry(letter(0)) + DATED + HEADERS)
        for _ in range(400):
            file.write(b"x" * 99_999 + b"\n")
        file.write(b"\n" + mbox_entry(letter(2)))
    tracemalloc.start()
    try:
        mails = scan(path, limit=1_000_000)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 8_000_000
    assert [len(mail.raw) for mail in mails] == [len(unix(letter(0))), 65536, len(unix(letter(2)))]
    assert mails[1].size == len(HEADERS) + 400 * 100_000
    assert mails[1].raw.startswith(HEADERS + b"xxx")
    assert mails[2].raw == unix(letter(2))


def test_a_scanner_closed_during_a_step_closes_when_the_step_ends(tmp_path: Path) -> None:
    """A read in a thread is never robbed of its file."""
    path = tmp_path / "mbox"
    path.write_bytes(mbox_entry(letter(0)))
    before = open_descriptors()
    scanner = MboxScanner.open(path, 0, LIMIT)
    with scanner._lock:
        scanner.close()
        assert open_descriptors() > before
    assert scanner.step() is None
    assert open_descriptors() == before


# --- files that change


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An mbox of three mails, written a minute ago."""
    path = tmp_path / "mbox"
    path.write_bytes(b"".join(mbox_entry(letter(number)) for number in range(3)))
    age(path)
    return path


def content(path: Path) -> bytes:
    """What the file holds."""
    return path.read_bytes()


def put(path: Path, data: bytes) -> None:
    """Let the file hold `data`."""
    path.write_bytes(data)


def remove(path: Path) -> None:
    """Let the file be gone."""
    path.unlink()


def append(path: Path, data: bytes) -> None:
    """Write at the end, as who delivers does."""
    with path.open("ab") as file:
        file.write(data)


def numbers(mails: list[FetchedMail]) -> list[int]:
    """The numbers in the subjects."""
    return [int(mail.raw.split(b"Subject: Letter ")[1].split(b"\n")[0]) for mail in mails]


async def caught_up_cursor(path: Path) -> str | None:
    """The cursor of the end."""
    async with aclosing(mailbox(path).fetch(None, frozenset(), follow=False)) as stream:
        items = [item async for item in stream]
    assert isinstance(items[-1], CaughtUp)
    return items[-1].cursor


def rewritten(path: Path) -> Iterator[tuple[str, list[int]]]:
    """Ways in which a file becomes another, and what must be read then from each."""
    keep = [mbox_entry(letter(number)) for number in range(6)]
    path.write_bytes(keep[0] + keep[1])
    yield "cut off", [0, 1]
    path.write_bytes(keep[1] + keep[2])
    yield "compacted", [1, 2]
    path.write_bytes(keep[0] + keep[2] + keep[3] + keep[4])
    yield "compacted and grown", [0, 2, 3, 4]
    path.write_bytes(b"".join(keep[3:]))
    yield "rotated, and as long as before", [3, 4, 5]
    path.write_bytes(b"")
    yield "emptied", []
    path.write_bytes(keep[0].replace(b"Subject", b"Status: RO\nSubject") + keep[1] + keep[2])
    yield "marked as read by mutt", [0, 1, 2]


async def test_another_file_in_its_place_is_read_from_the_start(path: Path) -> None:
    """Rewritten, cut off, rotated or compacted: noticed by the bytes before the position."""
    original = content(path)
    cursor = await caught_up_cursor(path)
    seen = []
    for way, wanted in rewritten(path):
        seen.append(way)
        assert numbers(await read_all(mailbox(path), cursor)) == wanted, way
    assert len(seen) == 6
    put(path, original)
    assert await read_all(mailbox(path), cursor) == []


async def test_a_file_that_shrank_is_another_though_what_was_read_is_intact(path: Path) -> None:
    """Something was taken out of it; what, is not worth guessing."""
    mails = await read_all(mailbox(path))
    put(path, content(path)[:-40])
    assert numbers(await read_all(mailbox(path), mails[0].cursor))[0] == 0


async def test_thunderbirds_marks_in_place_are_no_other_file(path: Path) -> None:
    """It overwrites X-Mozilla-Status when a mail is read: nothing moved, nothing is read again."""
    marked = b"X-Mozilla-Status: 0000\nX-Mozilla-Status2: 00000000\n"
    put(path, b"".join(mbox_entry(marked + letter(number)) for number in range(3)))
    cursor = await caught_up_cursor(path)
    put(path, content(path).replace(b"Status: 0000", b"Status: 0001"))
    append(path, mbox_entry(letter(3)))
    assert numbers(await read_all(mailbox(path), cursor)) == [3]


async def test_a_position_that_is_no_separator_any_more_is_the_start(path: Path) -> None:
    """What follows the recognised bytes was replaced: nothing can be read on from there."""
    mails = await read_all(mailbox(path))
    with path.open("r+b") as file:
        file.seek(int(mails[2].locator.rpartition("@")[2]))
        file.write(b"*")
    found = await read_all(mailbox(path), mails[1].cursor)
    assert numbers(found)[:2] == [0, 1]


async def test_a_last_mail_that_grew_is_read_again_whole(path: Path) -> None:
    """Without following, a file is taken as it is, and as it is then."""
    whole = mbox_entry(letter(3, size=5000))
    append(path, whole[:1000])
    cursor = await caught_up_cursor(path)
    append(path, whole[1000:] + mbox_entry(letter(4)))
    found = await read_all(mailbox(path), cursor)
    assert [mail.raw for mail in found] == [unix(letter(3, size=5000)), unix(letter(4))]


async def test_a_mail_being_written_is_waited_for(path: Path) -> None:
    """While following, half a mail is never yielded."""
    whole = mbox_entry(letter(3, size=300_000))
    found: list[FetchedMail] = []
    async with (
        asyncio.timeout(30),
        aclosing(mailbox(path).fetch(None, frozenset(), follow=True)) as stream,
    ):
        await read_until_caught_up(stream)

        async def write() -> None:
            with path.open("ab", buffering=0) as file:
                for start in range(0, len(whole), 30_000):
                    file.write(whole[start : start + 30_000])
                    # The pace of a slow writer, faster than the time a file must rest.
                    await asyncio.sleep(0.1)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(write())
            found, _ = await read_until_caught_up(stream)
    assert [mail.raw for mail in found] == [unix(letter(3, size=300_000))]


async def test_a_file_that_vanishes_while_followed_is_waited_for(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Replaced by renaming, or gone for a while: read again when it is back."""
    async with (
        asyncio.timeout(30),
        aclosing(mailbox(path).fetch(None, frozenset(), follow=True)) as stream,
    ):
        await read_until_caught_up(stream)
        remove(path)
        waiting = asyncio.create_task(read_until_caught_up(stream))
        logged: list[str] = []

        def is_logged() -> bool:
            logged.append(capsys.readouterr().err)
            return "source_lost" in "".join(logged)

        await until(is_logged, "the loss to be logged")
        fresh = path.with_name("fresh")
        fresh.write_bytes(mbox_entry(letter(7)))
        fresh.rename(path)
        mails, _ = await waiting
    assert numbers(mails) == [7]
    assert "".join(logged).count("source_lost") == 1


async def test_a_file_that_is_none_of_ours_is_refused_in_one_line(tmp_path: Path) -> None:
    """With what to do about it."""
    text, folder, pipe = tmp_path / "a.eml", tmp_path / "Mail", tmp_path / "pipe"
    text.write_bytes(letter(0))
    folder.mkdir()
    os.mkfifo(pipe)
    for place, hint in (
        (text, "eml"),
        (folder, "maildir"),
        (pipe, "regular"),
        (text / "x", "path"),
    ):
        with pytest.raises(ConfigurationError, match=hint) as caught:
            await mailbox(place).check()
        assert "\n" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="does not exist"):
        await anext(mailbox(tmp_path / "nowhere").fetch(None, frozenset(), follow=True))


async def test_an_unreadable_file_is_a_matter_of_permission_or_an_outage(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root reads everything, so the refusal is played."""

    def refuse(error: OSError) -> None:
        def opened(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(Path, "open", opened)

    refuse(PermissionError(13, "denied"))
    with pytest.raises(ConfigurationError, match="permission"):
        await mailbox(path).check()
    refuse(OSError(5, "input/output error"))
    with pytest.raises(Outage) as caught:
        await mailbox(path).check()
    assert caught.value.scope == "mailbox:mbox:me"


async def test_an_outage_while_reading_once_is_raised(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without following, the caller decides."""

    def fail(scanner: MboxScanner) -> None:
        raise OSError(5, "input/output error")

    stream = mailbox(path).fetch(None, frozenset(), follow=False)
    monkeypatch.setattr(MboxMailbox, "_inspect", lambda _: 0)
    monkeypatch.setattr(MboxScanner, "step", fail)
    with pytest.raises(Outage):
        await anext(stream)


async def test_random_cuts_and_growth_never_lose_a_mail(tmp_path: Path) -> None:
    """Law, by simulation: whatever is appended in whatever pieces, each mail is read in the end."""
    rng = random.Random(7)
    path = tmp_path / "mbox"
    path.touch()
    written = b""
    cursor: str | None = None
    seen: set[bytes] = set()
    sizes = [rng.choice([0, 300, 3000]) for _ in range(25)]
    for number, size in enumerate(sizes):
        entry = mbox_entry(letter(number, size=size))
        cuts = sorted(rng.sample(range(len(entry)), k=rng.randint(0, 2)))
        for start, end in zip([0, *cuts], [*cuts, len(entry)], strict=True):
            written += entry[start:end]
            path.write_bytes(written)
            try:
                mails = await read_all(mailbox(path), cursor)
            except ConfigurationError:
                assert written in b"From "
                continue
            seen |= {mail.raw for mail in mails}
            cursor = mails[-1].cursor if mails else cursor
    assert seen >= {unix(letter(number, size=size)) for number, size in enumerate(sizes)}
