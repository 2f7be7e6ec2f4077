"""The file of notifications: exact lines, durable, mended after a crash."""

import asyncio
import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careerops.adapters.notifier import jsonl
from careerops.adapters.notifier.jsonl import JsonlNotifier
from careerops.domain.errors import ConfigurationError, Outage
from careerops.domain.notification import Notification
from support.adapters import context, hostile, notification
from support.waiting import HANG_S


def build(path: Path) -> JsonlNotifier:
    """A notifier of this file."""
    options = JsonlNotifier.Options.model_validate(
        {"path": path.name}, context={"root": path.parent}
    )
    return JsonlNotifier(options, context())


def read(path: Path) -> bytes:
    """What is in the file."""
    return path.read_bytes()


def write(path: Path, content: bytes) -> None:
    """As another process, or a crash, left it."""
    path.write_bytes(content)


def size(path: Path) -> int:
    """In bytes."""
    return path.stat().st_size


def mode(path: Path) -> int:
    """Who may read and write it."""
    return stat.S_IMODE(path.stat().st_mode)


def told(path: Path) -> list[Notification]:
    """Every line as a notification."""
    return [Notification.model_validate_json(line) for line in read(path).splitlines()]


def numbers(path: Path) -> list[int]:
    """Which notifications are in the file."""
    return [int(each.notification_id, 16) for each in told(path)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that does not exist yet."""
    return tmp_path / "told.jsonl"


async def test_a_line_is_exactly_the_notifications_json(path: Path) -> None:
    """Of several accounts, in order, each once."""
    notifier = build(path)
    sent = [notification(1), hostile(), notification(3, account="ann")]
    for each in sent:
        await notifier.send(each)
    lines = read(path).split(b"\n")
    assert lines.pop() == b""
    assert [line.decode() for line in lines] == [each.model_dump_json() for each in sent]
    assert [Notification.model_validate_json(line) for line in lines] == sent


async def test_the_file_is_for_its_owner_alone(path: Path) -> None:
    """It says what mails say."""
    old = os.umask(0)
    try:
        await build(path).send(notification())
    finally:
        os.umask(old)
    assert mode(path) == 0o600


async def test_a_line_is_durable_when_send_returns(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is synced each time, its folder when the file is new."""
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        synced.append(f"{kind} of {size(path)} bytes")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    await build(path).send(notification(1))
    first = size(path)
    assert synced == [f"file of {first} bytes", f"folder of {first} bytes"]
    await build(path).send(notification(2))
    assert synced[2:] == [f"file of {size(path)} bytes"]


@pytest.mark.parametrize("cut", [1, 10, 300, -10, -2])
async def test_a_torn_last_line_is_cut_off_before_the_next(path: Path, cut: int) -> None:
    """What a crash left of a line is no line."""
    notifier = build(path)
    await notifier.send(notification(1))
    whole = read(path)
    torn = notification(2).model_dump_json().encode()[:cut]
    write(path, whole + torn)
    await notifier.send(notification(3))
    assert numbers(path) == [1, 3]


async def test_a_whole_line_that_lacks_its_newline_is_kept(path: Path) -> None:
    """The crash came after its last byte."""
    notifier = build(path)
    write(path, notification(1).model_dump_json().encode())
    await notifier.send(notification(2))
    assert numbers(path) == [1, 2]


async def test_a_torn_line_longer_than_a_block_is_found(path: Path) -> None:
    """The search goes back as far as it takes."""
    write(path, b'{"a":1}\n{"b":"' + b"x" * 200_000)
    await build(path).send(notification(1))
    assert read(path).startswith(b'{"a":1}\n{"notification_id"')
    write(path, b'"' + b"x" * 200_000)
    await build(path).send(notification(1))
    assert read(path).startswith(b'{"notification_id"')


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(cut=st.integers(0, 4000), count=st.integers(0, 3))
async def test_after_any_crash_every_line_is_whole_and_none_that_was_durable_is_lost(
    tmp_path: Path, cut: int, count: int
) -> None:
    """The file is cut anywhere within its last line, which had not returned."""
    path = tmp_path / "any.jsonl"
    write(path, b"")
    notifier = build(path)
    durable = [notification(n) for n in range(count)]
    for each in durable:
        await notifier.send(each)
    kept = read(path) if count else b""
    last = notification(98).model_dump_json().encode() + b"\n"
    write(path, kept + last[: min(cut, len(last))])
    await notifier.send(notification(99))
    found = told(path)
    assert found[:count] == durable
    assert found[-1] == notification(99)
    assert len(found) - count - 1 == (cut >= len(last) - 1)


async def test_many_writers_of_one_file_do_not_mix_their_lines(path: Path) -> None:
    """Accounts, channels and threads; each notifier opens the file itself."""
    notifiers = [build(path) for _ in range(5)]
    await asyncio.gather(
        *(notifiers[n % 5].send(notification(n, account=f"a{n % 3}")) for n in range(60))
    )
    assert sorted(numbers(path)) == list(range(60))


async def test_a_full_disk_is_an_outage_and_leaves_no_half_line(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was there stays whole, and the next line follows it."""
    notifier = build(path)
    await notifier.send(notification(1))
    before = read(path)
    real, full = os.write, threading.Event()

    def write(descriptor: int, data: bytes) -> int:
        if full.is_set():
            raise OSError(28, "No space left on device")
        full.set()
        return real(descriptor, data[:20])

    with monkeypatch.context() as patched:
        patched.setattr(jsonl.os, "write", write)
        with pytest.raises(Outage, match="No space left on device") as caught:
            await notifier.send(notification(2))
    assert caught.value.scope == "channel:jsonl"
    assert read(path) == before
    await notifier.send(notification(3))
    assert numbers(path) == [1, 3]


async def test_a_folder_that_went_away_is_an_outage(tmp_path: Path) -> None:
    """It may come back: a mount, say."""
    folder = tmp_path / "mnt"
    folder.mkdir()
    notifier = build(folder / "told.jsonl")
    folder.rmdir()
    with pytest.raises(Outage):
        await notifier.send(notification())
    with pytest.raises(ConfigurationError):
        await notifier.check()


async def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    """A pipe keeps nothing and a directory is none; neither blocks."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    async with asyncio.timeout(HANG_S):
        with pytest.raises(Outage, match="no regular file"):
            await build(pipe).send(notification())


def test_a_missing_folder_is_a_configuration_error(tmp_path: Path) -> None:
    """At the start."""
    with pytest.raises(ConfigurationError, match="create it"):
        build(tmp_path / "none" / "told.jsonl")


async def test_check_says_where_it_writes_and_writes_nothing(path: Path) -> None:
    """Nor does it create the file."""
    assert await build(path).check() == f"jsonl: appends to {path}"
    assert list(path.parent.glob("*")) == []
