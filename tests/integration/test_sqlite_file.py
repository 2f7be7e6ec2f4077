"""The file itself: who may read it, and what is said when it cannot be used."""

import asyncio
import errno
import os
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from careerops.adapters.sqlite import SqliteDatabase, connection, schema, verdicts
from careerops.domain.errors import ConfigurationError, Outage
from careerops.domain.topics import CLASSIFIED, RAW_INBOX
from careerops.domain.verdicts import VerdictStatus
from careerops.ports.eventlog import Settlement
from support.logs import numbers, record, take, verdict
from support.waiting import HANG_S


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is to be."""
    return tmp_path / "careerops.db"


def our_threads() -> list[str]:
    """The adapter's threads that run now."""
    return [t.name for t in threading.enumerate() if t.name.startswith("sqlite-")]


async def refusal(path: Path) -> str:
    """What opening `path` is refused with; no thread is left behind."""
    with pytest.raises(ConfigurationError) as refused:
        await SqliteDatabase.open(path)
    assert our_threads() == []
    assert "\n" not in str(refused.value)
    return str(refused.value)


async def test_all_files_are_for_their_owner_alone(path) -> None:
    """Whatever the umask says; also what SQLite puts beside it."""
    before = os.umask(0)
    try:
        database = await SqliteDatabase.open(path)
        await database.log.publish([record(1)])
    finally:
        os.umask(before)
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    await database.close()
    assert modes == dict.fromkeys(["careerops.db", "careerops.db-wal", "careerops.db-shm"], 0o600)


async def test_closing_leaves_no_thread(path) -> None:
    """And one file that holds everything."""
    database = await SqliteDatabase.open(path)
    assert sorted(our_threads()) == ["sqlite-reader", "sqlite-writer"]
    await database.log.publish([record(1)])
    await database.close()
    assert our_threads() == []
    assert [file.name for file in path.parent.iterdir()] == ["careerops.db"]


async def test_writes_are_durable_when_they_return(path) -> None:
    """The journal and the sync mode are what the promise rests on."""
    database = await SqliteDatabase.open(path)

    def modes(connection: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "secure_delete")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    full = 2
    for thread in (database._writer, database._reader):
        assert await thread.run(modes) == ["wal", full, 1]
    await database.close()


async def test_a_missing_folder_is_to_be_created(path) -> None:
    """One line with path and remedy."""
    said = await refusal(path.parent / "missing" / "a.db")
    assert f"create the folder {path.parent / 'missing'}" in said


async def test_a_folder_is_no_database(path) -> None:
    """One line with path and remedy."""
    said = await refusal(path.parent)
    assert str(path.parent) in said
    assert "check the path" in said


async def test_a_file_of_something_else_is_left_alone(path) -> None:
    """One line with path and remedy; its bytes stay."""
    content = b"Dear diary, this is no database. " * 100
    path.write_bytes(content)
    said = await refusal(path)
    assert str(path) in said
    assert "move the file away" in said
    assert path.read_bytes() == content


async def test_another_programs_database_is_left_alone(path) -> None:
    """A table of theirs is enough."""
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE groups (id)")
    other.close()
    assert "another program" in await refusal(path)


async def test_a_newer_releases_database_is_refused(path) -> None:
    """An older release would not know what it must not break."""
    await (await SqliteDatabase.open(path)).close()
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    newer.close()
    said = await refusal(path)
    assert str(path) in said
    assert "upgrade careerops" in said


async def test_a_damaged_database_says_so(path) -> None:
    """Not as a traceback."""
    await (await SqliteDatabase.open(path)).close()
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * (4096 - 100)
    path.write_bytes(content)
    assert "restore a backup" in await refusal(path)


async def test_a_file_that_cannot_be_written_is_refused(path, monkeypatch) -> None:
    """Whatever the system's reason."""

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    said = await refusal(path)
    assert "Permission denied" in said
    assert "check the path and its permissions" in said


