"""The tables, as numbered migrations, in a schema of our own.

Texts that are looked up compare by their bytes (COLLATE "C"): prefixes are ranges, and no index
breaks when the operating system sorts differently after an upgrade.
"""

from typing import TYPE_CHECKING, Any, Final

from careerops.adapters.postgres.schema_kept import KEPT
from careerops.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from psycopg import AsyncConnection

LOCK_CLASS: Final = 0x43724F70  # "CrOp": our advisory locks, apart from other programs'
_MIGRATING: Final = 0
_TIMEOUT: Final = "10min"  # another process may be at work on a large table

_FIRST = """
CREATE TABLE careerops.verdicts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id text COLLATE "C" NOT NULL,
  stage text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  status text NOT NULL,
  decided_at timestamptz NOT NULL,
  account text NOT NULL,
  label text NOT NULL,
  received_at timestamptz,
  detail bytea NOT NULL,
  outputs bytea NOT NULL,
  UNIQUE (event_id, stage, revision)
);
CREATE INDEX verdicts_by_time ON careerops.verdicts (received_at DESC NULLS LAST, id DESC);
CREATE TABLE careerops.ledger (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- the order planned
  notification_id text COLLATE "C" NOT NULL,
  channel text COLLATE "C" NOT NULL,
  account text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  due timestamptz NOT NULL,
  worth_until timestamptz,
  status text NOT NULL,
  attempts bigint NOT NULL DEFAULT 0,
  unknown bigint NOT NULL DEFAULT 0,
  changed_at timestamptz NOT NULL,
  reason text NOT NULL DEFAULT '',
  owner text NOT NULL DEFAULT '',
  lease_until timestamptz,
  payload bytea NOT NULL,
  UNIQUE (notification_id, channel)
);
CREATE UNIQUE INDEX ledger_one_send ON careerops.ledger (channel, account)
  WHERE status = 'sending';
CREATE INDEX ledger_planned ON careerops.ledger (channel, account, id) WHERE status = 'planned';
CREATE INDEX ledger_by_event ON careerops.ledger (event_id);
CREATE TABLE careerops.sources (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text COLLATE "C" NOT NULL UNIQUE,
  cursor text,
  committed boolean NOT NULL DEFAULT false,
  owner text NOT NULL,          -- '' when released
  epoch bigint NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE TABLE careerops.locators (
  source_id bigint NOT NULL,
  locator text COLLATE "C" NOT NULL,
  PRIMARY KEY (source_id, locator)
);
CREATE TABLE careerops.seen (
  account text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (account, event_id)
);
CREATE TABLE careerops.roots (
  account text COLLATE "C" NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  root text NOT NULL,
  PRIMARY KEY (account, message_id)
);
CREATE TABLE careerops.cache (
  key text COLLATE "C" PRIMARY KEY,
  value bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX cache_by_expiry ON careerops.cache (expires_at);
CREATE TABLE careerops.corrections (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  account text NOT NULL,
  was text NOT NULL,
  label text NOT NULL,
  at timestamptz NOT NULL,
  UNIQUE (event_id, revision)
);
CREATE TABLE careerops.custody (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reader text COLLATE "C" NOT NULL,  -- the group
  topic text COLLATE "C" NOT NULL,
  partition bigint NOT NULL,
  token text NOT NULL,          -- of who holds it, '' after it was given back
  delivered bigint NOT NULL,    -- what may have been handed over is below it
  suspects_below bigint NOT NULL,  -- what the holder was told when it took the place
  UNIQUE (reader, topic, partition)
) WITH (fillfactor = 50);       -- written all the time: room for new versions beside the old ones
CREATE TABLE careerops.custody_attempts (
  place_id bigint NOT NULL,
  record bigint NOT NULL,       -- its offset
  token text NOT NULL,          -- of who tries it, '' after a clean end
  deaths bigint NOT NULL,
  PRIMARY KEY (place_id, record)
);
"""

_DOCUMENTS = """
CREATE TABLE careerops.documents (
  key text COLLATE "C" PRIMARY KEY,
  value bytea NOT NULL,
  version bigint NOT NULL
);
"""

# Not logged: empty after a crash of the server, and nobody waits for the disk.
_REPORTS: Final = """
CREATE UNLOGGED TABLE careerops.reports (
  kind text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  value bytea NOT NULL,
  until timestamptz NOT NULL,
  PRIMARY KEY (kind, owner)
);
"""

_LEDGER: Final = """
ALTER TABLE careerops.ledger ADD COLUMN type text NOT NULL DEFAULT 'careerops.notification.v1',
  ADD COLUMN begun_at timestamptz;
DROP INDEX careerops.ledger_one_send;
CREATE INDEX ledger_sending ON careerops.ledger (channel, account) WHERE status = 'sending';
CREATE INDEX ledger_begun ON careerops.ledger (channel, account, begun_at);
"""

MIGRATIONS: Final = (_FIRST, _DOCUMENTS, _REPORTS, *KEPT, _LEDGER)


async def migrate(connection: "AsyncConnection[Any]") -> None:
    """Bring the tables up to this release, in one transaction; processes take turns.

    Give it a connection that is closed afterwards: its turn lasts until then.

    Raises:
        ConfigurationError: the tables are a newer release's.
    """
    if await _version(connection) == len(MIGRATIONS):
        return  # without a lock: tools come and go beside a process at work
    await connection.execute("SELECT set_config('statement_timeout', %s, false)", [_TIMEOUT])
    # Before the transaction and not in it: one that waited would go on with what it knew of the
    # catalogue before, in which the tables that were made meanwhile are not there.
    await connection.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, _MIGRATING])
    async with connection.transaction():
        version = await _version(connection)
        if not version:
            await _create_schema(connection)
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            await connection.execute(script)
            await connection.execute(
                "INSERT INTO careerops.migrations (number) VALUES (%s)", [number]
            )


async def _version(connection: "AsyncConnection[Any]") -> int:
    """How many migrations were applied."""
    found = await connection.execute("SELECT to_regclass('careerops.migrations') IS NOT NULL")
    if await found.fetchone() == (False,):
        return 0
    found = await connection.execute("SELECT coalesce(max(number), 0) FROM careerops.migrations")
    (row,) = await found.fetchall()
    version = int(row[0])
    if version > len(MIGRATIONS):
        raise ConfigurationError(
            f"store: the database was written by a newer release (schema {version}, this one knows"
            f" {len(MIGRATIONS)}): upgrade careerops"
        )
    return version


async def _create_schema(connection: "AsyncConnection[Any]") -> None:
    found = await connection.execute("SELECT to_regnamespace('careerops') IS NOT NULL")
    if await found.fetchone() == (False,):
        # Not IF NOT EXISTS: that asks for a right that a schema made by somebody else spares us.
        await connection.execute("CREATE SCHEMA careerops")
    await connection.execute(
        "CREATE TABLE careerops.migrations"
        " (number bigint PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
    )
