"""A file that an older release wrote, opened by this one."""

import sqlite3
from pathlib import Path

import pytest

from careerops.adapters.sqlite import SqliteDatabase, schema
from careerops.domain.topics import ALL_TOPICS
from careerops.ports.custody import Custody, Place
from support.logs import numbers, record, verdict


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