@pytest.mark.parametrize(
    ("code", "free", "says"),
    [
        (sqlite3.SQLITE_IOERR_SHMSIZE, (0, 100), "free some space"),
        (sqlite3.SQLITE_CANTOPEN, (10**9, 0), "free some space"),
        (sqlite3.SQLITE_FULL, (4096, 100), "free some space"),
        (sqlite3.SQLITE_IOERR_READ, (10**9, 100), "check it"),
        (sqlite3.SQLITE_CANTOPEN, (10**9, 100), "check folder and permissions"),
    ],
)
async def test_a_full_disk_at_the_start_says_so(path, monkeypatch, code, free, says) -> None:
    """SQLite calls it an error of the disk, because its journal's index cannot be made."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code

    def fail(*_: object) -> None:
        raise error

    room = SimpleNamespace(f_bavail=free[0], f_frsize=1, f_files=100, f_favail=free[1])
    monkeypatch.setattr(connection, "connect", fail)
    monkeypatch.setattr(os, "statvfs", lambda _: room)
    said = await refusal(path)
    assert said.endswith(says)
    assert str(path) in said


async def test_a_file_that_there_is_no_room_for_says_so(path, monkeypatch) -> None:
    """A new one, on a disk that is full."""

    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "open", refuse)
    assert (await refusal(path)).endswith("free some space")


async def test_topics_have_plain_names(path) -> None:
    """They become names of tables."""
    for name in ("", "a-b", "Ab", "x" * 65, "a;b", "ä"):
        with pytest.raises(ConfigurationError, match="topic name"):
            await SqliteDatabase.open(path, topics=[name])
    database = await SqliteDatabase.open(path, topics=["a_1", "x" * 64])
    assert [info.topic for info in await database.log.topics()] == ["a_1", "x" * 64]
    await database.close()


async def test_a_full_disk_holds_everything_up_and_loses_nothing(path) -> None:
    """Publishing and settling are refused whole, and go on when there is room."""
    database = await SqliteDatabase.open(path)
    await database.log.publish([record(number) for number in range(3)])
    deliveries = await take(await database.log.subscribe(RAW_INBOX, "g"), 3)
    output = record(9, CLASSIFIED)
    big = verdict("e", output, detail=b"x" * 200_000)
    settlements = [Settlement(deliveries[1]), Settlement(deliveries[0], (output,), big)]

    async def room(pages: int) -> None:
        await database._writer.run(
            lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()
        )

    pages = await database._writer.run(
        lambda connection: connection.execute("PRAGMA page_count").fetchone()[0]
    )
    await room(pages + 5)
    for work in (
        database.log.settle(settlements),
        database.log.publish([record(n, key="x" * 5000) for n in range(40)]),
    ):
        with pytest.raises(Outage, match="disk is full") as full:
            await work
        assert full.value.scope == "log"
    (group,) = (await database.log.topics())[0].groups
    assert (group.lag, group.settled_ahead) == (3, 0)
    assert await database.verdicts.get([big.key]) == {}
    assert numbers(await database.log.read(RAW_INBOX, 0, 99)) == [0, 1, 2]
    await room(100_000)
    await database.log.settle(settlements)
    assert numbers(await database.log.read(CLASSIFIED, 0, 99)) == [9]
    await database.close()


async def test_a_task_of_the_log_that_dies_ends_the_log(path, monkeypatch) -> None:
    """Without it nobody would be woken or keep the lease: members and waiters are told."""
    database = await SqliteDatabase.open(path)
    subscription = await database.log.subscribe(RAW_INBOX, "g")

    def broken(_: sqlite3.Connection) -> int:
        raise ValueError("a mistake of ours")

    monkeypatch.setattr("careerops.adapters.sqlite.eventlog.data_version", broken)
    database.log._background.start(
        "log-watch", database.log._wakeups.watch(lambda: database._reader.run(broken))
    )
    waiting = asyncio.create_task(database.log.wait(RAW_INBOX, 10))
    with pytest.raises(Outage):
        await asyncio.wait_for(waiting, HANG_S)
    with pytest.raises(Exception, match="taken over"):
        await subscription.receive(1)
    await database.close()


async def test_a_lost_lease_is_noticed_at_its_renewal(path) -> None:
    """Whoever waits to receive is told without asking."""
    database = await SqliteDatabase.open(path)
    subscription = await database.log.subscribe(RAW_INBOX, "g")
    other = await database.log.subscribe(CLASSIFIED, "g")
    receiving = asyncio.create_task(subscription.receive(1))
    await database.log._leases.renew()
    await database._writer.run(
        lambda connection: connection.execute(
            "UPDATE groups SET epoch = epoch + 1 WHERE topic = ?", (RAW_INBOX,)
        )
    )
    await database.log._leases.renew()
    with pytest.raises(Exception, match="taken over"):
        await asyncio.wait_for(receiving, HANG_S)
    await database.log.publish([record(1, CLASSIFIED)])
    assert numbers(await other.receive(1)) == [1]
    await database.close()


async def test_outputs_move_out_of_an_older_releases_verdicts(path, monkeypatch) -> None:
    """What was to be said stays with its verdict; what was decided without outputs has none."""
    with monkeypatch.context() as older:
        older.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:2])
        await (await SqliteDatabase.open(path)).close()
    said, silent = verdict("said", record(1, CLASSIFIED)), verdict("silent")
    with closing(sqlite3.connect(path)) as connection, connection:
        for each in (silent, said):
            decided, outputs = verdicts.row_of(each)
            connection.execute(
                "INSERT INTO verdicts (event_id, stage, revision, status, decided_us, account,"
                " label, received_us, detail, outputs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*decided, outputs),
            )
    database = await SqliteDatabase.open(path)
    try:
        found = await database.verdicts.get([said.key, silent.key])
        assert found == {said.key: said, silent.key: silent}
        assert await database.verdicts.trim_outputs(datetime.max.replace(tzinfo=UTC)) == 2
        assert (await database.verdicts.get([said.key]))[said.key].outputs == ()
    finally:
        await database.close()


async def test_an_id_given_again_does_not_find_anothers_outputs(path) -> None:
    """SQLite numbers on from the highest id there is: that of a cleared verdict comes again."""
    database = await SqliteDatabase.open(path)
    try:
        dead = verdict("dead", record(1, CLASSIFIED), status=VerdictStatus.DEAD)
        fresh = verdict("fresh", record(2, CLASSIFIED))
        await database.verdicts.put([dead])
        assert await database.verdicts.clear_dead([dead.key]) == 1
        await database.verdicts.put([fresh])
        assert await database.verdicts.get([dead.key, fresh.key]) == {fresh.key: fresh}
    finally:
        await database.close()
