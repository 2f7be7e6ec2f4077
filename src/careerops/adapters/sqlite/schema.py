"""The tables, as numbered migrations; `PRAGMA user_version` says how many were applied."""

import re
import sqlite3
from collections.abc import Sequence
from typing import Final

from careerops.adapters.sqlite.schema_kept import KEPT
from careerops.domain.errors import ConfigurationError
from careerops.domain.identity import pack_digest, short_digest

APPLICATION_ID: Final = 0x43724F70  # "CrOp": `file` and we ourselves recognise the database

_TOPIC = re.compile(r"[a-z0-9_]{1,64}")

_FIRST = """
CREATE TABLE groups (
  id INTEGER PRIMARY KEY,
  topic TEXT NOT NULL,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,    -- the lowest offset not settled
  delivered INTEGER NOT NULL DEFAULT 0,  -- what may have been handed over is below it
  epoch INTEGER NOT NULL,       -- grows with every member and with every clean leave
  owner TEXT NOT NULL,          -- '' after a clean leave
  expires_us INTEGER NOT NULL,
  UNIQUE (topic, name)
);
CREATE TABLE settled_ahead (
  group_id INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  PRIMARY KEY (group_id, offset)
) WITHOUT ROWID;
CREATE TABLE attempts (
  group_id INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  running INTEGER NOT NULL,     -- 1 from the attempt until its member's end
  deaths INTEGER NOT NULL,
  PRIMARY KEY (group_id, offset)
) WITHOUT ROWID;
CREATE TABLE verdicts (
  id INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL,
  stage TEXT NOT NULL,
  revision INTEGER NOT NULL,
  status TEXT NOT NULL,
  decided_us INTEGER NOT NULL,
  account TEXT NOT NULL,
  label TEXT NOT NULL,
  received_us INTEGER,
  detail BLOB NOT NULL,
  outputs BLOB NOT NULL,
  UNIQUE (event_id, stage, revision)
);
CREATE INDEX verdicts_by_time ON verdicts (received_us, stage, status, label, account);
CREATE TABLE ledger (
  id INTEGER PRIMARY KEY AUTOINCREMENT,   -- the order planned
  notification_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  event_id TEXT NOT NULL,
  due_us INTEGER NOT NULL,
  worth_until_us INTEGER,
  status TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  unknown INTEGER NOT NULL DEFAULT 0,
  changed_us INTEGER NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  owner TEXT NOT NULL DEFAULT '',
  lease_us INTEGER NOT NULL DEFAULT 0,
  payload BLOB NOT NULL,
  UNIQUE (notification_id, channel)
);
CREATE INDEX ledger_by_status ON ledger (channel, status);
CREATE INDEX ledger_by_event ON ledger (event_id);
CREATE TABLE sources (
  source TEXT PRIMARY KEY,
  cursor TEXT,
  committed INTEGER NOT NULL DEFAULT 0,
  owner TEXT NOT NULL,          -- '' when released
  epoch INTEGER NOT NULL,
  expires_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE locators (
  source TEXT NOT NULL,
  locator TEXT NOT NULL,
  PRIMARY KEY (source, locator)
) WITHOUT ROWID;
CREATE TABLE seen (
  account TEXT NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (account, event_id)
) WITHOUT ROWID;
CREATE TABLE roots (
  account TEXT NOT NULL,
  message_id TEXT NOT NULL,
  root TEXT NOT NULL,
  PRIMARY KEY (account, message_id)
) WITHOUT ROWID;
CREATE TABLE cache (
  key TEXT PRIMARY KEY,
  value BLOB NOT NULL,
  expires_us INTEGER NOT NULL
);
CREATE INDEX cache_by_expiry ON cache (expires_us);
CREATE TABLE corrections (
  id INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  account TEXT NOT NULL,
  was TEXT NOT NULL,
  label TEXT NOT NULL,
  at_us INTEGER NOT NULL,
  UNIQUE (event_id, revision)
);
"""

