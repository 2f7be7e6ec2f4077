"""What is kept for good of a mail, once everything under retention is forgotten."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from careerops.adapters.sqlite import SqliteDatabase
from careerops.bootstrap import housekeeping
from careerops.bootstrap.pipeline import Surroundings
from careerops.config import load_config
from careerops.ops.clock import SystemClock
from support.cli import Home
from support.mails import mixed, write_mbox

pytestmark = pytest.mark.e2e

CAREER, OTHERS = 200, 800
MAILS = CAREER + OTHERS
MOST_BYTES = 150
"""For good, a mail of which a fifth is about a career, besides what was told of it."""
LEDGER = ("ledger", "ledger_", "sqlite_autoindex_ledger")


class YearsLater(SystemClock):
    """After every retention time."""

    def now(self) -> datetime:
        """Ten years from now."""
        return datetime.now(UTC) + timedelta(days=3650)


async def forget(config: Path) -> None:
    """What is done once an hour, years later."""
    loaded = load_config(config)
    database = await SqliteDatabase.open(config.parent / "careerops.db")
    await housekeeping.trim(Surroundings(loaded, database, "us", clock=YearsLater()))
    await database.close()


def sizes(path: Path) -> dict[str, int]:
    """Bytes by table and index, free space left out."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM")
        rows = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
    return dict(rows)


def texts(path: Path) -> bytes:
    """Every value that stands in a table, the ledger's left out."""
    found = []
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in names:
            if table == "ledger":
                continue
            for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608  # our own tables
                found += [each if isinstance(each, bytes) else str(each).encode() for each in row]
    return b"\n".join(found)


async def test_a_mail_costs_few_bytes_for_good(tmp_path: Path) -> None:
    """And none of them is its subject, its sender or what was found in it."""
    home = Home(tmp_path)
    mails = mixed(CAREER, OTHERS)
    write_mbox(tmp_path / "inbox.mbox", mails)
    home.mbox(tmp_path / "inbox.mbox")
    empty = Home(tmp_path / "empty")
    empty.folder.mkdir()
    write_mbox(empty.folder / "inbox.mbox", [])
    empty.mbox(empty.folder / "inbox.mbox")
    for each in (home, empty):
        each.run("run", "--until-idle")
        await forget(each.folder / "careerops.toml")
    grown, bare = sizes(home.database), sizes(empty.database)
    kept = {
        name: size - bare.get(name, 0)
        for name, size in grown.items()
        if not name.startswith(LEDGER)
    }
    assert sum(kept.values()) / MAILS <= MOST_BYTES, kept
    told = home.told_path.read_bytes()
    assert len(told.splitlines()) == CAREER
    assert b"example" not in texts(home.database)
    # What was known is known: read again it is not published, published again it is not decided.
    (known,) = home.json("cursors", "list")
    for statement in ("DELETE FROM roots", "DELETE FROM seen"):
        home.run("cursors", "reset", known["source"])
        home.idle()
        assert home.told_path.read_bytes() == told
        with closing(sqlite3.connect(home.database)) as connection, connection:
            connection.execute(statement)
    home.run("cursors", "reset", known["source"])
    done = home.idle()
    assert '"email_published"' in done.stderr
    assert home.told_path.read_bytes() == told


@pytest.mark.parametrize("command", [("run", "--until-idle"), ("import", "more.mbox")])
def test_what_ends_soon_forgets_too(tmp_path: Path, command: tuple[str, ...]) -> None:
    """An installation that is never left running keeps nothing for longer than it says."""
    home = Home(tmp_path)
    for name in ("inbox.mbox", "more.mbox"):
        write_mbox(tmp_path / name, mixed(2, 3))
    home.mbox(tmp_path / "inbox.mbox", "[retention]\ndays = 1\n")
    home.idle()
    assert len(home.json("events", "list")) == 5
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute("UPDATE verdicts SET decided_us = decided_us - 2 * 86400 * 1000000")
    home.run(*command)
    with closing(sqlite3.connect(home.database)) as connection:
        assert connection.execute("SELECT count(*) FROM verdicts").fetchone() == (0,)
    assert home.json("events", "list") == []
    home.idle()
    assert len(home.told()) == 2
