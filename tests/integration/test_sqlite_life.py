"""What processes that share a file learn of one another without a write."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from careerops.adapters.sqlite import SqliteDatabase
from careerops.adapters.sqlite.life import Life
from careerops.domain.errors import AlreadyRunning
from careerops.domain.topics import RAW_INBOX
from careerops.ops.owner import process_owner
from careerops.ports.reports import Report
from support.logs import Lives, record, take

_TRYING = """
import fcntl, os, sys

file = os.open(sys.argv[1], os.O_RDWR)
try:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
except OSError:
    sys.exit(7)
"""
"""SQLite's shared range, see `SHARED_FIRST` in its os.h."""
_HOLDING = """
import sys
from pathlib import Path
from careerops.adapters.sqlite.life import Life

Life(Path(sys.argv[1]), sys.argv[2]).take()
print("held", flush=True)
sys.stdin.read()
"""


def contained(number: int) -> str:
    """A process of another container on this host: its number means nothing here."""
    host, boot, _, _, _ = process_owner().split("|")
    return "|".join((host, boot, f"pid:[{number}]", "7", "4711"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file."""
    return tmp_path / "careerops.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[SqliteDatabase]:
    """This process's own."""
    database = await SqliteDatabase.open(path)
    yield database
    await database.close()


async def test_a_process_of_another_container_is_succeeded_when_it_ends(path, database) -> None:
    """At once, although nobody here can look it up: the kernel lets its lock go with it."""
    child = subprocess.Popen(  # noqa: ASYNC220  # it has to be there before anything else is
        [sys.executable, "-c", _HOLDING, str(path), contained(1)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == b"held\n"
        other = await SqliteDatabase.open(path, owner=contained(1))
        await other.log.publish([record(1)])
        await take(await other.log.subscribe(RAW_INBOX, "g"), 1)
        await other.cursors.acquire("imap:me", contained(1), 300)
        other._life.release()
        with pytest.raises(AlreadyRunning):
            await database.log.subscribe(RAW_INBOX, "g")
        with pytest.raises(AlreadyRunning):
            await database.cursors.acquire("imap:me", process_owner(), 300)
    finally:
        child.kill()
        child.communicate()
    (delivery,) = await take(await database.log.subscribe(RAW_INBOX, "g"), 1)
    assert delivery.suspect
    await database.cursors.acquire("imap:me", process_owner(), 300)
    other.log._leases.end_all()
    await other.close()


async def test_another_hosts_process_is_waited_for(path, database) -> None:
    """Of another kernel nothing is known: its lease runs out by itself."""
    elsewhere = contained(1).replace(process_owner().split("|")[1], "another-boot")
    stranger = elsewhere.replace(process_owner().split("|")[0], "another-host")
    await database.cursors.acquire("imap:me", stranger, 300)
    with pytest.raises(AlreadyRunning):
        await database.cursors.acquire("imap:me", process_owner(), 300)


async def test_locks_do_not_disturb_the_database(path, database) -> None:
    """They lie where SQLite locks nothing, and a process may die and come again."""
    for number in range(20):
        life = Life(path, contained(number))
        life.take()
        assert not database._life.is_gone(contained(number))
        life.release()
        assert database._life.is_gone(contained(number))
    await database.log.publish([record(1)])
    assert len(await database.log.read(RAW_INBOX, 0, 9)) == 1


async def test_closing_one_database_leaves_the_locks_of_another(path, database) -> None:
    """A process that has the file open twice: else another could take its journal away."""
    other = await SqliteDatabase.open(path)
    await other.log.publish([record(1)])
    assert _is_locked(path)
    await other.close()
    assert _is_locked(path)
    third = await SqliteDatabase.open(path)
    assert _is_locked(path)
    await database.close()
    assert _is_locked(path)
    await third.close()
    assert not _is_locked(path)


def _is_locked(path: Path) -> bool:
    """Whether SQLite's lock of those who have the file open keeps another process from it."""
    done = subprocess.run([sys.executable, "-c", _TRYING, str(path)], check=False)
    assert done.returncode in (0, 7)
    return done.returncode == 7


async def test_renewing_leases_is_one_commit(path, database, monkeypatch) -> None:
    """Whatever the number of mailboxes."""
    leases = [await database.cursors.acquire(f"imap:{n}", "us", 300) for n in range(200)]
    commits: list[str] = []
    await database._writer.run(
        lambda connection: connection.set_trace_callback(
            lambda text: commits.append(text) if text == "COMMIT" else None
        )
    )
    commits.clear()
    for lease in leases:
        await database.cursors.renew(lease, 300)
    await database._writer.run(lambda connection: connection.set_trace_callback(None))
    assert commits == ["COMMIT"]


async def test_reports_are_private_and_gone_with_their_process(path) -> None:
    """A folder beside the file, for its owner alone; what another left there hurts nobody."""
    before = os.umask(0)
    try:
        database = await SqliteDatabase.open(path)
        await database.reports.leave("members", process_owner(), b"here", 60)
    finally:
        os.umask(before)
    folder = path.with_name("careerops.db-reports")
    (file,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    lives = Lives()
    dead = lives.begin()
    await database.reports.leave("members", dead, b"dead", 60)
    await lives.close()
    for number, text in enumerate((b"", b"\xff", b"[]\n", b'{"owner": 1}\n', b"[" * 99_999)):
        (folder / f"members.{number}").write_bytes(text)
    assert list(await database.reports.read("members")) == [Report(process_owner(), b"here")]
    await database.reports.leave("members", process_owner(), b"", 0)
    assert list(await database.reports.read("members")) == []
    await database.close()


async def test_reports_write_nothing_into_the_database(path, database) -> None:
    """There each write would wait for the disk."""
    journal = path.with_name("careerops.db-wal")
    await database.log.publish([record(1)])
    before = journal.stat()
    for number in range(50):
        await database.reports.leave("members", "one", b"%d" % number, 60)
    after = journal.stat()
    assert (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)


async def test_looking_again_and_again_reads_what_has_changed(path, database) -> None:
    """The overview is kept while nobody commits, this process or another."""
    assert (await database.log.topics())[0].end == 1
    await database.log.publish([record(1)])
    other = await SqliteDatabase.open(path)
    await other.log.publish([record(2)])
    assert (await database.log.topics())[0].end == 3
    statements: list[str] = []
    await database._reader.run(lambda connection: connection.set_trace_callback(statements.append))
    assert (await database.log.topics())[0].end == 3
    await database._reader.run(lambda connection: connection.set_trace_callback(None))
    assert not [text for text in statements if "SELECT" in text]
    await other.close()