_CUSTODY = """
CREATE TABLE custody (
  id INTEGER PRIMARY KEY,
  reader TEXT NOT NULL,         -- the group
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  token TEXT NOT NULL,          -- of who holds it, '' after it was given back
  delivered INTEGER NOT NULL,   -- what may have been handed over is below it
  suspects_below INTEGER NOT NULL,  -- what the holder was told when it took the place
  UNIQUE (reader, topic, partition)
);
CREATE TABLE custody_attempts (
  place_id INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  running INTEGER NOT NULL,     -- 1 from the attempt until its holder's end
  deaths INTEGER NOT NULL,
  PRIMARY KEY (place_id, offset)
) WITHOUT ROWID;
"""

# Outputs are forgotten after a while, what was decided never is. Emptied in place they left pages
# half full that nothing else used: most of the file, measured by benchmarks/soak.py.
_OUTPUTS = """
CREATE TABLE verdict_outputs (
  verdict_id INTEGER PRIMARY KEY,
  since_us INTEGER NOT NULL,    -- when it was decided
  outputs BLOB NOT NULL
);
CREATE INDEX verdict_outputs_by_time ON verdict_outputs (since_us);
INSERT INTO verdict_outputs
  SELECT id, decided_us, outputs FROM verdicts WHERE outputs <> x'';
ALTER TABLE verdicts DROP COLUMN outputs;
"""

_DOCUMENTS = """
CREATE TABLE documents (
  key TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
"""

# What is due is found by one step of an index, whatever waits behind it.
_LEDGER: Final = """
ALTER TABLE ledger ADD COLUMN type TEXT NOT NULL DEFAULT 'careerops.notification.v1';
ALTER TABLE ledger ADD COLUMN begun_us INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ledger_planned ON ledger (channel, account, id) WHERE status = 'planned';
CREATE INDEX ledger_due ON ledger (due_us) WHERE status = 'planned';
CREATE INDEX ledger_sending ON ledger (channel, account) WHERE status = 'sending';
CREATE INDEX ledger_begun ON ledger (channel, account, begun_us);
"""

MIGRATIONS: Final = (_FIRST, _CUSTODY, _OUTPUTS, _DOCUMENTS, KEPT, _LEDGER)


def table_of(topic: str) -> str:
    """The table of `topic`'s records, safe to stand in a statement.

    Raises:
        ConfigurationError: not a name a topic can have.
    """
    if not _TOPIC.fullmatch(topic):
        raise ConfigurationError(f"not a topic name: use 1 to 64 of a-z, 0-9 and _, not {topic!r}")
    return f"topic_{topic}"


def migrate(connection: sqlite3.Connection, topics: Sequence[str]) -> None:
    """Bring the tables up to this release, in one transaction, and create missing topics.

    Raises:
        ConfigurationError: the database is another program's, or a newer release's.
    """
    statements = [_topic_table(table_of(topic)) for topic in topics]
    if _is_current(connection, topics):
        return  # without a lock: tools come and go beside a busy process
    for function in (short_digest, pack_digest):
        connection.create_function(function.__name__, 2, function, deterministic=True)
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            # Not executescript: that commits what is open.
            for statement in script.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for statement in statements:
            connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _is_current(connection: sqlite3.Connection, topics: Sequence[str]) -> bool:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    missing = {table_of(topic) for topic in topics} - {name for (name,) in rows}
    return not missing and _version(connection) == len(MIGRATIONS)


def _version(connection: sqlite3.Connection) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if application != APPLICATION_ID and (tables or version):
        raise ConfigurationError("is another program's database: name another file")
    if version > len(MIGRATIONS):
        raise ConfigurationError(
            f"was written by a newer release (schema {version}, this one knows"
            f" {len(MIGRATIONS)}): upgrade careerops"
        )
    return version


def _topic_table(table: str) -> str:
    # AUTOINCREMENT: an offset is never used again, also after the newest records were trimmed.
    return (
        f"CREATE TABLE IF NOT EXISTS {table} (offset INTEGER PRIMARY KEY AUTOINCREMENT,"
        " key TEXT NOT NULL, time_us INTEGER NOT NULL, headers BLOB NOT NULL, value BLOB NOT NULL)"
    )
