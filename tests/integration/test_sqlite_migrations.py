"""A file that an older release wrote, opened by this one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from careerops.adapters.sqlite import SqliteDatabase, schema
from careerops.domain.identity import digest
from careerops.domain.topics import ALL_TOPICS
from careerops.ports.custody import Custody, Place
from support.logs import numbers, record, verdict


async def test_what_was_known_is_known_in_fewer_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mails seen, conversations and places of an older file: nothing is read or told again."""
    path = tmp_path / "careerops.db"
    ids = {n: digest("mail", str(n)) for n in range(300)}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with monkeypatch.context() as older:
            older.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:4])
            schema.migrate(connection, ALL_TOPICS)
        for number, event_id in ids.items():
            connection.execute("INSERT INTO seen VALUES ('me', ?)", (event_id,))
            root = event_id if number % 2 else ids[0]
            connection.execute("INSERT INTO roots VALUES ('me', ?, ?)", (event_id, root))
        connection.execute("INSERT INTO roots VALUES ('you', 'odd', 'no digest')")
        for source in ("maildir:me:a", "maildir:me:b"):
            connection.execute("INSERT INTO sources VALUES (?, 'c', 1, '', 3, 0)", (source,))
            connection.execute("INSERT INTO locators VALUES (?, 'cur/1')", (source,))
        connection.execute("INSERT INTO locators VALUES ('maildir:me:a', 'cur/2')")
    database = await SqliteDatabase.open(path)
    cursors = database.cursors
    assert await cursors.seen("me", [*ids.values(), "new"]) == set(ids.values())
    assert await cursors.seen("you", [ids[0]]) == frozenset()
    expected = {event_id: event_id if n % 2 else ids[0] for n, event_id in ids.items()}
    assert await cursors.roots("me", [*ids.values(), "new"]) == expected
    assert await cursors.roots("you", ["odd", ids[0]]) == {"odd": "no digest"}
    assert await cursors.locators("maildir:me:a") == {"cur/1", "cur/2"}
    assert await cursors.locators("maildir:me:b") == {"cur/1"}
    assert await cursors.sources() == {"maildir:me:a": "c", "maildir:me:b": "c"}
    await database.close()


@pytest.mark.parametrize("version", range(1, len(schema.MIGRATIONS)))
async def test_an_older_file_gains_what_is_new_and_keeps_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    """Every schema that was ever released is brought up to date, with its records and verdicts."""
    path = tmp_path / "careerops.db"
    connection = sqlite3.connect(path, isolation_level=None)
    with monkeypatch.context() as older:
        older.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:version])
        schema.migrate(connection, ALL_TOPICS)
    assert connection.execute("PRAGMA user_version").fetchone() == (version,)
    connection.close()
    place, stands = Place("g", "t", 0), verdict("e")
    for token, expected in (("t1", Custody()), ("t2", Custody(3))):
        database = await SqliteDatabase.open(path)
        await database.verdicts.put([stands])
        await database.log.publish([record(1)])
        assert await database.custody.take([place], token) == {place: expected}
        await database.custody.deliver(token, {place: 3})
        await database.close()
    database = await SqliteDatabase.open(path)
    assert numbers(await database.log.read(record(1).topic, 0, 9)) == [1, 1]
    assert await database.verdicts.get([stands.key]) == {stands.key: stands}
    await database.close()
